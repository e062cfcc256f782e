import { expect, it } from 'vitest';
import { longTitleOf, titleOf, type Worker } from '../../../src/core/worker.ts';
import { eventSentence } from '../../../src/features/log.ts';
import { Scene } from '../../controller/scene.ts';

const id = 'backend/auth';

function called(scene: Scene): readonly string[] {
  const worker = scene.worker(id) as Worker;
  return [worker.id, titleOf(worker), longTitleOf(worker)];
}

it('shows a worker under another title and undoes that; its id stays', () => {
  const scene = new Scene().started();
  expect(called(scene)).toEqual([id, 'auth', id]);
  scene.ask({ do: 'rename', id, title: ' Log in \u202e twice\n' });
  expect(called(scene)).toEqual([id, 'Log in twice', `Log in twice · ${id}`]);
  expect(scene.events).toEqual([{ type: 'renamed', id, title: 'Log in twice' }]);
  expect(scene.effects).toMatchObject([{ result: { ok: true, value: { id, title: 'Log in twice' } } }]);
  scene.ask({ do: 'rename', id, title: '', undo: true });
  expect(called(scene)).toEqual([id, 'auth', id]);
  expect(scene.effects).toMatchObject([{ result: { ok: true, value: { id, title: 'auth' } } }]);
});

it('refuses an undo without a rename, an unknown worker, and senders other than a person', () => {
  const scene = new Scene().started();
  expect(scene.ask({ do: 'rename', id, title: '', undo: true }).refusal).toBe('not_renamed');
  expect(scene.ask({ do: 'rename', id: 'backend/none', title: 'x' }).refusal).toBe('no_such_worker');
  expect(scene.ask({ do: 'rename', id, title: 'x' }, false).refusal).toBe('approval_forbidden');
  expect(called(scene)).toEqual([id, 'auth', id]);
});

it('is described in the log', () => {
  expect(eventSentence({ type: 'renamed', title: 'Other' } as { type: string })).toBe(
    'It was renamed to Other',
  );
});
