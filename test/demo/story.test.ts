import { expect, test } from 'vitest';
import { followUpOf, storyOf } from '../../src/demo/story.ts';

test.each([
  ['backend/fix-migration', 'src/fix-migration.mjs', 'doFixMigration'],
  ['3d-view', 'src/3d-view.mjs', 'do3dView'],
  ['web/class', 'src/class.mjs', 'doClass'],
  ['web/a.b_c', 'src/a.b_c.mjs', 'doABC'],
  ['/../..', 'src/task.mjs', 'doTask'],
])('the module for %s is %s and works', async (name, file, call) => {
  const written = storyOf(name, 'Say */ "hello"\nto all').find((step) => step.kind === 'write');
  expect(written?.file).toBe(file);
  const module = await import(`data:text/javascript,${encodeURIComponent(written?.text ?? '')}`);
  expect(module[call](['a', 'b', 'a']).done).toEqual(['a', 'b']);
});

test('directives take the place of the sample story and of the note', () => {
  const steps = [{ kind: 'say', text: 'hi' }];
  expect(storyOf('task', 'Please:\nsay: hi')).toEqual(steps);
  expect(followUpOf('task', 'say: hi')).toEqual(steps);
});

test('the orchestrator says what it can do, and proposes what it is told', () => {
  for (const steps of [storyOf('orchestrator', 'Plan the week'), followUpOf('orchestrator', 'go on')])
    expect(steps.map(({ kind }) => kind)).toEqual(['say', 'say']);
  expect(followUpOf('orchestrator', 'propose web cart: Add taxes: all of them')).toEqual([
    { kind: 'propose', repo: 'web', task: 'cart', brief: 'Add taxes: all of them' },
  ]);
});

test('a request without directives is noted and committed', () => {
  expect(followUpOf('web/cart', 'add\ntaxes').map(({ kind }) => kind)).toEqual([
    'say',
    'append',
    'commit',
    'say',
  ]);
  expect(followUpOf('web/cart', 'add\ntaxes')).toContainEqual({
    kind: 'append',
    file: 'docs/cart.md',
    text: '- add taxes\n',
  });
});
