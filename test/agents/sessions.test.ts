import { createHash } from 'node:crypto';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { findSession } from '../../src/agents/probe.ts';
import { Workplace } from './workplace.ts';

const codex = { command: ['codex'], sessions: 'codex' as const };
const gemini = { command: ['gemini'], sessions: 'gemini' as const };

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

const find = (preset: typeof codex | typeof gemini, env: Record<string, string>, folder: string) =>
  findSession(preset, { file: '/nowhere', env }, folder);

/** The first line of a conversation of Codex 0.171, shortened. */
const rollout = (id: string, cwd: string) =>
  `${JSON.stringify({ timestamp: 't', ordinal: 0, type: 'session_meta', payload: { session_id: id, id, cwd, base_instructions: { text: 'x'.repeat(40_000) } } })}\n{}\n`;

test('the newest conversation of Codex in a folder is found, and none of another folder', async () => {
  await using place = await Workplace.create();
  const env = { HOME: place.root };
  expect(await find(codex, env, '/w/a')).toEqual({ kind: 'none' });
  const day = join(place.root, '.codex', 'sessions', '2026', '11');
  await write(join(day, '28', 'rollout-2026-11-28T09-00-00-old.jsonl'), rollout('old', '/w/a'));
  await write(join(day, '29', 'rollout-2026-11-29T09-00-00-new.jsonl'), rollout('new', '/w/a'));
  await write(join(day, '29', 'rollout-2026-11-29T10-00-00-other.jsonl'), rollout('other', '/w/b "c"'));
  await write(join(day, '30', 'rollout-2026-11-30T10-00-00-broken.jsonl'), 'no json');
  expect(await find(codex, env, '/w/a')).toEqual({ kind: 'found', id: 'new' });
  expect(await find(codex, env, '/w/b "c"')).toEqual({ kind: 'found', id: 'other' });
  expect(await find(codex, env, '/w')).toEqual({ kind: 'none' });
  expect(await find(codex, { HOME: '/nowhere', CODEX_HOME: join(place.root, '.codex') }, '/w/a')).toEqual({
    kind: 'found',
    id: 'new',
  });
});

test('a conversation of Gemini is found by the folder that its project names, or by the hash of older versions', async () => {
  await using place = await Workplace.create();
  const env = { HOME: place.root };
  const tmp = join(place.root, '.gemini', 'tmp');
  await write(join(tmp, 'a', '.project_root'), '/w/a');
  await mkdir(join(tmp, 'a', 'chats'));
  expect(await find(gemini, env, '/w/a')).toEqual({ kind: 'none' });
  await write(join(tmp, 'a', 'chats', 'session-2026-11-29T08-55-4e30d5dc.jsonl'), '{}');
  expect(await find(gemini, env, '/w/a')).toEqual({ kind: 'found', id: null });
  expect(await find(gemini, env, '/w/b')).toEqual({ kind: 'none' });
  const hash = createHash('sha256').update('/w/b').digest('hex');
  await write(join(tmp, hash, 'chats', 'session-1.json'), '{}');
  expect(await find(gemini, env, '/w/b')).toEqual({ kind: 'found', id: null });
});

test('a list is asked for in the folder; the newest of it counts, also where the folder is reached by a link', async () => {
  await using place = await Workplace.create();
  const folder = join(place.root, 'tree');
  await mkdir(folder);
  await symlink(folder, join(place.root, 'link'));
  const row = (id: string, updated: number, directory: string) => ({ id, updated, directory });
  const list = async (rows: unknown, at = folder) => {
    await writeFile(join(folder, 'rows.json'), typeof rows === 'string' ? rows : JSON.stringify(rows));
    const program = { file: '/bin/sh', env: { PATH: '/bin:/usr/bin' } };
    return findSession({ command: ['sh'], sessions: ['-c', 'cat rows.json'] }, program, at);
  };
  const rows = [row('ses_1', 1, folder), row('ses_2', 9, folder), row('ses_3', 10, '/elsewhere')];
  expect(await list(rows)).toEqual({ kind: 'found', id: 'ses_2' });
  expect(await list(rows, join(place.root, 'link'))).toEqual({ kind: 'found', id: 'ses_2' });
  expect(await list([row('ses_3', 10, '/elsewhere')])).toEqual({ kind: 'none' });
  expect(await list('')).toEqual({ kind: 'none' });
  for (const odd of ['no json', '{}', [row('--evil', 1, folder), null]])
    expect((await list(odd)).kind).not.toBe('found');
  expect(await list(rows, join(place.root, 'gone'))).toEqual({ kind: 'unknown' });
});

test('a failing program and a preset without a way leave it unknown', async () => {
  await using place = await Workplace.create();
  const program = { file: '/bin/sh', env: {} };
  expect(await findSession({ command: ['sh'], sessions: ['-c', 'exit 1'] }, program, place.root)).toEqual({
    kind: 'unknown',
  });
  expect(await findSession({ command: ['sh'] }, program, place.root)).toEqual({ kind: 'unknown' });
});
