import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type Day, dayOf } from '../../core/amounts.ts';
import type { SessionSignal } from '../../core/observation.ts';
import { addTokens, noTokens, type Tokens } from '../../core/usage.ts';
import type { AgentPreset } from '../../core/workspace.ts';

/** Returns Claude Code's own folder: settings, transcripts, plans and running sessions. */
export function claudeFolder(
  { env }: Pick<AgentPreset, 'env'>,
  ambient: Readonly<Record<string, string | undefined>>,
): string {
  const home = env.HOME ?? ambient.HOME ?? homedir();
  return env.CLAUDE_CONFIG_DIR ?? ambient.CLAUDE_CONFIG_DIR ?? join(home, '.claude');
}

/** Maximum bytes; such a file has a dozen short fields. */
const largest = 64 * 1024;

/**
 * Reads the state of a Claude Code process from `sessions/<pid>.json`. This is no documented interface: anything
 * unknown is ignored. Verified with 2.1.197: it is current within a tenth of a second, also after Esc, and a killed
 * process leaves its file behind.
 * @param folder see `claudeFolder`
 * @param start start of the process, as in `ProcessEntry`
 */
export async function readSession(folder: string, pid: number, start: string): Promise<SessionSignal | null> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(join(folder, 'sessions', `${pid}.json`), flags).catch(() => null);
  // No such file, a link, or unreadable.
  if (file === null) return null;
  try {
    const { uid, size } = await file.stat().then((stat) => (stat.isFile() ? stat : { uid: -1, size: 0 }));
    if (uid !== process.getuid?.() || size > largest) return null;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(largest), 0, largest, 0);
    return parseSession(buffer.toString('utf8', 0, bytesRead), pid, start);
  } catch {
    // Deleted while it was read.
    return null;
  } finally {
    await file.close();
  }
}

/** State by status. A background shell does not keep the agent busy. */
const meanings: Readonly<Record<string, SessionSignal['says']>> = {
  idle: 'resting',
  shell: 'resting',
  busy: 'working',
  waiting: 'asking',
};

/** @returns null for another process's, such as an earlier one of that number, and for what is not understood */
export function parseSession(text: string, pid: number, start: string): SessionSignal | null {
  const fields = object(text);
  if (fields?.pid !== pid) return null;
  const { procStart, status, statusUpdatedAt: at } = fields;
  // Ticks since boot on Linux; another clock elsewhere.
  if (typeof procStart === 'string' && /:\d+$/.test(start) && !start.endsWith(`:${procStart}`)) return null;
  const says = typeof status === 'string' && Object.hasOwn(meanings, status) ? meanings[status] : undefined;
  if (says === undefined || typeof at !== 'number' || !(at > 0 && at < 8.64e15)) return null;
  return { source: 'session', says, at };
}

function object(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    // Incompletely written.
    return null;
  }
}

/** Bytes per read. */
const pieceBytes = 256 * 1024;

/** Maximum bytes of a line; longer ones contain pictures or the like, and no usage. */
const longestLine = 4 * 1024 * 1024;

/**
 * Returns the path of a conversation's transcript from a hook's message; only a file named after the conversation is
 * accepted.
 */
export function transcriptOf(body: unknown): { session: string; path: string } | null {
  if (typeof body !== 'object' || body === null) return null;
  const { session_id: session, transcript_path: path } = body as Record<string, unknown>;
  if (typeof session !== 'string' || typeof path !== 'string') return null;
  return path.startsWith('/') && !path.includes('\0') && basename(path) === `${session}.jsonl`
    ? { session, path }
    : null;
}

/**
 * Counts the tokens of a conversation by day, subagents included; each count reads only new data. A message has one
 * line for each of its parts, each with the same usage, so it is counted once by its id.
 */
export class TranscriptReader {
  readonly #path: string;
  readonly #files = new Map<string, { offset: number; rest: Buffer }>();
  readonly #messages = new Map<string, { day: Day; tokens: Tokens }>();

  constructor(path: string) {
    this.#path = path;
  }

  /** Returns tokens by day up to now. */
  async count(): Promise<Readonly<Record<Day, Tokens>>> {
    for (const file of [this.#path, ...(await this.#subagents())]) await this.#read(file);
    const days: Record<Day, Tokens> = {};
    for (const { day, tokens } of this.#messages.values())
      days[day] = addTokens(days[day] ?? noTokens, tokens);
    return days;
  }

  async #subagents(): Promise<readonly string[]> {
    const folder = join(dirname(this.#path), basename(this.#path, '.jsonl'), 'subagents');
    try {
      const names = await readdir(folder);
      return names.filter((name) => /^agent-.*\.jsonl$/.test(name)).map((name) => join(folder, name));
    } catch {
      // No subagents.
      return [];
    }
  }

  async #read(path: string): Promise<void> {
    const at = this.#files.get(path) ?? { offset: 0, rest: Buffer.alloc(0) };
    this.#files.set(path, at);
    // Opening a pipe instead of a file would block.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => null);
    if (file === null) return;
    try {
      const { size } = await file.stat();
      // The file was replaced: counted messages stay counted, by their ids.
      if (size < at.offset) Object.assign(at, { offset: 0, rest: Buffer.alloc(0) });
      const piece = Buffer.alloc(pieceBytes);
      while (at.offset < size) {
        const { bytesRead } = await file.read(piece, 0, pieceBytes, at.offset);
        if (bytesRead === 0) return;
        at.offset += bytesRead;
        at.rest = this.#take(Buffer.concat([at.rest, piece.subarray(0, bytesRead)]));
      }
    } finally {
      await file.close();
    }
  }

  /** @returns the beginning of an incomplete line */
  #take(bytes: Buffer): Buffer {
    let from = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      const used = parseUsage(bytes.toString('utf8', from, end));
      if (used) this.#messages.set(used.id, used);
      from = end + 1;
    }
    const rest = bytes.subarray(from);
    return rest.length > longestLine ? Buffer.alloc(0) : Buffer.from(rest);
  }
}

/** Returns the usage of a message in a transcript's line; null for any other line. */
export function parseUsage(line: string): { id: string; day: Day; tokens: Tokens } | null {
  if (!line.includes('"usage"')) return null;
  try {
    const { timestamp, message } = JSON.parse(line) as Fields;
    const { id, usage } = message as Fields;
    const at = new Date(timestamp as string);
    if (typeof id !== 'string' || Number.isNaN(at.getTime())) return null;
    const used = usage as Fields;
    const tokens = {
      input: count(used.input_tokens),
      output: count(used.output_tokens),
      cacheRead: count(used.cache_read_input_tokens),
      cacheWrite: count(used.cache_creation_input_tokens),
    };
    return { id, day: dayOf(at), tokens };
  } catch {
    // A line of another kind or from another program.
    return null;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function count(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}
