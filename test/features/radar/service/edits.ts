import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Place } from '../../../support/gitPlace.ts';
import type { Chance } from './chance.ts';

/** Few enough that two workers meet, odd enough to break what takes names for words. */
export const names = [
  'plain.txt',
  'dir/with space.txt',
  'dir/other.ts',
  'ünï.md',
  '-dash',
  'co:lon',
  'new\nline',
  'quo"te\\d',
  'deep/er/still.ts',
  'deep/tab\there',
  'bin.dat',
  'crlf.txt',
  'dir/日本語',
  'union.list',
  'x/ leading',
] as const;

const targets = ['plain.txt', 'dir', '../outside', 'nowhere'] as const;

/** Thirty numbered lines, so that git finds renames and knows lines apart. */
export function lines(salt: string, count = 30, end = '\n'): string {
  return Array.from({ length: count }, (_, n) => `${salt} line ${n}${end}`).join('');
}

/** Files and links below a folder, without `.git`. */
export function filesIn(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .map((entry) => ({ entry, path: join(entry.parentPath, entry.name).slice(dir.length + 1) }))
    .filter(({ entry, path }) => !entry.isDirectory() && !/^\.git(\/|ignore$|attributes$|$)/.test(path))
    .map(({ path }) => path)
    .sort();
}

/** Changes something in a worktree as an agent might, without git or with it. */
export async function edit(place: Place, dir: string, chance: Chance): Promise<void> {
  const file = chance.pick(filesIn(dir));
  const free = chance.pick(names);
  const other = chance.number(3);
  const put = async (name: string, content: string | Buffer) => {
    await clear(dir, name);
    await mkdir(dirname(join(dir, name)), { recursive: true });
    await writeFile(join(dir, name), content);
  };
  switch (file ? chance.number(18) : 0) {
    case 0:
    case 1:
      return put(free, lines(`new ${other}`, 1 + chance.number(40), chance.once(6) ? '\r\n' : '\n'));
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
      return changeLine(dir, file ?? '', chance);
    case 7:
      return rm(join(dir, file ?? ''));
    case 8:
      return move(dir, file ?? '', free);
    case 9:
      return move(dir, file ?? '', `${chance.pick(['moved', 'dir', 'deep/er'])}/renamed ${other}`);
    case 10:
      return copyTo(dir, file ?? '', free);
    case 11:
      // A file where a folder was, or the other way round.
      return chance.once(2)
        ? put(free.includes('/') ? dirname(free) : 'dir', lines('file'))
        : put(`${file}/inside ${other}`, lines('inside'));
    case 12:
      if (!lstatSync(join(dir, file ?? '')).isSymbolicLink()) await chmod(join(dir, file ?? ''), 0o755);
      return;
    case 13:
      return put(free, Buffer.from([0, 1, 2, other, 0, 255]));
    case 14: {
      const name = chance.once(3) ? chance.pick(['dir', 'deep', 'deep/er'] as const) : free;
      await clear(dir, name);
      await mkdir(dirname(join(dir, name)), { recursive: true });
      return symlink(chance.pick(targets), join(dir, name));
    }
    case 15:
      if (existsSync(join(dir, 'dir')) && !existsSync(join(dir, 'dir 2')))
        await rename(join(dir, 'dir'), join(dir, 'dir 2'));
      return;
    case 16:
      await put(`ignored/${other}`, lines('ignored'));
      return put('trace.log', lines('log'));
    default:
      return runGit(place, dir, file ?? '', chance);
  }
}

async function runGit(place: Place, dir: string, file: string, chance: Chance): Promise<void> {
  const attempt = (...args: string[]) => place.sh(dir, ...args).catch(() => ''); // A refusal of git is a state, too.
  const commands: string[][] = [
    ['add', '--all'],
    ['add', '--all', '--', `:(literal)${file}`],
    ['add', '--intent-to-add', '--', `:(literal)${file}`],
    ['rm', '--cached', '--quiet', '--', `:(literal)${file}`],
    ['commit', '--quiet', '--all', '-m', 'Some'],
    ['reset', '--quiet', '--soft', 'HEAD~1'],
    ['merge', '--quiet', '--no-edit', 'develop'],
    ['checkout', '--quiet', '--detach'],
    ['status'],
  ];
  await attempt(...(chance.pick(commands) ?? []));
  if (chance.once(2)) {
    await attempt('add', '--all');
    await attempt('commit', '--quiet', '-m', 'All');
  }
}

/** Removes what lies at a path, and files that stand where its folders should be. */
async function clear(dir: string, name: string): Promise<void> {
  const parts = name.split('/');
  for (let n = 1; n < parts.length; n++) {
    const above = join(dir, ...parts.slice(0, n));
    if (lstatSync(above, { throwIfNoEntry: false })?.isDirectory() === false) await rm(above);
  }
  await rm(join(dir, name), { recursive: true, force: true });
}

async function changeLine(dir: string, file: string, chance: Chance): Promise<void> {
  const path = join(dir, file);
  if (lstatSync(path).isSymbolicLink()) return;
  const text = (await readFile(path, 'latin1')).split('\n');
  const at = chance.number(text.length);
  const what = chance.number(4);
  const line = `changed ${chance.number(100)}`;
  if (what === 0) text.splice(at, 0, line);
  else if (what === 1) text.splice(at, 1 + chance.number(3));
  else text[at] = line;
  if (chance.once(15))
    await writeFile(path, text.map((one) => one.replace(/\r?$/, '\r')).join('\n'), 'latin1');
  else await writeFile(path, text.join('\n'), 'latin1');
}

async function move(dir: string, from: string, to: string): Promise<void> {
  if (from === to || to.startsWith(`${from}/`) || from.startsWith(`${to}/`)) return;
  await clear(dir, to);
  if (!lstatSync(join(dir, from), { throwIfNoEntry: false })) return;
  await mkdir(dirname(join(dir, to)), { recursive: true });
  await rename(join(dir, from), join(dir, to));
}

async function copyTo(dir: string, from: string, to: string): Promise<void> {
  if (from === to || to.startsWith(`${from}/`) || from.startsWith(`${to}/`)) return;
  await clear(dir, to);
  if (!lstatSync(join(dir, from), { throwIfNoEntry: false })) return;
  await mkdir(dirname(join(dir, to)), { recursive: true });
  await cp(join(dir, from), join(dir, to), { verbatimSymlinks: true });
}
