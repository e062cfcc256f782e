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
    // The words end where V8 begins to quote the text, which may hold anything.
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

/** V8 names the place of most faults. */
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
