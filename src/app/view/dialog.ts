import type { AnyDialog } from '../../room/asking.ts';
import { type DialogBody, outOfSight } from '../../room/dialogBody.ts';
import { dialogHeight, dialogRect, dialogWidth, fits } from '../../room/layout.ts';
import { type AppState, shownDialog } from '../../room/state.ts';
import { withDialog } from '../../room/step.ts';
import { cutLine, type Line } from '../../room/text/line.ts';
import { definitionOf } from '../definitions.ts';
import { keyHints } from './footer.ts';
import { type FrameView, frameView, textColumns } from './frame.ts';

/** The open dialog as it is drawn. */
export interface DialogView {
  readonly frame: FrameView;
  /** Inside the frame, after one empty cell at each side. */
  readonly lines: readonly Line[];
  /** Cell of the terminal where text is written. */
  readonly caret: { readonly x: number; readonly y: number } | null;
}

/** Two border lines, and an empty row inside each. */
const frameRows = 4;

export function selectDialog(state: AppState): DialogView | null {
  const dialog = shownDialog(state);
  if (!dialog) return null;
  const width = widthOf(state, dialog);
  const body = bodyOf(state, dialog);
  const visible = visibleRows(state, body);
  const first = dialog.scroll ?? 0;
  const rows = body.rows.slice(first, first + visible);
  const below = body.rows.length - first - rows.length;
  const rect = dialogRect(state.size, width, rows.length + body.tail.length + frameRows);
  const frame = frameView(
    rect,
    'border-selected',
    { left: body.title, right: body.aside },
    // Under the palette its keys are not meant for it.
    { left: state.palette ? [] : keyHints(state, width - 16), right: outOfSight(first, below) },
  );
  const lines = [...rows, ...body.tail].map((row) => cutLine(row, textColumns(rect)));
  const top = rect.y + 2 + rows.length;
  const caret = body.caret && { x: rect.x + 2 + body.caret.column, y: top + body.caret.row };
  return { frame, lines, caret };
}

/** What is wide takes all that there is. */
function widthOf({ size }: AppState, dialog: AnyDialog): number {
  return definitionOf(dialog).isWide ? size.cols : dialogWidth(size);
}

function bodyOf(state: AppState, dialog: AnyDialog): DialogBody {
  return definitionOf(dialog).view(state, dialog, widthOf(state, dialog) - 4);
}

function visibleRows({ size }: AppState, { rows, tail }: DialogBody): number {
  return Math.min(rows.length, Math.max(1, dialogHeight(size) - frameRows - tail.length));
}

/** Cell of the terminal where the person writes; null where they do not. A worker's cursor is the pane's affair. */
export function selectCaret(state: AppState): DialogView['caret'] {
  return fits(state.size) ? (selectDialog(state)?.caret ?? null) : null;
}

/**
 * Takes note of what of a plan, or of several, is in sight at the moment a key is pressed.
 * Called only where what is open has been drawn.
 */
export function withSeen(state: AppState): AppState {
  const dialog = shownDialog(state);
  const mustRead = dialog && definitionOf(dialog).mustRead?.(dialog);
  if (!dialog || mustRead === undefined || dialog.scroll === undefined) return state;
  const body = bodyOf(state, dialog);
  const { deciding: all = body.rows.length } = body;
  const of = `${widthOf(state, dialog)} ${all} ${mustRead}`;
  const before = dialog.seen?.of === of ? dialog.seen.rows : 0;
  const end = dialog.scroll + visibleRows(state, body);
  const rows = dialog.scroll <= before ? Math.max(before, end) : before;
  return withDialog(state, { ...dialog, seen: { of, rows, all } });
}

/** Text may have become shorter, or the terminal higher: nothing is scrolled beyond its end. */
export function withScrollInRange(state: AppState): AppState {
  const dialog = shownDialog(state);
  if (!dialog?.scroll) return state;
  const body = bodyOf(state, dialog);
  const last = body.rows.length - visibleRows(state, body);
  return dialog.scroll <= last ? state : withDialog(state, { ...dialog, scroll: last });
}
