import { describe, expect, it } from 'vitest';
import { chosenEntries } from '../../../src/features/invoices/invoicesDialog.ts';
import { headerLine } from '../../../src/tui/bars.ts';
import { selectDialog } from '../../../src/tui/overlays.ts';
import { updateApp } from '../../../src/tui/update.ts';
import type { AppState } from '../../../src/ui/state.ts';
import { lineText } from '../../../src/ui/text.ts';
import { dialogOf, press, type } from '../../tui/fixtures.ts';
import { conflict, conflictRoom, documentRoom, invoiceRoom } from './documentFixtures.ts';

const size = { cols: 120, rows: 36 };

function answer(state: AppState, method: 'sync' | 'resolveSync' | 'saveInvoice', value: unknown): AppState {
  const result = { ok: true, value } as never;
  return updateApp(state, { type: 'answered', method, params: {} as never, tag: state.nextTag - 1, result })
    .state;
}

function refuse(state: AppState, method: 'sync', code: string): AppState {
  const result = { ok: false, problem: { code, message: 'No.' } } as const;
  return updateApp(state, { type: 'answered', method, params: {}, tag: state.nextTag - 1, result }).state;
}

describe('a sync', () => {
  const outcome = { created: 1, updated: 0, pulled: 2, conflicts: [], problems: [], wanted: [] };

  it('is requested with s, shows its result and closes', () => {
    const { state, effects } = press(documentRoom(size), 'b', 's');
    expect(effects).toMatchObject([{ method: 'sync', params: {} }]);
    const done = answer(state, 'sync', outcome);
    expect(dialogOf(done)).toMatchObject({ kind: 'sync', pending: null, outcome });
    expect(press(done, 'escape').state.focus.at).toBe('list');
  });

  it('names the rows that it leaves out, for they have no id', () => {
    const { state } = press(documentRoom(size), 'b', 's');
    const withoutId = [{ table: 'board', task: 'Log in' }] as const;
    const done = answer(state, 'sync', { ...outcome, created: 0, pulled: 0, withoutId });
    const shown = selectDialog(done)?.lines.map(lineText).join('\n');
    expect(shown).toContain('1 card without an id, left out: Log in. Give ids: orch-tui board ids');
    expect(shown).not.toContain('Both sides are the same.');
  });

  it('is cancelled with esc, and stays to be seen until it has ended', () => {
    const { state, effects } = press(press(documentRoom(size), 'b', 's').state, 'escape');
    expect(effects).toMatchObject([{ method: 'cancelSync' }]);
    expect(dialogOf(state)?.kind).toBe('sync');
  });

  it('is closed with esc where the controller cannot be reached', () => {
    const connection = { status: 'lost', problem: { code: 'disconnected', message: 'gone' } } as const;
    const lost = { ...press(documentRoom(size), 'b', 's').state, connection };
    const { state, effects } = press(lost, 'escape');
    expect([effects, dialogOf(state)]).toEqual([[], null]);
  });

  it.each([
    ['mass_deletion', 'sync', { allowMassDelete: true }],
    ['notion_base_damaged', 'rebuildSync', {}],
    ['notion_intents_damaged', 'rebuildSync', {}],
  ])('refused with %s offers a way on, which is taken with y', (code, method, params) => {
    const { state } = press(documentRoom(size), 'b', 's');
    expect(press(state, 'y').effects).toEqual([]);
    const refused = refuse(state, 'sync', code);
    const { effects, state: next } = press(refused, 'y');
    expect(effects).toMatchObject([{ method, params }]);
    expect(dialogOf(next)).toMatchObject({ kind: 'sync', problem: null });
    expect(press(next, 'y').effects).toEqual([]);
    expect(press(refused, 'escape').effects).toEqual([]);
  });

  it('offers nothing after any other refusal', () => {
    const { state } = press(documentRoom(size), 'b', 's');
    expect(press(refuse(state, 'sync', 'notion_unreachable'), 'y').effects).toEqual([]);
  });

  it('is refused where nothing is connected, and while one runs', () => {
    const running = { table: 'board', stage: 'reading', done: 1, total: null } as const;
    expect(press(documentRoom(size, { running }), 'b', 's').state.notice?.text).toContain('running');
  });
});

