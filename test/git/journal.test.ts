import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  carryOut,
  dropJournal,
  type JournalStep,
  listJournals,
  readJournal,
} from '../../src/git/finish/journal.ts';
import { failure, success } from '../../src/lib/result.ts';
import { createPlace, expectProblem, expectValue, write } from '../support/gitPlace.ts';

/** A step that leaves a file. */
function step(root: string, name: string, run: JournalStep['run'] = async () => success(null)): JournalStep {
  const file = join(root, name);
  return {
    name,
    isDone: async () => success(await readFile(file).then(Boolean, () => false)),
    async run() {
      const ran = await run();
      if (ran.ok) await writeFile(file, 'done');
      return ran;
    },
  };
}

const change = { name: 'release-1.0+b/1', kind: 'release', data: { version: '1.0' } };

test('Steps are done in order and the journal is gone afterwards', async () => {
  const { root } = await createPlace();
  const seen: unknown[] = [];
  const look = async () => {
    seen.push(expectValue(await readJournal(root, change.name))?.step);
    return success(null);
  };
  expectValue(await carryOut(root, change, [step(root, 'one', look), step(root, 'two', look)]));
  expect(seen).toEqual(['one', 'two']);
  expect(await readdir(join(root, 'orch/journal'))).toEqual([]);
});

test('A change that stopped goes on where the repository says it stands', async () => {
  const { root } = await createPlace();
  const stop = step(root, 'two', async () => failure('stopped', 'Not now.'));
  const once = step(root, 'one');
  expect(expectProblem(await carryOut(root, change, [once, stop])).code).toBe('stopped');
  const [left] = await listJournals(root);
  expect(left).toEqual(success({ ...change, step: 'two', begunAt: expect.any(String) }));
  const again: string[] = [];
  const count = (name: string) =>
    step(root, name, async () => {
      again.push(name);
      return success(null);
    });
  expectValue(await carryOut(root, change, [count('one'), count('two')]));
  expect(again).toEqual(['two']);
  expect(await listJournals(root)).toEqual([]);
});

test('A file that is no journal is named and left alone; a half-written one is not read', async () => {
  const { root } = await createPlace();
  await write(root, { 'orch/journal/bad.json': 'no', 'orch/journal/half.json.tmp': '{' });
  const [bad, ...others] = await listJournals(root);
  if (!bad) return expect.fail('none');
  expect(others).toEqual([]);
  expect(expectProblem(bad)).toMatchObject({ code: 'journal_damaged' });
  expect(await readFile(join(root, 'orch/journal/bad.json'), 'utf8')).toBe('no');
  expect(await readJournal(root, 'none')).toEqual(success(null));
});

test('A journal that cannot be written stops a change before its first step', async () => {
  const { root } = await createPlace();
  await mkdir(join(root, 'orch'));
  await write(root, { 'orch/journal': 'a file' });
  const ran: string[] = [];
  const one = step(root, 'one', async () => {
    ran.push('one');
    return success(null);
  });
  expect(expectProblem(await carryOut(root, change, [one])).code).toBe('unsafe_path');
  expect(ran).toEqual([]);
});

test('A dropped change leaves nothing, not even a half-written file', async () => {
  const { root } = await createPlace();
  await write(root, { 'orch/journal/finish-fix.json': '{}', 'orch/journal/finish-fix.json.tmp': '{' });
  expectValue(await dropJournal(root, 'finish-fix'));
  expect(await readdir(join(root, 'orch/journal'))).toEqual([]);
});
