/**
 * Finds what a misspelled word was meant to be: at most one change for every three letters, where a neighbour that
 * changed places counts as one (Damerau 1964). Case does not matter.
 * @returns the nearest of `known`, the first of equals; null where none is near
 */
export function closest(word: string, known: readonly string[]): string | null {
  const all = known.map((one) => ({ one, far: distance(word.toLowerCase(), one.toLowerCase()) }));
  const near = all.filter(
    ({ one, far }) => far <= Math.max(1, Math.floor(one.length / 3)) && far < one.length,
  );
  return near.toSorted((a, b) => a.far - b.far)[0]?.one ?? null;
}

/** Words longer than this are no settings; comparing them would only take time. */
const longest = 64;

function distance(a: string, b: string): number {
  if (a.length > longest || b.length > longest) return a === b ? 0 : longest;
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swaps = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        ...[(last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same],
        ...(swaps ? [(before[j - 2] ?? 0) + 1] : []),
      );
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
