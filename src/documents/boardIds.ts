import { type Result, success } from '../domain/problem.ts';
import { type Board, parseBoard } from './board.ts';
import { idMaker, setIds } from './ids.ts';

/**
 * The board with an id `<prefix>-<n>` on each sound card that had none. A person is asked first: tables that have no
 * column for ids get one, which changes all of their lines.
 */
export function withIds(board: Board, prefix: string): Result<Board> {
  const tables = board.tables.map(({ table, fields }) => ({ table, column: fields.indexOf('id') }));
  const text = setIds(board.file, tables, idMaker(board.file.text, prefix));
  return text.ok ? success(parseBoard(text.value)) : text;
}
