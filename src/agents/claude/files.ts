import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type Day, dayOf } from '../../core/amounts.ts';
import type { SessionSignal } from '../../core/observation.ts';
import { addTokens, noTokens, type Tokens } from '../../core/usage.ts';
import type { AgentPreset } from '../../core/workspace.ts';

/** Where Claude Code keeps what is its own: settings, transcripts, plans, and who runs. */
export function claudeFolder(
  { env }: Pick<AgentPreset, 'env'>,
  ambient: Readonly<Record<string, string | undefined>>,
): string {
  const home = env.HOME ?? ambient.HOME ?? homedir();
  return env.CLAUDE_CONFIG_DIR ?? ambient.CLAUDE_CONFIG_DIR ?? join(home, '.claude');
}

/** Bytes; such a file holds a dozen short fields. */
const largest = 64 * 1024;

/**
 * What Claude Code says of a process of its own in `sessions/<pid>.json`. That is no promised interface: what is not
 * understood says nothing. Verified with 2.1.197: it is true within a tenth of a second, also after Esc, and left
 * behind by a process that was killed.
 * @param folder see `claudeFolder`
 * @param start when that process began, as `ProcessEntry` has it
 */
export async function readSession(folder: string, pid: number, start: string): Promise<SessionSignal | null> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(join(folder, 'sessions', `${pid}.json`), flags).catch(() => null);
  // No such file, a link, or one that is not ours to read.
  if (file === null) return null;
  try {
    const { uid, size } = await file.stat().then((stat) => (stat.isFile() ? stat : { uid: -1, size: 0 }));
    if (uid !== process.getuid?.() || size > largest) return null;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(largest), 0, largest, 0);
    return parseSession(buffer.toString('utf8', 0, bytesRead), pid, start);
  } catch {
    // It was taken away while it was read.
    return null;
  } finally {
    await file.close();
  }
}

/** A shell that is left running does not keep the agent busy. */
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
  // Ticks since boot on Linux; elsewhere it is another clock's.
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
    // Half written.
    return null;
  }
}

/** Bytes read at once. */
const pieceBytes = 256 * 1024;

/** A line longer than this holds a picture or the like, and no usage that anybody would miss. */
const longestLine = 4 * 1024 * 1024;

/** Where a conversation's transcript stands, as its hooks say: only a file named by the conversation is taken. */
export function transcriptOf(body: unknown): { session: string; path: string } | null {
  if (typeof body !== 'object' || body === null) return null;
  const { session_id: session, transcript_path: path } = body as Record<string, unknown>;
  if (typeof session !== 'string' || typeof path !== 'string') return null;
  return path.startsWith('/') && !path.includes('\0') && basename(path) === `${session}.jsonl`
    ? { session, path }
    : null;
}

/**
 * Counts the tokens of one conversation, subagents included, by day; each look reads only what has come since. A
 * message stands in several lines, one for each of its parts, each with the same usage: it is counted once, by its id.
 */
export class TranscriptReader {
  readonly #path: string;
  readonly #files = new Map<string, { offset: number; rest: Buffer }>();
  readonly #messages = new Map<string, { day: Day; tokens: Tokens }>();

  constructor(path: string) {
    this.#path = path;
  }

  /** Tokens by day, of all that is there now. */
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
      // There are none.
      return [];
    }
  }

  async #read(path: string): Promise<void> {
    const at = this.#files.get(path) ?? { offset: 0, rest: Buffer.alloc(0) };
    this.#files.set(path, at);
    // A pipe in the place of a file would make the opening wait.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => null);
    if (file === null) return;
    try {
      const { size } = await file.stat();
      // Begun anew by somebody: what was counted stays counted, by its ids.
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

  /** @returns the beginning of a line whose end has not been written yet */
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

/** One line of a transcript, if it says what a message used. */
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
    // A line of another kind, or one that somebody else wrote.
    return null;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function count(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}
