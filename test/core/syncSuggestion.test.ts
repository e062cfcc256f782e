import { expect, it } from 'vitest';
import { type NotionFacts, withSuggestion } from '../../src/core/notion.ts';
import { Scene, terminal } from '../controller/scene.ts';

function facts(change: Partial<NotionFacts>): NotionFacts {
  const { board = 0, invoices = 0 } = change.waiting ?? {};
  return {
    ...{ tables: ['board', 'invoices'], pending: board + invoices, waiting: {}, conflicts: [] },
    ...{ running: null, syncedAt: null, ...change },
  };
}

const working = new Scene().started();
const over = new Scene().started().tell({
  type: 'terminal-changed',
  terminal: terminal('backend/auth', { exit: { code: 0, signal: 0, at: '2026-11-22T12:00:00.000Z' } }),
});
/** A fixed clock at noon. */
const before = '2026-11-22T11:00:00.000Z';
const after = '2026-11-22T13:00:00.000Z';

it.each<[string, Scene, Partial<NotionFacts>, string | undefined]>([
  ['four cards changed', working, { waiting: { board: 4 } }, undefined],
  ['five cards changed', working, { waiting: { board: 5 } }, 'cards'],
  ['nine entries wait', working, { waiting: { invoices: 9 } }, undefined],
  ['ten entries wait', working, { waiting: { invoices: 10 } }, 'entries'],
  ['the last worker ended', over, { waiting: { board: 1 } }, 'end'],
  ['it ended after the last sync', over, { waiting: { board: 1 }, syncedAt: before }, 'end'],
  ['it ended before the last sync', over, { waiting: { board: 1 }, syncedAt: after }, undefined],
  ['it ended and nothing waits', over, {}, undefined],
  ['a worker runs', working, { waiting: { board: 1 } }, undefined],
  ['there never was a worker', new Scene(), { waiting: { board: 1 } }, undefined],
  [
    'a sync runs already',
    over,
    { waiting: { board: 9 }, running: { table: 'board', stage: 'reading', done: 0, total: null } },
    undefined,
  ],
])('when %s', (_, scene, change, suggestion) => {
  expect(withSuggestion(facts(change), scene.state.log).suggestion).toBe(suggestion);
});
