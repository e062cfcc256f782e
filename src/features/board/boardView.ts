import type { Card } from '../../core/board.ts';
import type { Worker } from '../../core/worker.ts';
import { plainLine } from '../../lib/sanitize.ts';
import { type DialogBody, marked, problemRows } from '../../ui/dialog.ts';
import { counted, stateBadge } from '../../ui/format.ts';
import type { AppState } from '../../ui/state.ts';
import {
  cutLine,
  fitLine,
  type Line,
  line,
  type Span,
  span,
  spreadLine,
  type Tone,
  wrapRanges,
} from '../../ui/text.ts';
import { openConflicts } from '../notion/conflictsDialog.ts';
import {
  type BoardDialog,
  type BoardLayout,
  boardHeight,
  boardLayout,
  type CardDrag,
  cardRows,
  cardStep,
  cardWorkers,
  detailRows,
  type ShownColumn,
  selectedCard,
} from './boardLayout.ts';

/** Input of all parts of the board's view. */
interface ViewInput {
  readonly state: AppState;
  readonly dialog: BoardDialog;
  readonly workers: ReadonlyMap<Card, Worker>;
  /** Ids of cards that were changed here and in Notion. */
  readonly conflicting: ReadonlySet<string | null>;
}

/** Renders the sprint board: columns of cards, and below them the details of the selected card. */
export function boardBody(state: AppState, dialog: BoardDialog, width: number): DialogBody {
  const board = state.facts?.board;
  const file = board?.file.slice(board.file.lastIndexOf('/') + 1) ?? '';
  const aside = dialog.pending !== null ? 'writing …' : file;
  const conflicting = new Set(
    openConflicts(state).flatMap(({ table, id }) => (table === 'board' ? [id] : [])),
  );
  const input = { state, dialog, workers: cardWorkers(state), conflicting };
  const layout = boardLayout(state, dialog, width);
  const parts = layout.columns.map((column) => columnRows(input, column, layout.capacity));
  const height = Math.max(0, ...parts.map((part) => part.length));
  const body = Array.from({ length: height }, (_, row) => joinColumns(layout.columns, parts, row));
  const above = [...hiddenColumns(state, dialog, layout, width), ...body];
  const room = Math.max(0, boardHeight(state.size) - above.length);
  const details = detailsOf(input, width);
  // The height is fixed, so that the details do not jump.
  const below = [...details, ...blank(detailRows - details.length)].slice(0, room);
  const title = [
    span('Board', 'strong'),
    span(state.facts ? ` · ${state.facts.workspace.name}` : '', 'muted'),
  ];
  const rows = [...above, ...blank(room - below.length), ...below];
  return { title, aside: line(aside, 'muted'), rows, tail: [], caret: null };
}

/** Renders the names of hidden columns, each at its side. */
function hiddenColumns(
  state: AppState,
  { drag }: BoardDialog,
  { before, after }: BoardLayout,
  width: number,
): readonly Line[] {
  if (before.length + after.length === 0) return [];
  const name = (column: ShownColumn['column']) =>
    span(`${column} ${countOf(state, column)}`, drag?.over === column ? 'accent' : 'muted');
  const left = before.flatMap((column) => [span('‹ ', 'notice'), name(column)]);
  const right = after.flatMap((column) => [name(column), span(' ›', 'notice')]);
  return [spreadLine(left, right, width)];
}

function countOf({ facts }: AppState, column: ShownColumn['column']): number {
  return facts?.board?.counts[column] ?? 0;
}

function joinColumns(
  columns: readonly ShownColumn[],
  parts: readonly (readonly Line[])[],
  row: number,
): Line {
  return columns.flatMap(({ width }, nth) => [
    ...(nth > 0 ? [span('  ')] : []),
    ...fitLine(parts[nth]?.[row] ?? [], width),
  ]);
}

