import { type DialogBody, outOfSight } from '../ui/dialog.ts';
import { oneLineField } from '../ui/field.ts';
import { dialogHeight, dialogRect, dialogWidth, fits, paletteLayout } from '../ui/layout.ts';
import { type AnyDialog, type AppState, shownDialog } from '../ui/state.ts';
import { withDialog } from '../ui/step.ts';
import {
  clustersOf,
  cutLine,
  type Line,
  line,
  lineWidth,
  type Span,
  span,
  spreadLine,
  type Tone,
} from '../ui/text.ts';
import { keyHints } from './bars.ts';
import { definitionOf, selectOffers, selectSubject } from './definitions.ts';
import { markedAt, type Offer } from './palette.ts';
import { type FrameView, frameView, textColumns } from './panes.ts';

/** The open dialog as it is drawn. */
export interface DialogView {
  readonly frame: FrameView;
  /** The rows inside the frame, without the empty cell at each side. */
  readonly lines: readonly Line[];
  /** The caret's cell in the terminal. */
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
    // Under the palette the dialog has no keys.
    { left: state.palette ? [] : keyHints(state, width - 16), right: outOfSight(first, below) },
  );
  const lines = [...rows, ...body.tail].map((row) => cutLine(row, textColumns(rect)));
  const top = rect.y + 2 + rows.length;
  const caret = body.caret && { x: rect.x + 2 + body.caret.column, y: top + body.caret.row };
  return { frame, lines, caret };
}

/** Returns the width of a dialog; a wide one takes all columns. */
function widthOf({ size }: AppState, dialog: AnyDialog): number {
  return definitionOf(dialog).isWide ? size.cols : dialogWidth(size);
}

function bodyOf(state: AppState, dialog: AnyDialog): DialogBody {
  return definitionOf(dialog).view(state, dialog, widthOf(state, dialog) - 4);
}

function visibleRows({ size }: AppState, { rows, tail }: DialogBody): number {
  return Math.min(rows.length, Math.max(1, dialogHeight(size) - frameRows - tail.length));
}

/** Returns the caret's cell in a dialog; null without a text field. */
export function selectCaret(state: AppState): DialogView['caret'] {
  return fits(state.size) ? (selectDialog(state)?.caret ?? null) : null;
}

/** Records the visible rows of a plan at a key press. Call it only after the dialog was drawn. */
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

/** Limits the scroll position to the rows of the dialog, which may have become fewer. */
export function withScrollInRange(state: AppState): AppState {
  const dialog = shownDialog(state);
  if (!dialog?.scroll) return state;
  const body = bodyOf(state, dialog);
  const last = body.rows.length - visibleRows(state, body);
  return dialog.scroll <= last ? state : withDialog(state, { ...dialog, scroll: last });
}

const prompt = ': ';
const wanted = 'letters of an action, a worker, a repository or a card';

/** Returns the palette as it is drawn; null while it is closed. */
export function selectPalette(state: AppState): DialogView | null {
  const { palette } = state;
  if (!palette || !fits(state.size)) return null;
  const offers = selectOffers(state);
  const marked = markedAt(state, offers);
  const { rect, list, first } = paletteLayout(state.size, offers.length, marked);
  const { width, height } = list;
  const rows = offers
    .slice(first, first + height)
    .map((offer, index) => drawOffer(offer, first + index === marked, width));
  const subject = selectSubject(state);
  const frame = frameView(
    rect,
    'border-selected',
    { left: line('Palette', 'strong'), right: subject === null ? [] : line(subject, 'muted') },
    {
      left: keyHints(state, width - 12),
      right: outOfSight(first, Math.max(0, offers.length - first - height)),
    },
  );
  const field = oneLineField(prompt, palette.filter, width);
  const typed = palette.filter.text === '' ? [...field.line, span(wanted, 'muted')] : field.line;
  const lines = [
    cutLine(typed, width),
    line('─'.repeat(width), 'border'),
    ...(rows.length > 0 ? rows : [line('  no matches', 'muted')]),
  ];
  return { frame, lines, caret: selectPaletteCaret(state) };
}

/** Returns the palette's caret. It is computed without the items, because every frame of a pane asks for it. */
export function selectPaletteCaret({ palette, size }: AppState): DialogView['caret'] {
  if (!palette || !fits(size)) return null;
  const { list } = paletteLayout(size, 0, -1);
  const { column } = oneLineField(prompt, palette.filter, list.width);
  return { x: list.x + prompt.length + column, y: list.y - 2 };
}

/** Draws mark, name, reason, description and key of an item. Matched letters are bold, because colour may be missing. */
function drawOffer({ item, inName, inText }: Offer, isMarked: boolean, width: number): Line {
  const { name, text, key, off } = item;
  const tone: Tone = isMarked ? 'selected' : off === null ? 'plain' : 'muted';
  const weight: Tone = isMarked ? 'selected-strong' : 'strong';
  const left: Line = [
    span(isMarked ? '› ' : '  ', tone),
    ...inColumn(highlighted(name, inName, tone, weight), width, tone),
    ...(off === null ? [] : [span(`${off} · `, tone)]),
    ...highlighted(text, inText, tone, weight),
  ];
  const right = key === null ? [] : [span(key, tone === 'plain' ? 'key' : tone)];
  const row = spreadLine(left, right, width);
  // The mark covers the padding, too.
  return isMarked ? row.map((part) => (part.tone === 'plain' ? { ...part, tone } : part)) : row;
}

/** Pads a name to the common column; a longer name is cut so that some of its description fits. */
function inColumn(name: Line, width: number, tone: Tone): Line {
  const column = width < narrow ? 16 : 22;
  const missing = column - lineWidth(name);
  if (missing >= 2) return [...name, span(' '.repeat(missing), tone)];
  return [...cutLine(name, Math.floor(width * 0.6)), span('  ', tone)];
}

/** The width below which the column of names is narrower. */
const narrow = 76;

function highlighted(text: string, found: ReadonlySet<number>, tone: Tone, weight: Tone): Line {
  if (found.size === 0) return line(text, tone);
  return clustersOf(text).map(
    (cluster, at): Span => ({ text: cluster, tone: found.has(at) ? weight : tone }),
  );
}
