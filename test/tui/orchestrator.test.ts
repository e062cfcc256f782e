import { expect, test } from 'vitest';
import type { Worker } from '../../src/core/worker.ts';
import { selectColumn } from '../../src/tui/column.ts';
import { selectDialog } from '../../src/tui/overlays.ts';
import { selectPanes } from '../../src/tui/panes.ts';
import { selectFleet } from '../../src/ui/select.ts';
import { lineText } from '../../src/ui/text.ts';
import { after, busyFacts, dialogOf, plan, press, proposal, room, worker } from './fixtures.ts';

const draft = { role: 'orchestrator', repo: '', task: 'orchestrator', brief: '', agent: null } as const;
const orchestrator = (change: Partial<Worker> = {}): Worker =>
  worker('orchestrator', {
    role: 'orchestrator',
    repo: '',
    task: 'orchestrator',
    branch: '',
    state: 'idle',
    ...change,
  });
const withWorkers = (...workers: Worker[]) =>
  room(busyFacts({ workers: [worker('backend/auth'), ...workers] }));
const open = proposal(9, 'orchestrator', {
  draft,
  plan: plan('orchestrator', { role: 'orchestrator', base: null, branch: '' }),
});

test('O requests the orchestrator, and its card opens', () => {
  const asked = press(room(), 'O');
  expect(asked.effects).toMatchObject([{ method: 'propose', params: draft }]);
  const { state } = after(asked.state, [
    { type: 'answered', tag: 1, method: 'propose', params: draft, result: { ok: true, value: open } },
  ]);
  expect(dialogOf(state)).toMatchObject({ kind: 'card', n: 9 });
});

test('O focuses a running orchestrator, resumes a stopped one, and opens the card of a proposed one', () => {
  const gone = press(withWorkers(orchestrator()), 'O').state;
  expect(gone.focus).toEqual({ at: 'pane', id: 'orchestrator' });
  const resumed = press(withWorkers(orchestrator({ state: 'exited', exitCode: 0 })), 'O').effects;
  expect(resumed).toMatchObject([{ method: 'proposeResume', params: { id: 'orchestrator' } }]);
  const { state } = press(room(busyFacts({ proposals: [open] })), 'O');
  expect(dialogOf(state)).toMatchObject({ kind: 'card', n: 9 });
});

test('it is first in the list, and its pane shows that it cannot write', () => {
  const state = press(withWorkers(orchestrator()), 'O').state;
  expect(selectFleet(state)[0]?.key).toEqual({ kind: 'worker', id: 'orchestrator' });
  expect(selectColumn(state)?.fleet.lines.map(lineText)[0]).toMatch(/O . orchestrator/);
  const titles = selectPanes(state).map(({ frame }) => JSON.stringify(frame));
  expect(titles.some((title) => title.includes('cannot write'))).toBe(true);
});

test('a denial of the guard is shown once', () => {
  const before = withWorkers();
  const denied = { at: '2026-11-20T14:00:00.000Z', what: 'Bash: git stash', why: 'Because.', count: 1 };
  const facts = busyFacts({ workers: [worker('backend/auth', { denied })] });
  const told = after(before, [{ type: 'factsArrived', facts }]).state;
  expect(told.notice?.text).toBe('backend/auth was kept from Bash: git stash');
  const again = after({ ...told, notice: null }, [{ type: 'factsArrived', facts }]).state;
  expect(again.notice).toBeNull();
});

test('! shows a denial that is too long for its line, with the reason', () => {
  const what = `Bash: git push origin ${'feature/'.repeat(30)}\u001b[2Jend`;
  const denied = { at: '2026-11-20T14:00:00.000Z', what, why: 'The person pushes.', count: 3 };
  const facts = busyFacts({ workers: [worker('backend/auth', { denied })] });
  const told = after(withWorkers(), [{ type: 'factsArrived', facts }]).state;
  expect(told.notice?.text).toMatch(/^backend\/auth was kept from Bash: git push.*… \(all of it: press !\)$/);
  const said = selectDialog(press(told, '!').state)?.lines.map(lineText).join('\n');
  for (const part of ['[2Jend', 'The person pushes. This was refusal 3; all are in its log.'])
    expect(said).toContain(part);
  expect(said).not.toContain('\u001b');
});
