import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { allKeys, isDeciding } from '../../src/core/dialog.ts';
import { footerLine } from '../../src/tui/bars.ts';
import { definitionOf, dialogs, isUnseen, keyFor, keysAt, selectKeys } from '../../src/tui/definitions.ts';
import { selectDialog } from '../../src/tui/overlays.ts';
import { updateApp } from '../../src/tui/update.ts';
import { keyLabel } from '../../src/ui/keys.ts';
import { shownDialog } from '../../src/ui/state.ts';
import { lineText } from '../../src/ui/text.ts';
import { gallery, type SceneName } from '../ui/gallery.ts';
import { key, press, room } from './fixtures.ts';

const size = { cols: 120, rows: 36 };

/** Scenes of the gallery by the dialog that is open in them. */
const scenes: Readonly<Record<string, SceneName>> = {
  ask: 'ask-several',
  deny: 'deny',
  card: 'card',
  reject: 'reject',
  form: 'form',
  board: 'board',
  'card-text': 'board-edit',
  'begin-board': 'begin-board',
  invoices: 'invoices',
  sync: 'sync-mass-deletion',
  'sync-conflicts': 'conflicts',
  radar: 'radar',
  'radar-file': 'radar-lines',
  'radar-note': 'radar-message',
  help: 'help',
  'create-develop': 'develop',
  repo: 'repo',
  'start-several': 'start-several',
  'go-on': 'go-on',
  rename: 'rename',
  'weigh-time': 'weigh-time',
  finish: 'finish',
  clean: 'clean',
  stop: 'stop',
  'stop-all': 'stop-all',
  undo: 'undo',
  timeline: 'timeline',
  problem: 'problem',
  notices: 'notices',
};
const opened = Object.entries(scenes).map(([kind, scene]) => ({ kind, state: gallery[scene](size) }));

describe('every dialog', () => {
  it.each(dialogs.map((dialog) => [dialog.kind, dialog] as const))(
    '%s has esc in all of its modes',
    (_, one) => {
      for (const { keys } of allKeys(one))
        expect(keys.some(({ keys: names }) => names.includes('escape'))).toBe(true);
    },
  );

  it.each(dialogs.map((dialog) => [dialog.kind, dialog] as const))('%s has no key twice', (_, one) => {
    for (const { keys } of allKeys(one)) {
      const names = keys.flatMap((each) => each.keys);
      expect(names).toEqual([...new Set(names)]);
    }
  });

  it.each(dialogs.map((dialog) => [dialog.kind, dialog] as const))(
    '%s ignores deciding keys until it was drawn, or gives a reason',
    (_, one) => {
      const deciding = allKeys(one).flatMap(({ keys }) => keys.filter(isDeciding));
      if (one.takesTypedAhead === undefined) expect(deciding.length).toBeGreaterThan(0);
      else expect(one.takesTypedAhead).toMatch(/\.$/);
    },
  );

  it('has a scene', () => {
    expect(dialogs.map(({ kind }) => kind).toSorted()).toEqual(Object.keys(scenes).toSorted());
  });

  it('is among the definitions', () => {
    const folder = new URL('../../src/', import.meta.url);
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
      /Dialogs?\.ts$/.test(path),
    );
    const kinds = sources.flatMap((path) => {
      const text = readFileSync(new URL(path, folder), 'utf8');
      return Array.from(text.matchAll(/^ {2,4}kind: '([^']+)',$/gm), ([, kind]) => kind);
    });
    expect(kinds.length).toBeGreaterThanOrEqual(dialogs.length);
    expect([...new Set(kinds)].toSorted()).toEqual(dialogs.map(({ kind }) => kind).toSorted());
  });

  it('is in the help with all of its keys', () => {
    const told = selectKeys(room().settings);
    for (const one of dialogs)
      for (const { group, keys } of allKeys(one)) {
        for (const each of keys) {
          const rows = told.find((one) => one.group === (each.group ?? group))?.rows ?? [];
          expect(rows.find(({ title }) => title === each.title)?.keys).toEqual(
            expect.arrayContaining(each.keys.map(keyLabel)),
          );
        }
      }
  });
});

describe.each(opened)('an open $kind', ({ kind, state }) => {
  it('is open', () => expect(shownDialog(state)?.kind).toBe(kind));

  it('suspends by ctrl-z', () => {
    expect(press(state, 'ctrl-z').effects).toEqual([{ type: 'suspend' }]);
  });

  it('closes by esc, without a controller, too', () => {
    const connection = { status: 'lost', problem: { code: 'disconnected', message: 'gone' } } as const;
    for (const from of [state, { ...state, connection }]) {
      const left = shownDialog(press(from, 'escape').state);
      expect(left?.kind).not.toBe(kind);
    }
  });

  it('shows no key that does nothing', () => {
    const shown = lineText(selectDialog(state)?.frame.bottom ?? footerLine(state));
    for (const each of keysAt(state)) {
      const hint = typeof each.hint === 'function' ? each.hint(state) : (each.hint ?? null);
      const why = each.disabledReason?.(state) ?? null;
      if (hint !== null && why !== null) expect(shown).not.toContain(` ${hint} `);
    }
  });

  it('shows why a key is disabled and sends no request', () => {
    for (const each of keysAt(state)) {
      const why = each.disabledReason?.(state) ?? null;
      if (why === null) continue;
      const step = press(state, each.keys[0] ?? '');
      expect([step.effects, step.state.notice?.text]).toEqual([[], why]);
    }
  });

  it('ignores a deciding key that arrives together with the key that opens it', () => {
    const definition = definitionOf(shownDialog(state) ?? { kind: '' });
    if (!definition || definition.takesTypedAhead !== undefined) return;
    expect(isUnseen(state, press(state, 'escape').state)).toBe(true);
    expect(isUnseen(state, state)).toBe(false);
    for (const each of keysAt(state).filter(({ isDeciding: decides }) => decides)) {
      const name = each.keys[0] ?? '';
      const step = updateApp(state, { type: 'tokenArrived', token: key(name), unseen: true });
      expect([name, step.effects, shownDialog(step.state)]).toEqual([name, [], shownDialog(state)]);
      expect(keyFor(state, name)?.id).toBe(each.id);
    }
  });
});
