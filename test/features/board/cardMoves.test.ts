import { describe, expect, it } from 'vitest';
import { boardFacts } from '../../../src/core/board.ts';
import type { UpdateDraft } from '../../../src/core/worker.ts';
import type { CardMove } from '../../../src/features/board/boardState.ts';
import { changeFor } from '../../../src/features/board/service/boardService.ts';
import { Scene } from '../../controller/scene.ts';
import { card } from './boardFixtures.ts';

const id = 'backend/auth';
const said: UpdateDraft = {
  ...{ status: 'working', summary: '', done: [], next: [], blockers: [], minutes: null, percent: null },
  readyToMerge: false,
};

function scene(): Scene {
  const board = boardFacts('/w/SPRINT_BOARD.md', [card('ORC-1', 'To Do', 'auth')], []);
  return new Scene().tell({ type: 'board-read', board });
}

function moveOf(one: Scene): CardMove | undefined {
  return one.effects.flatMap((effect) => (effect.type === 'move-card' ? [effect.move] : []))[0];
}

function report(one: Scene, change: Partial<UpdateDraft>): Scene {
  return one.tell({
    type: 'session-asked',
    ticket: 1,
    id,
    request: { do: 'report', update: { ...said, ...change } },
  });
}

describe("a worker's life", () => {
  it('moves its card when it runs, and only the first time', () => {
    const one = scene().started();
    expect(moveOf(one)).toMatchObject({ to: 'In Progress', dated: 'started', fields: { worker: id } });
    one.tell({ type: 'terminal-changed', terminal: { id, exit: { code: 0, signal: 0 } } as never });
    one.ask({ do: 'proposeResume', id }).resumed();
    expect(moveOf(one)).toBeUndefined();
  });

  it('follows its reports: blocked, done, and working again', () => {
    const one = scene().started();
    expect(moveOf(report(one, { blockers: ['no key', 'no net'] }))).toMatchObject({
      to: null,
      fields: { blockers: 'no key; no net' },
    });
    expect(moveOf(report(one, { percent: 40 }))).toMatchObject({
      fields: { blockers: null, progress: '40%' },
    });
    expect(moveOf(report(one, { status: 'done' }))).toMatchObject({ to: 'Review' });
    expect(moveOf(report(one, {}))).toMatchObject({ to: 'In Progress', from: ['Review'] });
    const url = 'https://git.example/shop/pull/12';
    for (const [summary, pr] of [
      [`See ${url}.`, url],
      ['Opened PR #12', '#12'],
    ] as const)
      expect(moveOf(report(one, { readyToMerge: true, summary }))?.fields).toEqual({ pr, ready: 'Yes' });
    expect(moveOf(report(one, { status: 'done' }))?.fields).toEqual({ ready: 'No' });
  });

  it('touches no card where there is no board, or it is off', () => {
    expect(moveOf(new Scene().started())).toBeUndefined();
    const off = scene();
    off.state = { ...off.state, config: { ...off.state.config, board: false } };
    expect(moveOf(off.started())).toBeUndefined();
  });
});

describe('a move', () => {
  const worker = { id, repo: 'backend', task: 'auth', branch: 'feature/auth', brief: 'Do it' };
  const start: CardMove = {
    worker,
    from: ['To Do'],
    to: 'In Progress',
    fields: { worker: id, repo: 'backend' },
    dated: 'started',
  };
  const change = (cards: Parameters<typeof card>[], move: CardMove, autoAdd = false) =>
    changeFor({ cards: cards.map((one) => card(...one)) }, move, '2026-11-22', autoAdd);

  it('writes new values, and keeps an existing day and repository', () => {
    expect(change([['A-1', 'To Do', 'auth', { started: '2026-11-01' }]], start)).toEqual({
      ...{ kind: 'change', card: { id: 'A-1' }, column: 'In Progress' },
      fields: { worker: id, repo: 'backend' },
    });
    expect(
      change([['A-1', 'In Progress', 'auth', { worker: id, repo: 'backend', started: 'x' }]], start),
    ).toBeNull();
  });

  it('does not move a card that a person has moved', () => {
    const clean: CardMove = {
      ...start,
      from: ['In Progress'],
      to: 'To Do',
      fields: { worker: null },
      dated: null,
    };
    expect(change([['A-1', 'Done', 'auth', { worker: id }]], clean)).toBeNull();
  });

  it('adds a card only where that is wanted', () => {
    expect(change([], start)).toBeNull();
    expect(change([], start, true)).toMatchObject({
      kind: 'add',
      fields: { task: 'Do it', started: '2026-11-22' },
    });
  });
});