function columnRows(
  { state, dialog, workers, conflicting }: ViewInput,
  shown: ShownColumn,
  room: number,
): readonly Line[] {
  const { column, cards, width } = shown;
  const isHere = column === dialog.column;
  const isTarget = column === targetOf(dialog.drag);
  const selected = isHere ? selectedCard(state, dialog) : null;
  const marksOf = (card: Card) => ({
    worker: workers.get(card) ?? null,
    isSelected: card === selected,
    hasConflict: conflicting.has(card.id),
  });
  const empty = [span(isHere ? '▸ ' : '  ', 'accent'), span('nothing here', 'muted')];
  const body = cards.flatMap((card, nth) => [
    ...(nth > 0 ? blank(cardStep - cardRows) : []),
    ...cardLines(card, marksOf(card), width),
  ]);
  const rows = cards.length === 0 ? [empty] : body;
  const tone = isTarget ? 'accent' : isHere ? 'border-selected' : 'border';
  return [
    columnHead(state, shown, isHere || isTarget, isTarget ? dialog.drag : null),
    line((isTarget ? '━' : '─').repeat(width), tone),
    ...rows,
    ...blank(room * cardStep - (cardStep - cardRows) - rows.length),
  ];
}

/** Returns the column that the dragged card would move to. */
function targetOf(drag: CardDrag | null): ShownColumn['column'] | null {
  return drag?.isMoving && drag.over !== drag.card.column ? drag.over : null;
}

/**
 * Renders a column's name with its number of cards and of hidden ones; or the card that would be dropped
 * into it.
 */
function columnHead(state: AppState, shown: ShownColumn, isBright: boolean, drag: CardDrag | null): Line {
  const { column, above, below, width } = shown;
  const hidden = [...(above > 0 ? [`↑${above}`] : []), ...(below > 0 ? [`↓${below}`] : [])].join(' ');
  const name = [span(column, isBright ? 'strong' : 'muted'), span(` ${countOf(state, column)}`, 'muted')];
  const right = drag ? line(`+${nameOf(drag.card)}`, 'accent') : line(hidden, 'notice');
  return spreadLine(name, right, width);
}

function nameOf({ id, line: number }: Card): string {
  return id ?? `:${number}`;
}

function blank(count: number): readonly Line[] {
  return Array.from({ length: Math.max(0, count) }, () => line(''));
}

function detailsOf({ state, dialog, workers, conflicting }: ViewInput, width: number): readonly Line[] {
  if (dialog.problem) return [line(''), ...problemRows(dialog.problem, width)];
  const rule = line('─'.repeat(width), 'border');
  if (dialog.drag?.isMoving) return [rule, ...dragRows(dialog.drag, width)];
  const card = selectedCard(state, dialog);
  const rows = card
    ? [
        ...cardDetails(card, workers.get(card) ?? null, width),
        ...(conflicting.has(card.id)
          ? marked('!', 'Also changed in Notion: press c to decide.', width, 'warning')
          : []),
      ]
    : [];
  return [rule, ...rows.slice(0, detailRows - 2), ...flawLine(state, width)].slice(0, detailRows);
}

/** Describes the result of releasing the mouse now. */
function dragRows({ card, over }: CardDrag, width: number): readonly Line[] {
  const what =
    over === null || over === card.column
      ? `Drop ${nameOf(card)} on another column to move it there.`
      : `Drop ${nameOf(card)} to move it from ${card.column} to ${over}.`;
  return [cutLine(line(what, 'accent'), width), ...textRows(card.task, width, 2, 'strong')];
}

function cardDetails(card: Card, found: Worker | null, width: number): readonly Line[] {
  const { task, worker, branch, priority, pr, started, completed, blockers, problem } = card;
  const look = found && stateBadge(found);
  const facts = [
    ...(look ? [`${found.id} ${look.word}`] : worker === null ? [] : [worker]),
    ...[branch, priority, pr].filter((text) => text !== null),
    ...(started === null ? [] : [`started ${started}`]),
    ...(completed === null ? [] : [`completed ${completed}`]),
  ].join(' · ');
  if (problem !== null) return marked('!', `${problem}.`, width, 'bad');
  return [
    ...textRows(task, width, 2, 'strong'),
    ...(facts === '' ? [] : [cutLine(line(facts, 'muted'), width)]),
    ...(blockers === null ? [] : marked('✗', blockers, width, 'bad').slice(0, 1)),
  ];
}

