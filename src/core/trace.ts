import { createHmac, randomBytes } from 'node:crypto';
import { closeSync, constants, fchmodSync, fstatSync, writeSync } from 'node:fs';
import { openPlain } from '../lib/files.ts';
import { failure, type Result, success, whyOf } from '../lib/result.ts';
import type { StoreObserver } from '../lib/store.ts';

/** Names the trace file. */
const traceVariable = 'ORCH_TRACE';

/** Most bytes that one process traces, so that a forgotten variable does not fill a disk. */
const mostBytes = 256 * 1024 * 1024;

/** Time and process of a line. */
interface Origin {
  readonly at: string;
  readonly process: TracedProcess;
  readonly pid: number;
}

export type TracedProcess = 'controller' | 'room';

/** One line of a trace. The events and effects of a message follow it directly, with the same number. */
export type TraceLine = Origin &
  (
    | { readonly kind: 'open'; readonly trace: 1; readonly version: string; readonly zone: string }
    | { readonly kind: 'state'; readonly state: unknown }
    | {
        readonly kind: 'message';
        readonly n: number;
        readonly message: unknown;
        /** Its content is left out; the state after it has a line of its own. */
        readonly withheld?: true;
        /** It changed nothing, because it could not be recorded. */
        readonly refused?: true;
      }
    | { readonly kind: 'event'; readonly n: number; readonly event: unknown }
    | { readonly kind: 'effect'; readonly n: number; readonly effect: unknown }
    /** A change of the state without a message, or by a withheld one. */
    | { readonly kind: 'change'; readonly n: number; readonly change: unknown }
    | { readonly kind: 'frame'; readonly of: 'chrome' | 'screen'; readonly ms: number }
    /** The process reached its maximum. */
    | { readonly kind: 'full' }
  );

type Content<Line = TraceLine> = Line extends unknown ? Omit<Line, keyof Origin> : never;

interface TraceOptions<State, Message> {
  readonly process: TracedProcess;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reports whether a message is traced with its content, texts hidden, so that it can be replayed. */
  readonly tracesContent: (message: Message, before: State) => boolean;
  /** Parts of the state that are left out, because events derive them. */
  readonly folded?: readonly (keyof State & string)[];
  /** Hides all texts outside messages, because typing leaves even beginnings of words in the state. */
  readonly hidesState?: boolean;
}

