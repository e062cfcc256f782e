/** Returns the way to each field of a value, also within fields. */
export function pathsOf(value: unknown, before: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => [[...before, key], ...pathsOf(one, [...before, key])]);
}

/** Returns a copy that has another value at the end of a way. */
export function withValue<T>(whole: T, [first = '', ...rest]: readonly string[], value: unknown): T {
  const inner = (whole as Record<string, unknown>)[first];
  const next = rest.length === 0 ? value : withValue(inner, rest, value);
  if (Array.isArray(whole)) return whole.map((one, n) => (String(n) === first ? next : one)) as T;
  return { ...whole, [first]: next };
}
