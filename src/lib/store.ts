/** Result of an update: the next state, and the effects to run. */
interface Transition<State, Effect> {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/** A committed transition with its recorded events. */
export interface Committed<State, Effect, Event> extends Transition<State, Effect> {
  readonly events: readonly Event[];
  /** Set when the message could not be recorded and changed nothing. */
  readonly isRefused?: true;
}

/** Observes a store; called before any effect runs. */
export interface StoreObserver<State, Message, Effect, Event> {
  took(taken: {
    readonly message: Message;
    readonly before: State;
    readonly committed: Committed<State, Effect, Event>;
    /** Effects that `update` returned; `committed` has those that run now. */
    readonly wanted: readonly Effect[];
  }): void;
  changed(before: State, after: State): void;
}

interface StoreParts<State, Message, Effect, Event, Step extends Transition<State, Effect>> {
  readonly state: State;
  /** Pure, synchronous and total. */
  readonly update: (state: State, message: Message) => Step;
  /** Runs between a step and its effects: may record the step, refuse it, or defer effects. */
  readonly commit: (step: Step, message: Message) => Committed<State, Effect, Event>;
  /** Runs an effect, in order; dispatches its result as a message. */
  readonly run: (effect: Effect) => void;
  /** Called after the effects of a message. */
  readonly settled: (message: Message, before: State) => void;
  readonly observer?: StoreObserver<State, Message, Effect, Event> | undefined;
}

/**
 * The loop of both programs: `update` turns a dispatched message into a state and effects, which are then run. Messages
 * are processed one at a time: what an effect dispatches waits for the remaining effects of the current message.
 */
export class Store<State, Message, Effect, Event, Step extends Transition<State, Effect>> {
  readonly #parts: StoreParts<State, Message, Effect, Event, Step>;
  readonly #waiting: Message[] = [];
  #state: State;
  #isUpdating = false;
  #isClosed = false;

  constructor(parts: StoreParts<State, Message, Effect, Event, Step>) {
    this.#parts = parts;
    this.#state = parts.state;
  }

  get state(): State {
    return this.#state;
  }

  dispatch(message: Message): void {
    if (this.#isClosed) return;
    this.#waiting.push(message);
    if (this.#isUpdating) return;
    this.#isUpdating = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift())
        this.#take(next);
    } finally {
      this.#isUpdating = false;
    }
  }

  /** Changes the state without a message, for example when nothing can be recorded. */
  change(part: Partial<State>): void {
    const before = this.#state;
    this.#state = { ...before, ...part };
    this.#parts.observer?.changed(before, this.#state);
  }

  /** Ignores further messages. */
  close(): void {
    this.#isClosed = true;
  }

  #take(message: Message): void {
    const { update, commit, run, settled, observer } = this.#parts;
    const before = this.#state;
    const step = update(before, message);
    const committed = commit(step, message);
    this.#state = committed.state;
    observer?.took({ message, before, committed, wanted: step.effects });
    for (const effect of committed.effects) run(effect);
    settled(message, before);
  }
}

/** Capacity of the upper layer; a full one is merged into the lower one. */
const freshLimit = 32;

/**
 * An immutable map: `with` returns a new one. Only the upper layer, with the keys written last, is copied, so that a map
 * with thousands of keys costs no more than the few in use. Keys cannot be removed.
 */
export class PersistentMap<K, V> implements ReadonlyMap<K, V> {
  readonly #settled: ReadonlyMap<K, V>;
  readonly #fresh: ReadonlyMap<K, V>;

  constructor(settled: ReadonlyMap<K, V> = new Map(), fresh: ReadonlyMap<K, V> = new Map()) {
    this.#settled = settled;
    this.#fresh = fresh;
  }

  with(key: K, value: V): PersistentMap<K, V> {
    if (this.#fresh.size < freshLimit || this.#fresh.has(key))
      return new PersistentMap(this.#settled, new Map(this.#fresh).set(key, value));
    return new PersistentMap(new Map([...this.#settled, ...this.#fresh]), new Map([[key, value]]));
  }

  get(key: K): V | undefined {
    return this.#fresh.has(key) ? this.#fresh.get(key) : this.#settled.get(key);
  }

  has(key: K): boolean {
    return this.#fresh.has(key) || this.#settled.has(key);
  }

  get size(): number {
    let both = 0;
    for (const key of this.#fresh.keys()) if (this.#settled.has(key)) both += 1;
    return this.#settled.size + this.#fresh.size - both;
  }

  *entries(): MapIterator<[K, V]> {
    for (const entry of this.#settled) if (!this.#fresh.has(entry[0])) yield entry;
    yield* this.#fresh;
  }

  *keys(): MapIterator<K> {
    for (const [key] of this) yield key;
  }

  *values(): MapIterator<V> {
    for (const [, value] of this) yield value;
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }

  forEach(use: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this) use(value, key, this);
  }
}

/** Compares two values of objects, arrays and primitives deeply. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [ours, theirs] = [present(a), present(b)];
  return (
    ours.length === theirs.length &&
    ours.every(([key, value]) => isEqual(value, (b as Readonly<Record<string, unknown>>)[key]))
  );
}

/** Returns the entries of an object; an undefined field counts as absent. */
function present(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, one]) => one !== undefined);
}