/**
 * Opens the trace file that the environment names. Only this user can read it; it is no link.
 * @returns null where none is named; `trace_not_written`
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
    return notWritten(file, whyOf(error));
  }
}

function notWritten(file: string, why: string): Result<never> {
  return failure('trace_not_written', `The trace cannot be written to ${file}: ${why}.`);
}

/** Records a store's messages, and the duration of frames. */
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
    this.#hideWords = hideByDigest((text) => createHmac('sha256', key).update(text).digest('hex'));
    this.#hideState = options.hidesState ? hideAll : this.#hideWords;
  }

  /** Records the store's initial state. */
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
    const hasContent = this.#options.tracesContent(message, before);
    const { events, isRefused } = committed;
    const shown = hasContent ? encode(message, this.#hideWords) : { type: message.type };
    this.#write([
      {
        ...({ kind: 'message', n, message: shown } as const),
        ...(!hasContent && { withheld: true as const }),
        ...(isRefused && { refused: true as const }),
      },
      ...events.map((event) => ({ kind: 'event', n, event: encode(event, this.#hideWords) }) as const),
      ...wanted.map((effect) => ({ kind: 'effect', n, effect: encode(effect, this.#hideState) }) as const),
      ...(hasContent ? [] : this.#changes(before, committed.state)),
    ]);
  }

  changed(before: State, after: State): void {
    this.#write(this.#changes(before, after));
  }

  /** Records the duration of a frame. */
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

  /** Writes in one call, so that lines of several processes do not mix. */
  #write(lines: readonly Content[]): void {
    if (this.#fd === null || lines.length === 0) return;
    const from: Origin = { at: new Date().toISOString(), process: this.#options.process, pid: process.pid };
    const text = this.#textOf(lines.map((line) => ({ ...from, ...line })));
    this.#bytes += text.length;
    const isFull = this.#bytes > mostBytes;
    try {
      writeSync(this.#fd, isFull ? this.#textOf([{ ...from, kind: 'full' }]) : text);
      if (!isFull) return;
    } catch {
      // A trace is a diagnostic and must not cause faults: a full disk ends it.
    }
    closeSync(this.#fd);
    this.#fd = null;
  }

  #textOf(lines: readonly object[]): string {
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    return this.#secrets.reduce((rest, secret) => rest.replaceAll(secret, blank), text);
  }
}

/*
 * Content of a trace. Texts are hidden unless their field is known to hold names, states or times, so a new
 * field is hidden until it is listed here. A replay needs no texts, only their equality.
 */

/** Fields whose texts are kept. */
const keptFields = new Set(
  `type kind do id ids by from to task repo agent role branch base commit worktree state status source says how
  verdict a b into merge backup sessionId session at since until startedAt stateSince seenAt day today committedAt
  typedAt limitedUntil code stage key call digest configuration hash delivery name defaultAgent speaks tip method
  request other worker workers changed refs card dated field column say tone list order layout leaveKey direction
  root path paths entry currency date file files ending setAside settled muted rang silenced anchor of view mode tab
  part step phase order lacks outcome invoice cards clashes ahead approves ofStateSince held bySubagent`.split(
    /\s+/,
  ),
);

/** Constants of the loops, in fields that otherwise hold people's texts. */
const keptWords = new Set(['brief', 'go-on', 'left', 'gone']);

const timeOrDay = /^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/;

/** A pseudonym of a hidden text, after the sign that a title may begin with. */
const pseudonym = /^(?:[^\p{L}\p{N}\s] )?‹[0-9a-f]{10}›$/u;

/** Replaces a text that is hidden completely. */
export const blank = '‹›';

/** Replaces a text. */
type Hide = (text: string) => string;

/** Hides a text completely. */
export const hideAll: Hide = () => blank;

/**
 * Hides texts such that equal ones stay equal. A leading sign stays, because agents' titles show their state
 * by it.
 * @param digest a keyed hash, in hexadecimal
 */
export function hideByDigest(digest: (text: string) => string): Hide {
  return (text) => {
    const [sign = ''] = /^[^\p{L}\p{N}\s] /u.exec(text) ?? [];
    return `${sign}‹${digest(text).slice(0, 10)}›`;
  };
}

/** Hides texts, except those that are hidden already. */
export const hideRest: Hide = (text) => (isHidden(text) ? text : blank);

export function isHidden(text: string): boolean {
  return text === blank || pseudonym.test(text);
}

/** Returns a value as JSON with its texts hidden; maps and sets are marked. */
export function encode(value: unknown, hide: Hide, field = ''): unknown {
  if (typeof value === 'string') return isKept(value, field) ? value : hide(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => encode(one, hide, field));
  if (value instanceof Set) return { $set: [...value].map((one) => encode(one, hide, field)) };
  if (isMapLike(value)) {
    const entries = [...value].map(([key, one]) => [key, encode(one, hide, field)]);
    return value instanceof Map ? { $map: entries } : { $ledger: entries };
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .map(([key, one]) => [key, encode(one, hide, key)]),
  );
}

function isKept(text: string, field: string): boolean {
  return text === '' || keptFields.has(field) || keptWords.has(text) || timeOrDay.test(text);
}

function isMapLike(value: object): value is ReadonlyMap<unknown, unknown> {
  return 'get' in value && 'entries' in value && typeof value.entries === 'function';
}

/**
 * Returns the value that `encode` was given, with its texts hidden. @param ledger creates a map of the other
 * kind
 */
export function decode(
  value: unknown,
  ledger: (map: ReadonlyMap<unknown, unknown>) => unknown = (map) => map,
): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => decode(one, ledger));
  const { $set, $map, $ledger } = value as Readonly<Record<string, unknown>>;
  if (Array.isArray($set)) return new Set($set.map((one) => decode(one, ledger)));
  const entries = $map ?? $ledger;
  if (Array.isArray(entries)) {
    const map = new Map(entries.map(([key, one]: [unknown, unknown]) => [key, decode(one, ledger)]));
    return $ledger ? ledger(map) : map;
  }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, decode(one, ledger)]));
}

/** Names of variables whose values are secret. */
const secretName = /token|secret|key|pass|credential|auth/i;
const shortestSecret = 6;

/** Returns the secret values of an environment as JSON writes them, the longest first. */
function secretsOf(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(env)
    .flatMap(([name, value = '']) =>
      secretName.test(name) && value.length >= shortestSecret ? [JSON.stringify(value).slice(1, -1)] : [],
    )
    .sort((a, b) => b.length - a.length);
}
