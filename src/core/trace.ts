import { createHmac, randomBytes } from 'node:crypto';
import { closeSync, constants, fchmodSync, fstatSync, writeSync } from 'node:fs';
import { openPlain } from '../lib/files.ts';
import { failure, type Result, success } from '../lib/result.ts';
import type { StoreObserver } from '../lib/store.ts';
import { blank, encode, type Hide, hideAlike, hideAll, secretsOf } from './redaction.ts';

/** Names the file that processes are traced into. */
export const traceVariable = 'ORCH_TRACE';

/** What is traced at most by one process: who forgets the variable does not fill a disk. */
const mostBytes = 256 * 1024 * 1024;

/** Which process wrote a line, and when. */
interface From {
  readonly at: string;
  readonly process: TracedProcess;
  readonly pid: number;
}

export type TracedProcess = 'controller' | 'room';

/** One line of a trace. What a message came to stands right behind it, under the same number. */
export type TraceLine = From &
  (
    | { readonly kind: 'open'; readonly trace: 1; readonly version: string; readonly zone: string }
    | { readonly kind: 'state'; readonly state: unknown }
    | {
        readonly kind: 'message';
        readonly n: number;
        readonly message: unknown;
        /** Its content is not told: the state after it stands in a line of its own. */
        readonly withheld?: true;
        /** It changed nothing, for it could not be recorded. */
        readonly refused?: true;
      }
    | { readonly kind: 'event'; readonly n: number; readonly event: unknown }
    | { readonly kind: 'effect'; readonly n: number; readonly effect: unknown }
    /** What changed in the state without a message, or by one that is withheld. */
    | { readonly kind: 'change'; readonly n: number; readonly change: unknown }
    | { readonly kind: 'frame'; readonly of: 'chrome' | 'screen'; readonly ms: number }
    /** The most that one process may trace was reached. */
    | { readonly kind: 'full' }
  );

type Content<Line = TraceLine> = Line extends unknown ? Omit<Line, keyof From> : never;

export interface TraceOptions<State, Message> {
  readonly process: TracedProcess;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reports whether a message is told as it is, but for its words, so that it can be replayed. */
  readonly isTold: (message: Message, before: State) => boolean;
  /** Parts of the state that are not told, for events bring them about. */
  readonly folded?: readonly (keyof State & string)[];
  /** Nothing is told of texts but in messages: who types leaves even beginnings of words in the state. */
  readonly hidesState?: boolean;
}

/**
 * Opens the trace that the environment asks for. Only this user can read the file; it is no link.
 * @returns null where none is asked for; `trace_not_written`
 */
export function openTrace<State extends object, Message extends { readonly type: string }>(
  options: TraceOptions<State, Message>,
): Result<Trace<State, Message> | null> {
  const file = options.env[traceVariable];
  if (!file) return success(null);
  try {
    const fd = openPlain(file, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT);
    if (fstatSync(fd).nlink > 1) {
      closeSync(fd);
      return notWritten(file, 'it has a second name');
    }
    fchmodSync(fd, 0o600);
    return success(new Trace(fd, options));
  } catch (error) {
    return notWritten(file, (error as Error).message);
  }
}

function notWritten(file: string, why: string): Result<never> {
  return failure('trace_not_written', `Nothing can be traced into ${file}: ${why}.`);
}

/** Writes down what a store does, and how long frames take. */
export class Trace<State extends object, Message extends { readonly type: string }>
  implements StoreObserver<State, Message, unknown, unknown>
{
  readonly #options: TraceOptions<State, Message>;
  readonly #secrets: readonly string[];
  readonly #hideWords: Hide;
  readonly #hideState: Hide;
  #fd: number | null;
  #bytes = 0;
  #n = 0;

  constructor(fd: number, options: TraceOptions<State, Message>) {
    this.#fd = fd;
    this.#options = options;
    this.#secrets = secretsOf(options.env);
    const key = randomBytes(32);
    this.#hideWords = hideAlike((text) => createHmac('sha256', key).update(text).digest('hex'));
    this.#hideState = options.hidesState ? hideAll : this.#hideWords;
  }

  /** Tells which state the store begins with. */
  begin(state: State): void {
    const { version } = this.#options;
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    this.#write([
      { kind: 'open', trace: 1, version, zone },
      { kind: 'state', state: encode(state, this.#hideState) },
    ]);
  }

  took({
    message,
    before,
    committed,
    wanted,
  }: Parameters<StoreObserver<State, Message, unknown, unknown>['took']>[0]) {
    this.#n += 1;
    const n = this.#n;
    const isTold = this.#options.isTold(message, before);
    const { events, isRefused } = committed;
    const told = isTold ? encode(message, this.#hideWords) : { type: message.type };
    this.#write([
      {
        ...({ kind: 'message', n, message: told } as const),
        ...(!isTold && { withheld: true as const }),
        ...(isRefused && { refused: true as const }),
      },
      ...events.map((event) => ({ kind: 'event', n, event: encode(event, this.#hideWords) }) as const),
      ...wanted.map((effect) => ({ kind: 'effect', n, effect: encode(effect, this.#hideState) }) as const),
      ...(isTold ? [] : this.#changes(before, committed.state)),
    ]);
  }

  changed(before: State, after: State): void {
    this.#write(this.#changes(before, after));
  }

  /** Tells how long it took to draw. */
  frame(of: 'chrome' | 'screen', ms: number): void {
    this.#write([{ kind: 'frame', of, ms: Math.round(ms * 1000) / 1000 }]);
  }

  #changes(before: State, after: State): Content[] {
    const { folded = [] } = this.#options;
    const parts = Object.entries(after).filter(
      ([key, part]) =>
        part !== (before as Readonly<Record<string, unknown>>)[key] && !folded.includes(key as never),
    );
    if (parts.length === 0) return [];
    const change = encode(Object.fromEntries(parts), this.#hideState);
    return [{ kind: 'change', n: this.#n, change }];
  }

  /** In one piece, so that lines of several processes do not mix. */
  #write(lines: readonly Content[]): void {
    if (this.#fd === null || lines.length === 0) return;
    const from: From = { at: new Date().toISOString(), process: this.#options.process, pid: process.pid };
    const text = this.#textOf(lines.map((line) => ({ ...from, ...line })));
    this.#bytes += text.length;
    const isFull = this.#bytes > mostBytes;
    try {
      writeSync(this.#fd, isFull ? this.#textOf([{ ...from, kind: 'full' }]) : text);
      if (!isFull) return;
    } catch {
      // A trace is for looking into faults and must be the cause of none: a full disk ends it.
    }
    closeSync(this.#fd);
    this.#fd = null;
  }

  #textOf(lines: readonly object[]): string {
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    return this.#secrets.reduce((rest, secret) => rest.replaceAll(secret, blank), text);
  }
}
