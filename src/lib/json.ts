import { parse } from '@humanwhocodes/momoa';
import { failure, type Result, success } from './result.ts';

/**
 * Parses JSON that a person edits.
 * @returns `bad_json` with line and column, both from 1 on, such as `line 3, column 8: Unexpected token '}'`
 */
export function parseJson(text: string): Result<unknown> {
  const plain = withoutMark(text);
  try {
    return success(JSON.parse(plain) as unknown);
  } catch (error) {
    const { message } = error as Error;
    // Cut where V8 quotes the text, which may hold anything.
    const [words = message] = message.split(/ in JSON at position |, ["'.]/);
    const { line, column } = placeIn(message) ?? placeOf(plain, message);
    return failure('bad_json', `line ${line}, column ${column}: ${words}`);
  }
}

/** Returns the text without a byte order mark, which some editors write. */
export function withoutMark(text: string): string {
  return text.replace(/^\ufeff/, '');
}

interface Place {
  readonly line: number;
  readonly column: number;
}

/** Reads the place from V8's message, which names it for most faults. */
function placeIn(message: string): Place | null {
  const [, line, column] = / \(line (\d+) column (\d+)\)$/.exec(message) ?? [];
  return line === undefined ? null : { line: Number(line), column: Number(column) };
}

function placeOf(text: string, message: string): Place {
  if (!message.startsWith('Unexpected end')) {
    try {
      parse(text, { mode: 'json' });
    } catch (error) {
      const { line, column } = error as Partial<Place>;
      if (line !== undefined && column !== undefined) return { line, column };
    }
  }
  const lines = text.split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

/**
 * Finds the word that a misspelled one stands for: at most one change for every three letters, where two swapped
 * neighbours count as one (Damerau 1964). Case does not matter.
 * @returns the nearest of `known`, the first of equals; null where none is near
 */
export function closest(word: string, known: readonly string[]): string | null {
  const all = known.map((one) => ({ one, far: distance(word.toLowerCase(), one.toLowerCase()) }));
  const near = all.filter(
    ({ one, far }) => far <= Math.max(1, Math.floor(one.length / 3)) && far < one.length,
  );
  return near.toSorted((a, b) => a.far - b.far)[0]?.one ?? null;
}

/** Longest compared word; no setting is longer. */
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