function flawLine({ facts }: AppState, width: number): readonly Line[] {
  const flaws = facts?.board?.flaws ?? [];
  const [first] = flaws;
  if (!first) return [];
  const rest = flaws.length > 1 ? ` (and ${counted(flaws.length - 1, 'more line')})` : '';
  return [cutLine([span('! ', 'warning'), span(`${first.message}${rest}`, 'warning')], width)];
}

/** Properties of a card's view beside its text. */
interface CardMarks {
  readonly worker: Worker | null;
  readonly isSelected: boolean;
  /** Changed here and in Notion. */
  readonly hasConflict: boolean;
}

/**
 * Renders a card in exactly `cardRows` rows: name and state, its text, and its assignee where there is one.
 */
function cardLines(
  card: Card,
  { worker, isSelected, hasConflict }: CardMarks,
  width: number,
): readonly Line[] {
  const who = whoLine(card, worker);
  const name = [
    isSelected ? span('▸ ', 'accent') : span('  '),
    span(card.id ?? `:${card.line}`, 'muted'),
    ...priorityMark(card.priority),
    // A worker's name begins with its repository.
    span(card.repo === null || worker ? '' : ` ${card.repo}`, 'muted'),
  ];
  const tone = card.problem !== null ? 'muted' : isSelected ? 'strong' : 'plain';
  const room = cardRows - (who ? 2 : 1);
  const text = textRows(card.task, width - 2, room, tone);
  const below = [...text, ...(who ? [who] : [])].map((row) => cutLine([span('  '), ...row], width));
  const blank = Array.from({ length: cardRows - 1 - below.length }, () => line(''));
  return [spreadLine(name, flags(card, worker, hasConflict), width), ...below, ...blank];
}

/** Wraps a text into at most `count` rows; the rest stays in the last one, which is cut when drawn. */
function textRows(text: string, width: number, count: number, tone: Tone): readonly Line[] {
  // No real card is that long, and the limit bounds the time for hostile ones.
  const short = plainLine(text.slice(0, 4 * width * count));
  const rows = wrapRanges(short, width).slice(0, count);
  return rows.map(({ start, end }, nth) =>
    line(short.slice(start, nth < count - 1 ? end : undefined).trimEnd(), tone),
  );
}

/** Renders the assigned worker with the mark of its state; else the board's assignee. */
function whoLine(card: Card, worker: Worker | null): Line | null {
  if (!worker) return card.worker === null ? null : line(card.worker, 'muted');
  const { mark, tone } = stateBadge(worker);
  return [span(`${mark} `, tone), span(worker.id, 'muted')];
}

/** Renders a priority readably without colour: up is urgent, down can wait. */
function priorityMark(priority: string | null): readonly Span[] {
  const word = priority?.toLowerCase() ?? '';
  if (/high|urgent|critical|blocker|\bp[01]\b/.test(word)) return [span(' ▲', 'warning')];
  return /low|minor|\bp[3-9]\b/.test(word) ? [span(' ▽', 'muted')] : [];
}

function flags(card: Card, worker: Worker | null, hasConflict: boolean): Line {
  if (card.problem !== null) return line('!', 'bad');
  const progress = progressOf(card, worker);
  const marks = [
    ...(hasConflict ? [span('!', 'warning')] : []),
    ...(card.blockers === null ? [] : [span('✗', 'bad')]),
    ...(progress === null ? [] : [span(progress, 'muted')]),
  ];
  return marks.flatMap((mark, nth) => (nth > 0 ? [span(' '), mark] : [mark]));
}

/** Returns the progress in the board; else that of the worker's latest report. */
function progressOf({ progress }: Card, worker: Worker | null): string | null {
  if (progress !== null) return progress;
  const percent = worker?.update?.percent ?? null;
  return percent === null ? null : `${percent}%`;
}
