import { type Result, success } from '../lib/result.ts';
import { type Board, parseBoard } from './board.ts';
import { idMaker, prefixOf, setIds } from './ids.ts';

/** Of ids, where neither the configuration nor the board has one. */
export const usualPrefix = 'ORC';

/** The prefix of new ids: the configured one, else what most cards have. */
export function boardPrefix({ cards }: Board, configured: string | null): string {
  return prefixOf(
    cards.map(({ id }) => id),
    configured,
    usualPrefix,
  );
}

/**
 * The board with an id `<prefix>-<n>` on each sound card that had none. A person is asked first: tables that have no
 * column for ids get one, which changes all of their lines.
 */
export function withIds(board: Board, prefix: string): Result<Board> {
  const tables = board.tables.map(({ table, fields }) => ({ table, column: fields.indexOf('id') }));
  const text = setIds(board.file, tables, idMaker(board.file.text, prefix));
  return text.ok ? success(parseBoard(text.value)) : text;
}
