import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Day, dayOf } from '../../core/amounts.ts';
import { addTokens, noTokens, type Tokens } from '../../core/usage.ts';

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
