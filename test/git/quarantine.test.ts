import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Quarantine } from '../../src/git/snapshots/quarantine.ts';
import { createPlace } from '../support/gitPlace.ts';

async function open(objects: string): Promise<Quarantine> {
  const quarantine = await Quarantine.open(objects);
  onTestFinished(() => quarantine.close());
  return quarantine;
}

test('It is full after so many snapshots, or so many bytes', async () => {
  const [many, large] = [await open('/nowhere'), await open('/nowhere')];
  for (let n = 0; n < 500; n++) many.count(1);
  expect(many.isFull).toBe(false);
  many.count(1);
  expect(many.isFull).toBe(true);
  large.count(512 * 1024 * 1024);
  expect(large.isFull).toBe(false);
  large.count(1);
  expect(large.isFull).toBe(true);
});

test.each(['plain', 'with: "quotes" and \\ and\nlines'])(
  'Objects of a repository in %j can be read',
  async (name) => {
    const place = await createPlace(name);
    const repo = await place.repo();
    const quarantine = await open(join(repo.path, '.git', 'objects'));
    const dir = await place.repo('other');
    const commit = await place.sh(repo.path, 'commit-tree', '-m', 'Alone', 'HEAD^{tree}');
    const seen = await place.git.run(dir.path, ['cat-file', '-t', commit], { env: quarantine.env });
    expect(seen).toMatchObject({ exitCode: 0, stdout: 'commit\n' });
    const made = await place.git.run(dir.path, ['hash-object', '-w', '--stdin'], {
      input: 'x',
      env: quarantine.env,
    });
    expect(made.exitCode).toBe(0);
    const isThere = await place.git.run(dir.path, ['cat-file', '-e', made.stdout.trim()]);
    expect(isThere.exitCode).not.toBe(0);
  },
);
