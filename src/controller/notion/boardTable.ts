import { type CardFields, type Column, cardFields, columns } from '../../core/board.ts';
import type { Board } from '../../documents/board.ts';
import { type BoardChange, changeBoard } from '../../documents/boardChange.ts';
import { usualPrefix } from '../../documents/boardIds.ts';
import { prefixOf } from '../../documents/ids.ts';
import { unmerged } from '../../documents/markdown.ts';
import { type Result, success } from '../../lib/result.ts';
import type { Fields, LocalChange, LocalTable, Row } from '../../notion/row.ts';
import type { BoardDesk } from '../documents/boardDesk.ts';
import { stillSays, textIn } from './sameValue.ts';

/** The board, as a sync sees it: sound cards with an id, and of them what their tables have columns for. */
export class BoardTable implements LocalTable {
  readonly #desk: BoardDesk;
  readonly #prefix: string | null;

  constructor(desk: BoardDesk, prefix: string | null) {
    this.#desk = desk;
    this.#prefix = prefix;
  }

  async rows(): Promise<Result<readonly Row[]>> {
    return this.#desk.rewrite((board) => unmerged(board.file) ?? success({ board, value: rowsOf(board) }));
  }

  apply(changes: readonly LocalChange[]): Promise<Result<readonly string[]>> {
    return this.#desk.rewrite((board) => {
      const now = new Map(rowsOf(board).map(({ id, fields }) => [id, fields]));
      const asked = changes.flatMap((change) => {
        const wanted = boardChange(change, now.get(change.id));
        return wanted ? [{ id: change.id, wanted }] : [];
      });
      const done = changeBoard(
        board,
        asked.map(({ wanted }) => wanted),
      );
      if (!done.ok) return done;
      const made = new Set(asked.flatMap(({ id }, at) => (done.value.outcomes[at]?.ok ? [id] : [])));
      const left = changes.map(({ id }) => id).filter((id) => !made.has(id));
      return success({ board: done.value.board, value: left });
    });
  }

  newId(taken: ReadonlySet<string>): string {
    const prefix = prefixOf(taken, this.#prefix, usualPrefix);
    const numbers = [...taken].flatMap((id) =>
      id.startsWith(`${prefix}-`) ? [Number(id.slice(prefix.length + 1)) || 0] : [],
    );
    return `${prefix}-${Math.max(0, ...numbers) + 1}`;
  }
}

/** A row is left as it is where it was edited meanwhile: then this is null. */
function boardChange(change: LocalChange, now: Fields | undefined): BoardChange | null {
  const card = { id: change.id };
  if (change.do === 'add') {
    const task = textIn(change.fields, 'task');
    const column = columnIn(change.fields);
    if (now || task === null || !column) return null;
    return { kind: 'add', column, fields: { ...fieldsIn(change.fields), task, id: change.id } };
  }
  if (!now || !stillSays(now, change.from)) return null;
  if (change.do === 'archive') return { kind: 'change', card, column: 'Archive' };
  const column = columnIn(change.to);
  return { kind: 'change', card, ...(column && { column }), fields: fieldsIn(change.to) };
}

function columnIn(fields: Fields): Column | undefined {
  return columns.find((column) => column === fields.column);
}

function fieldsIn(fields: Fields): Partial<CardFields> {
  const given = cardFields.filter((field) => field !== 'id' && fields[field] !== undefined);
  return Object.fromEntries(given.map((field) => [field, textIn(fields, field)]));
}

function rowsOf({ tables, cards }: Board): Row[] {
  const fieldsAt = new Map(
    tables.flatMap(({ table, fields }) => table.rows.map((row) => [row.line + 1, fields])),
  );
  return cards.flatMap((card) => {
    if (card.id === null || card.problem !== null) return [];
    const shown = (fieldsAt.get(card.line) ?? []).flatMap((field) =>
      field === null || field === 'id' ? [] : [[field, card[field]] as const],
    );
    return [{ id: card.id, fields: { column: card.column, ...Object.fromEntries(shown) } }];
  });
}
