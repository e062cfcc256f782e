import { createHash } from 'node:crypto';
import { open, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentPreset } from '../core/workspace.ts';
import { type AskedProgram, askProgram } from './askProgram.ts';

/** What is known of an agent's conversations in a folder; `id` where it can be named. */
export type KnownSession =
  | { readonly kind: 'found'; readonly id: string | null }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown' };

/** Milliseconds; OpenCode takes some seconds, and a minute on a machine with too much to do. To start over costs more. */
const listPatience = 90_000;
/** Files; with more of them the older ones are not looked at. */
const mostLookedAt = 3000;
/** Bytes at the beginning of a file of Codex; its first line may be long, and what is wanted comes first in it. */
const headBytes = 8 * 1024;

/**
 * Looks whether an agent has had a conversation in a folder, so that a resume does not begin an empty one.
 * @param folder absolute path, where the agent runs; the program, where it has to be asked, is run there
 */
export async function findSession(
  { command, sessions }: Pick<AgentPreset, 'command' | 'sessions'>,
  program: Omit<AskedProgram, 'cwd'>,
  folder: string,
): Promise<KnownSession> {
  if (sessions === undefined) return { kind: 'unknown' };
  const names = new Set([folder, await realpath(folder).catch(() => folder)]);
  try {
    if (sessions === 'codex') return await findCodex(program.env, names);
    if (sessions === 'gemini') return await findGemini(program.env, names);
    // No folder: nothing can be run in it, and a worktree that has to be made again has no conversation that fits it.
    if (!(await isFolder(folder))) return { kind: 'unknown' };
    const args = [...command.slice(1), ...sessions];
    const listed = await askProgram({ ...program, cwd: folder }, args, listPatience);
    return listed === null ? { kind: 'unknown' } : newest(listed, names);
  } catch {
    // Unreadable, or not of the shape that we know.
    return { kind: 'unknown' };
  }
}

/** From a list with `id`, `directory` and `updated` in it; without conversations some print nothing. */
function newest(listed: string, folders: ReadonlySet<string>): KnownSession {
  if (listed.trim() === '') return { kind: 'none' };
  const all: unknown = JSON.parse(listed);
  if (!Array.isArray(all)) return { kind: 'unknown' };
  const own = all
    .filter((one) => folders.has(String(one?.directory)) && isId(one?.id))
    .sort((one, other) => Number(other.updated ?? 0) - Number(one.updated ?? 0));
  return own[0] ? { kind: 'found', id: own[0].id } : { kind: 'none' };
}

/** An id becomes an argument: it must not be taken for a flag. */
function isId(id: unknown): id is string {
  return typeof id === 'string' && /^\w[\w.:-]{0,199}$/.test(id);
}

/** Codex keeps each conversation in `sessions/YYYY/MM/DD/rollout-….jsonl`, whose first line names its folder. */
async function findCodex(
  env: Readonly<Record<string, string>>,
  folders: ReadonlySet<string>,
): Promise<KnownSession> {
  const top = join(env.CODEX_HOME ?? join(env.HOME ?? '', '.codex'), 'sessions');
  if (!(await isFolder(top))) return { kind: 'none' };
  const files = (await readdir(top, { recursive: true }))
    .filter((file) => /rollout-[^/]*\.jsonl$/.test(file))
    .sort()
    .reverse();
  for (const file of files.slice(0, mostLookedAt)) {
    const head = await headOf(join(top, file));
    if (folders.has(field(head, 'cwd') ?? '')) {
      const id = field(head, 'id');
      return { kind: 'found', id: isId(id) ? id : null };
    }
  }
  return { kind: 'none' };
}

async function headOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function field(head: string, name: string): string | null {
  const found = new RegExp(`"${name}":("(?:[^"\\\\]|\\\\.)*")`).exec(head)?.[1];
  return found === undefined ? null : (JSON.parse(found) as string);
}

/** Gemini keeps conversations below `tmp/`, in a folder named for the project; older versions name it by a hash. */
async function findGemini(
  env: Readonly<Record<string, string>>,
  folders: ReadonlySet<string>,
): Promise<KnownSession> {
  const top = join(env.GEMINI_CLI_HOME ?? env.HOME ?? '', '.gemini', 'tmp');
  if (!(await isFolder(top))) return { kind: 'none' };
  const hashes = new Set([...folders].map((one) => createHash('sha256').update(one).digest('hex')));
  for (const project of await readdir(top)) {
    const root = await readFile(join(top, project, '.project_root'), 'utf8').catch(() => '');
    if (!hashes.has(project) && !folders.has(root.trim())) continue;
    const chats = await readdir(join(top, project, 'chats')).catch(() => []);
    if (chats.some((chat) => chat.startsWith('session-'))) return { kind: 'found', id: null };
  }
  return { kind: 'none' };
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
