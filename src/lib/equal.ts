/** Reports whether two values made of objects, arrays and primitives say the same. */
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

/** A field that is undefined is as good as absent. */
function present(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, one]) => one !== undefined);
}