describe('rows that wait to be synced', () => {
  const narrow = { cols: 80, rows: 24 };
  const header = (state: AppState) => lineText(headerLine(state));

  it.each([size, narrow])('is counted in the header at $cols columns', (room) => {
    expect(header(documentRoom(room))).toContain('notion ↑2 !2');
    expect(header(documentRoom(room, { suggestion: 'cards', pending: 5, conflicts: [] }))).toContain(
      'notion ↑5 sync?',
    );
    expect(header(documentRoom(room, { pending: 0, conflicts: [] }))).not.toContain('notion');
  });

  it('is suggested once when it is time, and nothing is synced by that', () => {
    const calm = documentRoom(size);
    const facts = documentRoom(size, { suggestion: 'end', pending: 1 }).facts;
    if (!facts) throw new Error('no facts');
    const { state, effects } = updateApp(calm, { type: 'factsArrived', facts });
    expect(state.notice?.text).toBe(
      'No worker runs any more, and 1 row waits to be synced with Notion: b, then s.',
    );
    expect(effects).toEqual([]);
    const later = updateApp({ ...state, notice: null }, { type: 'factsArrived', facts: { ...facts } });
    expect(later.state.notice).toBeNull();
  });
});

describe('conflicts', () => {
  it('are decided one after the other: mine, theirs, or another value', () => {
    expect(press(conflictRoom(size), 'm').effects).toMatchObject([
      { method: 'resolveSync', params: { id: 'ORC-8', field: 'task', choice: 'mine' } },
    ]);
    expect(press(conflictRoom(size), 'j', 't').effects).toMatchObject([
      { params: { id: 'T-3', choice: 'theirs' } },
    ]);
    const typed = type(press(conflictRoom(size), 'e').state, '!').state;
    const { effects, state } = press(typed, 'enter');
    expect(effects).toMatchObject([{ params: { choice: { edited: `${conflict.ours}!` } } }]);
    expect(dialogOf(answer(state, 'resolveSync', conflict))).toMatchObject({ typed: null, pending: null });
  });

  it('over numbers take numbers only', () => {
    const typed = type(press(conflictRoom(size), 'j', 'e').state, 'x').state;
    expect(press(typed, 'enter').effects).toEqual([]);
    expect(press(press(typed, 'backspace').state, 'enter').effects).toMatchObject([
      { params: { choice: { edited: 80 } } },
    ]);
  });
});

describe('invoices', () => {
  it('show month by month, and write one to print', () => {
    const october = press(invoiceRoom(size), 'h');
    expect(dialogOf(october.state)).toMatchObject({ period: '2026-10' });
    expect(dialogOf(press(october.state, 'l').state)).toMatchObject({ period: '2026-11' });
    expect(press(invoiceRoom(size), 'x').state.notice?.text).toContain('Choose a client');
    const { state, effects } = press(invoiceRoom(size), 'w', 'x');
    expect(effects).toMatchObject([
      { method: 'saveInvoice', params: { from: '2026-11-01', to: '2026-11-30', client: 'shop' } },
    ]);
    const done = answer(state, 'saveInvoice', { file: '/code/shop/invoice-2026-11.html', entries: 3 });
    expect(done.notice?.text).toBe('3 entries in /code/shop/invoice-2026-11.html');
  });

  it('show one repository, status or client at a time, and are exported so', () => {
    const shown = (...keys: string[]) => {
      const { state } = press(invoiceRoom(size), ...keys);
      const dialog = dialogOf(state);
      if (dialog?.kind !== 'invoices') throw new Error('The invoices are not open.');
      return chosenEntries(state, dialog).map(({ id }) => id);
    };
    expect(shown()).toEqual(['T-2', 'T-3', 'T-4']);
    expect(shown('r')).toEqual([]);
    expect(shown('r', 'r')).toEqual(['T-2', 'T-3']);
    expect(shown('r', 'r', 'r')).toEqual(['T-4']);
    expect(shown('r', 'r', 'r', 'r')).toEqual(['T-2', 'T-3', 'T-4']);
    expect(shown('f')).toEqual(['T-3', 'T-4']);
    expect(shown('f', 'r', 'r')).toEqual(['T-3']);
    expect(shown('w')).toEqual(['T-2', 'T-3']);
    expect(shown('w', 'w')).toEqual(['T-2', 'T-3', 'T-4']);
    expect(press(invoiceRoom(size), 'f', 'r', 'r', 'w', 'x').effects).toMatchObject([
      { params: { status: 'pending', repo: 'backend', client: 'shop' } },
    ]);
  });
});
