import { type EntryFact, type InvoiceFacts, sumsByStatus } from '../../../src/core/invoices.ts';
import type { NotionFacts, SyncConflict } from '../../../src/core/notion.ts';
import type { Problem } from '../../../src/lib/result.ts';
import { updateApp } from '../../../src/tui/update.ts';
import type { AppState, ScreenSize } from '../../../src/ui/state.ts';
import { press, room } from '../../tui/fixtures.ts';
import { boardedFacts } from '../board/boardFixtures.ts';

function entry(id: string, date: string, task: string, change: Partial<EntryFact> = {}): EntryFact {
  const money = { minutes: 80, rateCents: 8000, amountCents: 10667, currency: 'EUR' };
  const said = { measured: null, claimed: null, status: 'pending', source: 'measured' } as const;
  return { id, date, task, line: 5, worker: '', repo: 'backend', ...money, ...said, ...change };
}

const entries: readonly EntryFact[] = [
  entry('T-1', '2026-10-30', 'Draw the dashboard', { repo: 'admin', status: 'paid' }),
  entry('T-2', '2026-11-03', 'Sign tokens with the new key', { status: 'invoiced' }),
  entry('T-3', '2026-11-18', 'Limit how often a client may ask', { measured: 80, claimed: 120 }),
  entry('T-4', '2026-11-19', 'Say on the start page what the shop sells, in two languages', { repo: 'web' }),
];

const invoices: InvoiceFacts = {
  file: '/code/shop/INVOICES.md',
  currency: 'EUR',
  entries,
  totals: sumsByStatus(entries),
  flaws: [
    {
      line: 9,
      code: 'bad_time',
      message: 'Line 9: "1 day" cannot be read as a time: the length of a day is not configured.',
    },
  ],
  unwritten: 0,
  clients: [
    { name: 'shop', repos: ['backend', 'admin'] },
    { name: 'fair', repos: null },
  ],
};

export const conflict: SyncConflict = {
  ...{ table: 'board', id: 'ORC-8', field: 'task', base: 'Say what the shop sells' },
  ours: 'Say on the start page what the shop sells, in two languages',
  theirs: 'Say what we sell, on every page',
  isDecided: false,
};

const notion: NotionFacts = {
  ...{ tables: ['board', 'invoices'], pending: 2, waiting: { board: 1, invoices: 1 } },
  ...{ running: null, syncedAt: null },
  conflicts: [
    conflict,
    { ...conflict, id: 'T-3', table: 'invoices', field: 'minutes', base: 60, ours: 80, theirs: null },
  ],
};

/** The busy room with a board, invoices and Notion. */
export function documentRoom(size: ScreenSize, change: Partial<NotionFacts> = {}): AppState {
  return room({ ...boardedFacts(), invoices, notion: { ...notion, ...change } }, size);
}

export function invoiceRoom(size: ScreenSize): AppState {
  return press(documentRoom(size), 'i').state;
}

export function conflictRoom(size: ScreenSize): AppState {
  return press(documentRoom(size), 'b', 'c').state;
}

const refusals: Readonly<Record<string, Problem>> = {
  notion_base_damaged: {
    code: 'notion_base_damaged',
    message:
      '/code/shop/.orch/notion/base-1f.json is damaged, so the last sync is unknown; nothing was synced.',
    hint: 'Rebuild it from the ids in Notion with `orch-tui sync --rebuild`: differences become conflicts.',
  },
  mass_deletion: {
    code: 'mass_deletion',
    message:
      '3 of 7 rows are gone from the file; nothing was synced: ORC-4 “Sign tokens with the new key”, ORC-5 “Draw the dashboard”, ORC-6 “Translate the errors”.',
    hint: 'Bring them back, or sync with --allow-mass-delete if they were deleted on purpose.',
  },
};

/** A sync that was requested and refused. */
export function refusedSync(size: ScreenSize, code: 'notion_base_damaged' | 'mass_deletion'): AppState {
  const { state } = press(documentRoom(size), 'b', 's');
  const problem = refusals[code] ?? { code, message: 'No.' };
  const tag = state.nextTag - 1;
  return updateApp(state, {
    type: 'answered',
    method: 'sync',
    params: {},
    tag,
    result: { ok: false, problem },
  }).state;
}
