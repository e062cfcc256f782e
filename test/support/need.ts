/** Returns a value that a test goes on with. @throws where it is missing, so that no step is skipped silently */
export function need<T>(value: T | null | undefined, what = 'a value'): T {
  if (value === null || value === undefined) throw new Error(`${what} is missing`);
  return value;
}
