import { type DialogBody, problemRows } from '../../room/dialogBody.ts';
import type { AppState } from '../../room/state.ts';
import { cellWidth } from '../../room/text/cells.ts';
import { type Line, line, span, wrapLines } from '../../room/text/line.ts';
import { selectKeys } from '../actions.ts';
import type { QuestionDialog } from '../dialog.ts';

const plain = { aside: [], tail: [], caret: null } as const;

/** Asks whether the board is begun. */
export function questionBody(_: AppState, { problem }: QuestionDialog, width: number): DialogBody {
  const rows = [...problemRows(problem, width), ...wrapLines(beginText, width)];
  return { ...plain, title: line('Begin a sprint board?', 'strong'), rows };
}

const beginText =
  'There is none in this workspace yet. Its first card begins it, in SPRINT_BOARD.md unless the configuration names another file; nothing is written before.';

const keyColumns = 24;

/** All keys by headings. */
export function helpBody({ settings }: AppState, width: number): DialogBody {
  const rows = selectKeys(settings).flatMap(({ group, rows: keys }, index): readonly Line[] => [
    ...(index > 0 ? [line('')] : []),
    line(group, 'strong'),
    ...keys.flatMap((row) => keyRows(row.keys.join(' '), row.title, width)),
  ]);
  return { ...plain, title: line('Keys', 'strong'), rows };
}

function keyRows(keys: string, title: string, width: number): readonly Line[] {
  const column = Math.max(keyColumns, cellWidth(keys) + 4);
  return wrapLines(title, width - column).map((row, index) => [
    span((index === 0 ? `  ${keys}` : '').padEnd(column), 'key'),
    ...row,
  ]);
}
