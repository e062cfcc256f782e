import { type Fault, object, type Shape, type ShapeFields } from '../lib/shape.ts';

/** Fields that the log adds to every event. */
export interface Logged {
  /** Counts from 1 without gaps. */
  readonly seq: number;
  /** ISO time. */
  readonly at: string;
}

interface Event {
  readonly type: string;
}

/** The fields of an event without its type, covering every shape that was ever written. */
type EventFields<E extends Event> = {
  readonly [T in E['type']]: ShapeFields<Omit<Extract<E, { readonly type: T }>, 'type'>>;
};

/** Returns the changed fields of the state. Pure; empty when nothing changes. */
type Change<State, E> = (state: State, event: E & Logged) => Partial<State>;

/**
 * A feature's part of the state that a log is folded into: its fields, its events, and their effects. No two
 * slices share a field name.
 */
export interface Slice<State, Own extends Event, Foreign extends Event = never> {
  /** Its fields before the first event. */
  readonly start: State;
  /** Shapes of its own events, for the validation of log lines. */
  readonly fields: EventFields<Own>;
  /** Effects of events: each of its own, and those of other features that it follows. */
  readonly on: {
    readonly [T in Own['type']]: Change<State, Extract<Own, { readonly type: T }>>;
  } & {
    readonly [T in Foreign['type']]?: Change<State, Extract<Foreign, { readonly type: T }>>;
  };
  /** Effect of any event, including those of later versions; runs after `on`. */
  every?(state: State, event: Event & Logged & { readonly id?: string }): Partial<State>;
  /** Own events that can be observed again, so that their effects need not wait for the disk. */
  readonly repeated?: readonly Own['type'][];
  /** Own events as sentences with the subject "it", for people. */
  readonly texts?: { readonly [T in Own['type']]?: (event: Extract<Own, { readonly type: T }>) => string };
  /** Only a type; never holds a value. */
  readonly own?: { readonly type: Own };
}

// biome-ignore lint/suspicious/noExplicitAny: each slice is checked against its own types where it is declared.
type AnySlice = Slice<any, any, any>;

type Merged<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

/** All fields of a list's slices, and the last event's number. */
export type StateOf<List extends readonly AnySlice[]> = { readonly seq: number } & Merged<
  List[number]['start']
>;

/** The events that the slices of a list own. */
export type EventsOf<List extends readonly AnySlice[]> = NonNullable<List[number]['own']>['type'];

/** Composition of a list's slices. */
interface Fold<State> {
  readonly start: State;
  /** Returns the state after one more event. Pure; an event of an unknown type changes nothing but `seq`. */
  apply(state: State, event: Event & Logged): State;
  /** Finds what an event of a known type lacks; null where `apply` can take it. */
  faultOf(event: Event): Fault | null;
  /** Types of events that can be observed again. */
  readonly repeated: ReadonlySet<string>;
  /** Describes an event in a sentence; null where its feature has no text for it. */
  textOf(event: Event): string | null;
}

/** Composes slices: each event goes to those that follow it, in the list's order. */
export function composeSlices<const List extends readonly AnySlice[]>(slices: List): Fold<StateOf<List>> {
  const always = slices.flatMap(({ every }) => every ?? []);
  const changes = new Map<string, Change<object, Event>[]>();
  const texts = new Map<string, (event: Event) => string>();
  const shapes = new Map<string, Shape<object>>();
  for (const slice of slices) {
    for (const [type, fields] of Object.entries<ShapeFields<object>>(slice.fields))
      shapes.set(type, object(fields));
    for (const [type, change] of Object.entries<Change<object, Event>>(slice.on))
      changes.set(type, [...(changes.get(type) ?? []), change]);
    for (const [type, text] of Object.entries(slice.texts ?? {}))
      if (text) texts.set(type, text as (event: Event) => string);
  }
  return {
    start: Object.assign({ seq: 0 }, ...slices.map(({ start }) => start)),
    apply(state, event) {
      const next = { ...state, seq: event.seq };
      for (const change of changes.get(event.type) ?? []) Object.assign(next, change(next, event));
      for (const change of always) Object.assign(next, change(next, event));
      return next;
    },
    faultOf: (event) => shapes.get(event.type)?.(event) ?? null,
    repeated: new Set(slices.flatMap(({ repeated = [] }) => repeated)),
    textOf: (event) => texts.get(event.type)?.(event) ?? null,
  };
}

/** The effect of an event that is only kept for people. */
export const unchanged = (): Record<never, never> => ({});

/** Returns a copy of a map with one more entry. */
export function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value);
}

/** Returns a copy of a map without one of its keys. */
export function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}
