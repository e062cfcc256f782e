/** The fault of a value. */
export interface Fault {
  /** Names of fields and indexes of items, separated by dots; '' for the value itself. */
  readonly path: string;
  /** The expected value, such as `a text`. */
  readonly wants: string;
}

/**
 * Finds the first fault of an unchecked value; null where it is a `T`. Additional fields are allowed. Copies nothing and
 * needs no library: each line of a log, and each request to the host, is checked by these.
 */
export interface Shape<T> {
  (value: unknown): Fault | null;
  /** For the type only; never set. */
  readonly is?: T;
}

/** A shape for each field; an optional field has one made by `optional`. */
export type ShapeFields<T> = {
  readonly [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? Shape<T[K] | undefined> : Shape<T[K]>;
};

/** Returns a sentence for a fault of a value with a name; '' for one without. */
export function faultText({ path, wants }: Fault, name = ''): string {
  return `${[name, path].filter((part) => part !== '').join('.') || 'This'} is not ${wants}.`;
}

const shapeOf =
  <T>(isFit: (value: unknown) => boolean, wants: string): Shape<T> =>
  (value) =>
    isFit(value) ? null : { path: '', wants };

export const anyValue: Shape<unknown> = () => null;
export const string = shapeOf<string>((value) => typeof value === 'string', 'a text');
export const boolean = shapeOf<boolean>((value) => typeof value === 'boolean', 'true or false');
/** Finite, so neither NaN nor an infinity. */
export const number = shapeOf<number>((value) => Number.isFinite(value), 'a number');
export const integer = shapeOf<number>((value) => Number.isSafeInteger(value), 'a whole number');
export const natural = shapeOf<number>(
  (value) => Number.isSafeInteger(value) && Number(value) >= 0,
  'a whole number from 0',
);
/** A text that `Date.parse` accepts. */
export const time = shapeOf<string>(
  (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
  'an ISO time',
);

/** A whole number from `least` to `most`. */
export function between(least: number, most: number): Shape<number> {
  const isFit = (value: unknown) =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
  return shapeOf(isFit, `a whole number from ${least} to ${most}`);
}

/** A text of `least` to `most` bytes of UTF-8. */
export function sizedString(least: number, most: number): Shape<string> {
  const isFit = (value: unknown) => {
    if (typeof value !== 'string') return false;
    const bytes = Buffer.byteLength(value);
    return bytes >= least && bytes <= most;
  };
  return shapeOf(isFit, `a text of ${least} to ${most} bytes`);
}

/** A text without another one in it; `wants` describes that. */
export function textWithout(part: string, wants: string): Shape<string> {
  return shapeOf((value) => typeof value === 'string' && !value.includes(part), `a text ${wants}`);
}

/** A key of a table, which has to list every name of the type. */
export function oneOf<T extends string>(names: Readonly<Record<T, true>>): Shape<T> {
  return shapeOf(
    (value) => typeof value === 'string' && Object.hasOwn(names, value),
    `one of ${Object.keys(names).join(', ')}`,
  );
}

/** Exactly this value. */
export function exactly<const T extends string | boolean>(only: T): Shape<T> {
  return shapeOf((value) => value === only, String(only));
}

/** A field that may be absent. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value) => (value === undefined ? null : shape(value));
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value) => (value === null ? null : shape(value));
}

/** A value of one of two shapes; the second one names the fault. */
export function either<A, B>(first: Shape<A>, second: Shape<B>): Shape<A | B> {
  return (value) => (first(value) === null ? null : second(value));
}

/** An object with at least these fields. */
export function object<T extends object>(fields: ShapeFields<T>): Shape<T> {
  const all = Object.entries<Shape<unknown>>(fields);
  return (value) => {
    if (!isObject(value)) return { path: '', wants: 'an object' };
    for (const [name, shape] of all) {
      const fault = shape(value[name]);
      if (fault !== null) return below(name, fault);
    }
    return null;
  };
}

export function listOf<T>(item: Shape<T>): Shape<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return { path: '', wants: 'a list' };
    for (let n = 0; n < value.length; n++) {
      const fault = item(value[n]);
      if (fault !== null) return below(String(n), fault);
    }
    return null;
  };
}

/** An object with any names, and values of one shape. */
export function mapOf<T>(item: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value) => {
    if (!isObject(value)) return { path: '', wants: 'an object' };
    for (const name of Object.keys(value)) {
      const fault = item(value[name]);
      if (fault !== null) return below(name, fault);
    }
    return null;
  };
}

/**
 * Reports whether lists and objects are nested more than so many levels deep. JSON from outside may be nested without
 * limit, and recursive code then overflows the stack.
 */
export function isDeeperThan(most: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (most === 0) return true;
  for (const one of Object.values(value)) if (isDeeperThan(most - 1, one)) return true;
  return false;
}

/** Deeper than any message of agents, hooks or our own programs. */
export const mostDepth = 200;

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function below(name: string, { path, wants }: Fault): Fault {
  return { path: path === '' ? name : `${name}.${path}`, wants };
}
