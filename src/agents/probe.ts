import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, open, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { AgentPreset } from '../core/workspace.ts';
import { failure, type Result, success } from '../lib/result.ts';
import { oneLine } from '../lib/sanitize.ts';
import { isTooOld, newestTested, oldestSupported } from './claude/launch.ts';

/** A program to query. */
export interface QueriedProgram {
  /** Absolute path. */
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** Maximum bytes of output; a list of conversations may be long. */
const longestAnswer = 8 * 1024 * 1024;

/**
 * Runs a program and returns its output. Only for planning a proposal.
 * @returns null when it fails, prints more than `maxBuffer` bytes, or exceeds the timeout
 */
function queryProgram(
  { file, env, cwd }: QueriedProgram,
  args: readonly string[],
  timeout: number,
  maxBuffer = longestAnswer,
): Promise<string | null> {
  return new Promise((answer) => {
    const options = { env, cwd, timeout, killSignal: 'SIGKILL', maxBuffer } as const;
    const child = execFile(file, args, options, (error, stdout) => answer(error ? null : stdout));
    child.stdin?.end();
  });
}

/** A preset's program, found and queried. */
export interface FoundAgent {
  /** Absolute path of the program. */
  readonly file: string;
  /** First line of `--version`; null when it prints none, or is not queried because its flags are unknown. */
  readonly version: string | null;
}

/** Milliseconds; the real CLI answers in 0.1 to 1 s. */
const versionTimeoutMs = 5000;

/**
 * Finds a preset's program as a start would, and queries its version.
 * @param environment of the process; its PATH counts
 * @param cwd base folder for a relative path with a slash
 * @returns `agent_missing`, or `agent_too_old` for a version with unsupported hooks
 */
export async function probeAgent(
  name: string,
  preset: Pick<AgentPreset, 'command' | 'speaks'>,
  environment: Readonly<Record<string, string>>,
  cwd: string,
): Promise<Result<FoundAgent>> {
  const [program = '', ...rest] = preset.command;
  const file = await findProgram(program, environment.PATH ?? '', cwd);
  if (file === null) return missing(name, program);
  if (preset.speaks === 'none') return success({ file, version: null });
  const version = await queryVersion({ file, env: environment, cwd }, [...rest, '--version']);
  if (version !== null && isTooOld(version)) {
    const message = `Agent "${name}" is ${version}; ${oldestSupported} or newer is needed.`;
    const hint = `Update it: claude update. orch-tui is tested with ${oldestSupported} and ${newestTested}.`;
    return failure('agent_too_old', message, hint);
  }
  return success({ file, version });
}

function missing(name: string, program: string): Result<never> {
  const hint =
    program === 'claude'
      ? 'Install Claude Code: npm install -g @anthropic-ai/claude-code'
      : `Install it, or fix agents.${name}.command in .orch/config.json.`;
  return failure(
    'agent_missing',
    `The program of agent "${name}", ${oneLine(program, 80)}, was not found.`,
    hint,
  );
}

/** Returns the file of a program name, as the kernel and a shell find it; null when there is none. */
export async function findProgram(program: string, path: string, cwd: string): Promise<string | null> {
  if (program === '') return null;
  const candidates = program.includes('/')
    ? [resolve(cwd, program)]
    : path
        .split(delimiter)
        .filter((folder) => isAbsolute(folder))
        .map((folder) => join(folder, program));
  for (const candidate of candidates) if (await isProgram(candidate)) return candidate;
  return null;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    // Missing or not executable: no program either way.
    return false;
  }
}

/** Returns the first line of a program's output; null when it prints none. */
async function queryVersion(program: QueriedProgram, args: readonly string[]): Promise<string | null> {
  const printed = await queryProgram(program, args, versionTimeoutMs, 64 * 1024);
  return oneLine(printed?.split('\n')[0] ?? '', 80) || null;
}

/** Milliseconds; a Node program takes seconds on a busy machine. */
const helpTimeoutMs = 15_000;

/**
 * Searches a program's `--help` for flags that a preset passes only to programs that list them.
 * @returns the supported flags; null when it printed no help
 */
export async function listedFlags(
  { command, ifListed = [] }: Pick<AgentPreset, 'command' | 'ifListed'>,
  program: QueriedProgram,
): Promise<readonly string[] | null> {
  if (ifListed.length === 0) return [];
  const help = await queryProgram(program, [...command.slice(1), '--help'], helpTimeoutMs);
  if (help === null) return null;
  const words = new Set(help.split(/[\s,=[\]]+/));
  return ifListed.filter((flag) => words.has(flag));
}

/** Result of looking for a conversation in a folder; `id` if it can be named. */
export type KnownSession =
  | { readonly kind: 'found'; readonly id: string | null }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown' };

/** Milliseconds; OpenCode takes some seconds, and a minute on an overloaded machine. Starting over costs more. */
const listTimeoutMs = 90_000;
/** Maximum files to read, newest first. */
const mostLookedAt = 3000;
/** Bytes read from the beginning of a Codex file; its first line may be long, and the wanted fields come first. */
const headBytes = 8 * 1024;

/**
 * Finds an agent's conversation in a folder, so that a resume does not begin an empty one.
 * @param folder absolute path of the agent's folder; also the working folder of queries
 */
export async function findSession(
  { command, sessions }: Pick<AgentPreset, 'command' | 'sessions'>,
  program: Omit<QueriedProgram, 'cwd'>,
  folder: string,
): Promise<KnownSession> {
  if (sessions === undefined) return { kind: 'unknown' };
  const names = new Set([folder, await realpath(folder).catch(() => folder)]);
  try {
    if (sessions === 'codex') return await findCodex(program.env, names);
    if (sessions === 'gemini') return await findGemini(program.env, names);
    // Without the folder nothing can run in it, and a recreated worktree has no matching conversation.
    if (!(await isFolder(folder))) return { kind: 'unknown' };
    const args = [...command.slice(1), ...sessions];
    const listed = await queryProgram({ ...program, cwd: folder }, args, listTimeoutMs);
    return listed === null ? { kind: 'unknown' } : newest(listed, names);
  } catch {
    // Unreadable, or of an unknown format.
    return { kind: 'unknown' };
  }
}

/**
 * Returns the newest session of a list with `id`, `directory` and `updated`. Without conversations some agents print
 * nothing.
 */
function newest(listed: string, folders: ReadonlySet<string>): KnownSession {
  if (listed.trim() === '') return { kind: 'none' };
  const all: unknown = JSON.parse(listed);
  if (!Array.isArray(all)) return { kind: 'unknown' };
  const own = all
    .filter((one) => folders.has(String(one?.directory)) && isId(one?.id))
    .sort((one, other) => Number(other.updated ?? 0) - Number(one.updated ?? 0));
  return own[0] ? { kind: 'found', id: own[0].id } : { kind: 'none' };
}

/** Reports whether an id is safe as an argument: it must not look like a flag. */
function isId(id: unknown): id is string {
  return typeof id === 'string' && /^\w[\w.:-]{0,199}$/.test(id);
}

/** Finds a conversation of Codex: `sessions/YYYY/MM/DD/rollout-….jsonl`, whose first line names its folder. */
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

/** Finds a conversation of Gemini, below `tmp/` in a folder named for the project; older versions name it by a hash. */
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
