import { expect, test } from 'vitest';
import { applyEvent, type LogEvent } from '../../../src/features/log.ts';
import type { Problem, Result } from '../../../src/lib/result.ts';
import { Scene } from '../../controller/scene.ts';

test.each([
  ['a', 'b-c', 'a-b', 'c'],
  ['a-b', 'c', 'a', 'B-C'],
  ['A', 'b-c', 'a-b', 'c'],
])('%s/%s and %s/%s would share a folder: the other one is named', (repo, task, other, second) => {
  const scene = new Scene();
  const repos = ['a', 'A', 'a-b'].map((name) => ({ name, path: `/w/${name}` }));
  scene.state = { ...scene.state, config: { ...scene.state.config, repos } };
  const propose = (name: string, one: string) =>
    scene.ask({ do: 'propose', draft: { repo: name, task: one, brief: '', agent: null }, sessionId: 's' });
  const refused = (): Problem | null => {
    const reply = scene.effects.find((effect) => effect.type === 'reply');
    const result = reply?.type === 'reply' ? (reply.result as Result<unknown>) : null;
    return result && !result.ok ? result.problem : null;
  };
  propose(repo, task);
  propose(other, second);
  expect(refused()).toMatchObject({
    code: 'path_taken',
    message: expect.stringContaining(`proposal 1, ${repo}/${task}.`),
  });
  const base = { branch: 'develop', commit: 'c' };
  const place = { branch: `feature/${task}`, worktree: `/w/.worktrees/${repo}-${task}`, base };
  const worker = { id: `${repo}/${task}`, repo, task, ...place, agent: 'claude', brief: '', sessionId: 's' };
  const started: LogEvent = { v: 1, seq: 9, at: '2026-11-22T12:00:00.000Z', type: 'started', ...worker };
  scene.state = { ...scene.state, log: applyEvent(scene.state.log, started) };
  propose(other, second);
  expect(refused()).toMatchObject({
    code: 'path_taken',
    message: `Its worktree would be the folder ${other}-${second}, which is that of the worker ${repo}/${task}.`,
  });
});
