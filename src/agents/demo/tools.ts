import { execFile } from 'node:child_process';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { printable } from './text.ts';

/** What a tool came to, in words to show. */
export interface Outcome {
  readonly ok: boolean;
  readonly text: string;
}

/** Milliseconds a command may run. */
const commandPatience = 60_000;

/** Writes or extends a file of the worktree. */
export async function changeFile(
  cwd: string,
  change: { readonly kind: 'write' | 'append'; readonly file: string; readonly text: string },
): Promise<Outcome> {
  const path = resolve(cwd, change.file);
  const inside = relative(cwd, path);
  if (inside === '' || inside.startsWith('..') || isAbsolute(inside))
    return { ok: false, text: `${change.file} is not inside the worktree` };
  try {
    await mkdir(dirname(path), { recursive: true });
    await (change.kind === 'write' ? writeFile : appendFile)(path, change.text);
  } catch (error) {
    return { ok: false, text: error instanceof Error ? error.message : String(error) };
  }
  const lines = change.text.split('\n').length - 1;
  return {
    ok: true,
    text: `${change.kind === 'write' ? 'Wrote' : 'Added'} ${lines} ${lines === 1 ? 'line' : 'lines'}`,
  };
}

/** Runs a program in the worktree, without a shell. */
export function runCommand(cwd: string, argv: readonly string[], signal?: AbortSignal): Promise<Outcome> {
  const [program = '', ...args] = argv;
  return new Promise((done) => {
    const options = {
      cwd,
      timeout: commandPatience,
      maxBuffer: 4 * 1024 * 1024,
      ...(signal ? { signal } : {}),
    };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      const output = printable(`${stdout}${stderr}`).trim();
      const why = output === '' && error ? error.message : output;
      done({ ok: error === null, text: why || 'Done, no output' });
    });
    child.stdin?.end();
  });
}

/** Commits everything in the worktree; what git says is the result. */
export async function commitAll(cwd: string, message: string): Promise<Outcome> {
  const added = await runCommand(cwd, ['git', 'add', '--all']);
  if (!added.ok) return added;
  const who = await runCommand(cwd, ['git', 'config', 'user.email']);
  const identity = who.ok ? [] : ['-c', 'user.name=Demo agent', '-c', 'user.email=demo@localhost'];
  return runCommand(cwd, ['git', ...identity, 'commit', '--message', message]);
}

/** How many files git knows here, and a few of them. */
export async function lookAround(cwd: string): Promise<Outcome> {
  const listed = await runCommand(cwd, ['git', 'ls-files']);
  if (!listed.ok) return listed;
  const files = listed.text.split('\n');
  const count = files.length === 1 ? '1 file' : `${files.length} files`;
  return {
    ok: true,
    text: `${count}: ${files.slice(0, 6).join(', ')}${files.length > 6 ? ' …' : ''}`,
  };
}

/**
 * Branch of a worktree and git folder of its repository, null for each where there is none. The folder that worktrees
 * share, so that a conversation kept there outlives its worktree.
 */
export async function whereami(cwd: string): Promise<{ branch: string | null; gitFolder: string | null }> {
  const [branch, folder] = await Promise.all([
    runCommand(cwd, ['git', 'symbolic-ref', '--short', 'HEAD']),
    runCommand(cwd, ['git', 'rev-parse', '--path-format=absolute', '--git-common-dir']),
  ]);
  return { branch: branch.ok ? branch.text : null, gitFolder: folder.ok ? folder.text : null };
}
