import type { Area, Part, Picture } from '../ui/chrome.ts';
import { fits, inside, minimumSize, type Rect } from '../ui/layout.ts';
import { Row } from '../ui/Row.tsx';
import type { AppState } from '../ui/state.ts';
import { type Line, lineWidth, type Span, wrapLines } from '../ui/text.ts';
import { footerLine, headerLine } from './bars.ts';
import { type ColumnView, selectColumn } from './column.ts';
import { type DialogView, selectDialog, selectPalette } from './overlays.ts';
import { type FrameView, type PaneView, selectPanes } from './panes.ts';

/**
 * Returns the whole screen, from the state alone. The dialog and then the palette come last, on top of the rest.
 * @param color - false honours NO_COLOR
 */
export function pictureOf(state: AppState, color: boolean): Picture {
  if (!fits(state.size)) return { parts: tooSmall(state, color), areas: [] };
  const { cols, rows } = state.size;
  const column = selectColumn(state);
  const panes = selectPanes(state);
  const dialog = selectDialog(state);
  const palette = selectPalette(state);
  return {
    parts: [
      row({ x: 0, y: 0, width: cols, height: 1 }, headerLine(state), color),
      ...(column ? columnParts(column, color) : []),
      ...panes.flatMap((pane) => paneParts(pane, color)),
      row({ x: 0, y: rows - 1, width: cols, height: 1 }, footerLine(state), color),
      ...(dialog ? dialogParts(dialog, color) : []),
      ...(palette ? dialogParts(palette, color) : []),
    ],
    areas: [
      ...panes.flatMap(paneArea),
      ...(dialog ? [overlay('dialog', dialog)] : []),
      ...(palette ? [overlay('palette', palette)] : []),
    ],
  };
}

/** Returns the frame of the column with its two lists. */
function columnParts({ frame, fleet, divider, queue }: ColumnView, color: boolean): readonly Part[] {
  return [
    ...frameParts(frame, color),
    ...[fleet, divider, queue].flatMap(({ rect, lines }) => rowsIn(rect, lines, color)),
  ];
}

function paneParts({ frame, text }: PaneView, color: boolean): readonly Part[] {
  return [...frameParts(frame, color), ...rowsIn(textArea(frame.rect), text, color)];
}

function paneArea({ frame, screen }: PaneView): readonly Area[] {
  return screen === null ? [] : [{ id: screen, kind: 'pane', ...inside(frame.rect) }];
}

function dialogParts({ frame, lines }: DialogView, color: boolean): readonly Part[] {
  return [...frameParts(frame, color), ...rowsIn(textArea(frame.rect), lines, color)];
}

function overlay(id: 'dialog' | 'palette', { frame }: DialogView): Area {
  return { id, kind: 'overlay', ...frame.rect };
}

function frameParts({ rect, top, bottom, side }: FrameView, color: boolean): readonly Part[] {
  const { x, y, width, height } = rect;
  const sideAt = (left: number) => tile({ x: left, y: y + 1, width: 1, height: height - 2 }, side, color);
  return [
    { rect, element: null },
    sideAt(x),
    sideAt(x + width - 1),
    ...rowParts(x, y, width, top, color),
    ...rowParts(x, y + height - 1, width, bottom, color),
  ];
}

/** Returns the area for text in a frame, with an empty cell at each side and an empty row above. */
function textArea(rect: Rect): Rect {
  const { x, y, width, height } = inside(rect);
  return { x: x + 1, y: y + 1, width: width - 2, height: height - 1 };
}

/** Returns as many of the lines as fit. */
function rowsIn({ x, y, width, height }: Rect, lines: readonly Line[], color: boolean): readonly Part[] {
  return lines.slice(0, height).flatMap((line, at) => rowParts(x, y + at, width, line, color));
}

/** Returns a row in one part, or in three around a run of one stroke, whose characters Ink would measure one by one. */
function rowParts(x: number, y: number, width: number, line: Line, color: boolean): readonly Part[] {
  const at = line.findIndex(isRun);
  const run = line[at];
  if (!run) return [row({ x, y, width, height: 1 }, line, color)];
  const left = lineWidth(line.slice(0, at));
  const right = width - left - run.text.length;
  const behind = x + width - right;
  return [
    row({ x, y, width: left, height: 1 }, line.slice(0, at), color),
    tile({ x: x + left, y, width: run.text.length, height: 1 }, { ...run, text: run.text.charAt(0) }, color),
    row({ x: behind, y, width: right, height: 1 }, line.slice(at + 1), color),
  ].filter(({ rect }) => rect.width > 0);
}

/** The shortest run of a stroke that is a part by itself. */
const shortestRun = 4;

function isRun({ text }: Span): boolean {
  return (
    text.length >= shortestRun &&
    text > '\u2500' &&
    text < '\u2580' &&
    text === text.charAt(0).repeat(text.length)
  );
}

function row(rect: Rect, line: Line, color: boolean): Part {
  return { rect, element: <Row line={line} color={color} /> };
}

function tile(rect: Rect, cell: Span, color: boolean): Part {
  return { ...row(rect, [cell], color), isTile: true };
}

/** Returns the message of a terminal that is too small. */
function tooSmall({ size: { cols, rows } }: AppState, color: boolean): readonly Part[] {
  const needed = `${minimumSize.cols}×${minimumSize.rows}`;
  const text = `orch-tui needs at least ${needed}, this terminal has ${cols}×${rows} · q\u00a0quit`;
  return rowsIn({ x: 0, y: 0, width: cols, height: rows }, wrapLines(text, cols, 'warning'), color);
}
