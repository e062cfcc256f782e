import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyIndex } from '../../src/git/snapshots/quarantine.ts';
import { createPlace } from '../support/gitPlace.ts';

test('A copied index is never younger than the index, and there is none where there was none', async () => {
  const place = await createPlace();
  const [from, folder] = [join(place.root, 'index'), join(place.root, 'copies')];
  await mkdir(folder);
  await writeFile(from, 'content');
  await utimes(from, 1000.0005, 1000.0005);
  await copyIndex(from, join(folder, 'index'));
  const { mtimeMs } = await stat(join(folder, 'index'));
  expect(mtimeMs).toBeLessThan((await stat(from)).mtimeMs);
  expect(mtimeMs).toBeGreaterThan(999_990);
  await copyIndex(join(place.root, 'missing'), join(folder, 'index'));
  expect(await readdir(folder)).toEqual([]);
});
