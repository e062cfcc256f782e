import { blank, encode, hideRest, isHidden, type TraceLine } from './trace.ts';

/** The pure part of a traced process. */
export interface Replayable<State> {
  /** Creates a state, or a part of one, from its traced form. */
  readonly revive: (traced: unknown) => object;
  readonly update: (
    state: State,
    message: never,
  ) => { readonly state: State; readonly events: readonly object[]; readonly effects: readonly object[] };
  /** Applies recorded events to the state. */
  readonly fold: (state: State, events: readonly object[]) => State;
}

/** The point where a replay deviates from the trace. */
export interface Difference {
  /** Number of the message, and its type. */
  readonly n: number;
  readonly message: string;
  readonly of: 'event' | 'effect' | 'fault';
  /** Null where there was none. */
  readonly recorded: unknown;
  readonly replayed: unknown;
}

export interface Replayed {
  readonly messages: number;
  /** Messages that were given to update again. */
  readonly replayed: number;
  /** Messages whose content is not in the trace. */
  readonly withheld: number;
  readonly events: number;
  readonly effects: number;
  /** The first one; the replay stops there. */
  readonly difference: Difference | null;
}

type MessageLine = Extract<TraceLine, { kind: 'message' }>;

/** Replays a process's trace, line by line. */
export class Replay<State extends object> {
  readonly #program: Replayable<State>;
  #state: State | null = null;
  #open: { line: MessageLine; events: unknown[]; effects: unknown[] } | null = null;
  #counts = { messages: 0, replayed: 0, withheld: 0, events: 0, effects: 0 };
  #difference: Difference | null = null;

  constructor(program: Replayable<State>) {
    this.#program = program;
  }

  take(line: TraceLine): void {
    if (this.#difference) return;
    switch (line.kind) {
      case 'state':
        this.#state = this.#program.revive(line.state) as State;
        break;
      case 'message':
        this.#close();
        this.#open = { line, events: [], effects: [] };
        break;
      case 'event':
        this.#open?.events.push(line.event);
        break;
      case 'effect':
        this.#open?.effects.push(line.effect);
        break;
      case 'change':
        this.#close();
        if (this.#state) this.#state = { ...this.#state, ...this.#program.revive(line.change) };
    }
  }

  /** Ends the replay. */
  end(): Replayed {
    this.#close();
    return { ...this.#counts, difference: this.#difference };
  }

  /** Runs update again for the message whose events and effects are complete. */
  #close(): void {
    const open = this.#open;
    this.#open = null;
    if (!open || !this.#state || this.#difference) return;
    const { line, events, effects } = open;
    this.#counts.messages += 1;
    if (line.withheld) {
      this.#counts.withheld += 1;
      this.#state = this.#program.fold(
        this.#state,
        events.map((one) => this.#program.revive(one)),
      );
      return;
    }
    try {
      this.#rerun(this.#state, line, events, effects);
    } catch (error) {
      this.#differ(line, 'fault', null, (error as Error).message);
    }
  }

  #rerun(before: State, line: MessageLine, events: readonly unknown[], effects: readonly unknown[]): void {
    const next = this.#program.update(before, this.#program.revive(line.message) as never);
    if (!line.refused) this.#compare(line, 'event', events.map(withoutStamp), next.events);
    this.#compare(line, 'effect', effects, next.effects);
    if (this.#difference) return;
    this.#counts.replayed += 1;
    this.#counts.events += events.length;
    this.#counts.effects += effects.length;
    if (line.refused) return;
    const stamped = next.events.map((event, n) => ({ ...(events[n] as object), ...event }));
    this.#state = this.#program.fold(next.state, stamped);
  }

  #compare(
    line: MessageLine,
    of: 'event' | 'effect',
    recorded: readonly unknown[],
    replayed: readonly unknown[],
  ): void {
    for (let n = 0; n < Math.max(recorded.length, replayed.length); n++) {
      const [was, is] = [recorded[n] ?? null, encode(replayed[n] ?? null, hideRest)];
      if (this.#difference === null && !isAlike(was, JSON.parse(JSON.stringify(is))))
        this.#differ(line, of, was, is);
    }
  }

  #differ({ n, message }: MessageLine, of: Difference['of'], recorded: unknown, replayed: unknown): void {
    const { type = '' } = (message ?? {}) as { readonly type?: string };
    this.#difference = { n, message: type, of, recorded, replayed };
  }
}

/** Returns an event as update returns it, without the stamp of the log. */
function withoutStamp(event: unknown): unknown {
  const { v: _, seq: __, at: ___, ...rest } = event as Readonly<Record<string, unknown>>;
  return rest;
}

/**
 * Reports whether both are equal, as far as hidden texts allow: a text composed of hidden ones matches any.
 */
function isAlike(recorded: unknown, replayed: unknown): boolean {
  if (typeof recorded === 'string' && typeof replayed === 'string')
    return recorded === replayed || recorded === blank || (isHidden(recorded) && replayed === blank);
  if (typeof recorded !== 'object' || typeof replayed !== 'object' || recorded === null || replayed === null)
    return recorded === replayed;
  const keys = Object.keys(recorded);
  return (
    keys.length === Object.keys(replayed).length &&
    keys.every((key) =>
      isAlike(
        (recorded as Readonly<Record<string, unknown>>)[key],
        (replayed as Readonly<Record<string, unknown>>)[key],
      ),
    )
  );
}
