import { expect, test } from 'vitest';
import { leftProblem, processesToEndText } from '../../src/core/leftProcess.ts';
import { selectFacts } from '../../src/features/state.ts';
import { Scene } from '../controller/scene.ts';

const node = { pid: 123, start: 'boot:1', command: 'node agent.js' };
const sleep = { pid: 124, start: 'boot:2', command: 'sleep 9' };

test('a plan says how many processes are ended, and which', () => {
  expect(processesToEndText([node])).toBe(
    'Ends 1 process left over from its last run, and their new children: 123 (node agent.js).',
  );
  expect(processesToEndText([node, sleep])).toBe(
    'Ends 2 processes left over from its last run, and their new children: 123 (node agent.js), 124 (sleep 9).',
  );
});

test('leftover processes of a worker are reported while the worker is lost', () => {
  const left = { 'backend/auth': [node] };
  const scene = new Scene().started();
  expect(scene.tell({ type: 'host-lost' }).done).toContain('look-for-left');
  scene.tell({ type: 'left-found', left });
  expect(selectFacts(scene.state)).toMatchObject({ left, notices: [leftProblem('backend/auth', [node])] });
  scene.tell({ type: 'left-found', left: {} });
  expect(selectFacts(scene.state)).toMatchObject({ notices: [] });
  expect(selectFacts(new Scene().started().tell({ type: 'left-found', left }).state).left).toBeUndefined();
});
