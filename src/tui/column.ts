import { clockText } from '../core/amounts.ts';
import { draftId, type Proposal } from '../core/proposal.ts';
import type { QueueItem, QueueKind } from '../core/queue.ts';
import type { RepoStatus } from '../core/repo.ts';
import { isOrchestrator, longTitleOf, titleOf, type Worker } from '../core/worker.ts';
import { minTextCells, requestTextColumns } from '../features/attention/requestDialogs.ts';
import { countClashes } from '../features/radar/pairs.ts';
import { shortAge, stateBadge } from '../ui/format.ts';
import { type Rect, selectGeometry, selectShown, shownFrom } from '../ui/layout.ts';
import { type FleetRow, isSameRow, type QueueRow, selectFleet, selectQueue } from '../ui/select.ts';
import { type AppState, isRoomFree, type ListName, type RowKey } from '../ui/state.ts';
import {
  cellWidth,
  cutText,
  fitLine,
  type Line,
  line,
  lineText,
  lineWidth,
  type Span,
  span,
  spreadLine,
  type Tone,
} from '../ui/text.ts';
import { borderLine, type FrameView, frameView, progressMark } from './panes.ts';

/** The left column: repositories with their workers above the queue. */
export interface ColumnView {
  readonly frame: FrameView;
  readonly fleet: ListView;
  /** The line between the two lists, as wide as the frame. */
  readonly divider: ListView;
  readonly queue: ListView;
}

interface ListView {
  readonly rect: Rect;
  readonly lines: readonly Line[];
}

/** Returns the left column; null while a worker is zoomed. */
export function selectColumn(state: AppState): ColumnView | null {
  const { column, fleet, queue } = selectGeometry(state);
  if (!column) return null;
  const waiting = selectQueue(state);
  const shown = selectShown(state);
  const count = waiting.length > 0 ? ` (${waiting.length})` : '';
  const divider = { x: column.x, y: queue.y - 1, width: column.width, height: 1 };
  const left = heading(state, 'queue', `Needs you${count}`);
  return {
    frame: frameView(column, 'border', { left: heading(state, 'fleet', 'Repos') }),
    fleet: { rect: fleet, lines: rowsOf(state, shown, 'fleet', fleet) },
    divider: { rect: divider, lines: [borderLine('├─┤', { left }, column.width, 'border')] },
    queue: { rect: queue, lines: rowsOf(state, shown, 'queue', queue) },
  };
}

function heading(state: AppState, list: ListName, text: string): Line {
  return line(text, state.list === list && isRoomFree(state) ? 'accent' : 'muted');
}

/** Draws the visible rows of a list. @param shown workers whose panes are on the page */
function rowsOf(
  state: AppState,
  shown: readonly Worker[],
  list: ListName,
  { width, height }: Rect,
): readonly Line[] {
  const rows: readonly (FleetRow | QueueRow)[] = list === 'fleet' ? selectFleet(state) : selectQueue(state);
  if (rows.length === 0) return [line(emptyText(state, list), 'muted')];
  const first = shownFrom(state, list, height);
  return rows
    .slice(first, first + height)
    .map((row) => drawRow(state, list, row, rowContent(state, shown, row, width - 2)));
}

function emptyText({ facts }: AppState, list: ListName): string {
  if (!facts) return '';
  return list === 'fleet' ? '  no repositories' : '  nothing';
}

function drawRow(state: AppState, list: ListName, row: FleetRow | QueueRow, content: Line): Line {
  const isSelected = state.list === list && isSameRow(row.key as RowKey, state.cursors[list]);
  if (!isSelected) return [span(' '), ...content, span(' ')];
  // While something else has the keys, only the marker shows the selection.
  if (!isRoomFree(state)) return [span('›', 'accent'), ...content, span(' ')];
  return line(`›${lineText(content)} `, 'selected');
}

function rowContent(
  state: AppState,
  shown: readonly Worker[],
  row: FleetRow | QueueRow,
  width: number,
): Line {
  if ('repo' in row) return repoRow(row.repo, width);
  if ('proposal' in row) return proposalRow(row.proposal, width);
  if ('item' in row) return itemRow(row.worker, row.item, state.now, width);
  return workerRow(state, row, paneNumber(shown, row.worker), width);
}

function repoRow(repo: RepoStatus, width: number): Line {
  const name = span(repo.name, 'strong');
  if (repo.problem !== null)
    return fitLine([name, span('  '), span('! ', 'bad'), span(repo.problem, 'bad')], width);
  const branch = span(repo.branch ?? 'detached', 'muted');
  return spreadLine([name, span('  '), branch], repoStatus(repo), width);
}

/** Returns an operation under way, `3✎` changed, `2?` untracked, `↑1` to push, `↓4` to pull; `✓` when nothing applies. */
function repoStatus({ operation, dirty, untracked, ahead, behind }: RepoStatus): Line {
  const parts: Line = [
    ...(operation === null ? [] : [span(operation, 'warning')]),
    ...(dirty > 0 ? [span(`${dirty}✎`, 'warning')] : []),
    ...(untracked > 0 ? [span(`${untracked}?`, 'warning')] : []),
    ...(ahead ? [span(`↑${ahead}`, 'accent')] : []),
    ...(behind ? [span(`↓${behind}`, 'accent')] : []),
  ];
  if (parts.length === 0) return line('✓', 'good');
  return parts.flatMap((part, index) => (index > 0 ? [span(' '), part] : [part]));
}

/** Returns the number of the worker's pane among several; its key types into it. */
function paneNumber(shown: readonly Worker[], worker: Worker): string {
  if (isOrchestrator(worker)) return 'O ';
  if (shown.length < 2) return ' ';
  const at = shown.indexOf(worker);
  return at < 0 ? '  ' : `${at + 1} `;
}

function workerRow(
  state: AppState,
  { worker, orphan }: Extract<FleetRow, { readonly worker: Worker }>,
  number: string,
  width: number,
): Line {
  const { mark, word, tone } = stateBadge(worker);
  const progress = progressMark(state.terminals.get(worker.id)?.progress ?? null);
  const age = span(shortAge(worker.stateSince, state.now), 'muted');
  const bell = state.rang.has(worker.id) ? [span('♪ ', 'warning')] : [];
  const left = [
    ...[span(number, 'muted'), span(`${mark} `, tone), ...bell],
    span(orphan ? longTitleOf(worker) : titleOf(worker)),
    ...clashMark(state, worker),
  ];
  const reported = worker.update?.percent ?? null;
  const share = progress ?? (reported === null ? null : span(`${reported}%`, 'muted'));
  const short = share ? [share, span(' '), age] : [age];
  const isSigning = state.facts?.signing?.[worker.id] !== undefined;
  const right = [isSigning ? span('sign? ', 'warning') : span(`${word} `, tone), ...short];
  // Without room for both, the word goes, because the mark means the same.
  const hasRoom = lineWidth(left) + lineWidth(right) + 1 <= width;
  return spreadLine(left, hasRoom ? right : short, width);
}

/** Returns `✗2` for conflicts with two workers, `○1` for files shared with one. */
function clashMark(state: AppState, { id }: Worker): Line {
  const { conflicts, overlaps } = countClashes(state, id);
  if (conflicts > 0) return [span(` ✗${conflicts}`, 'bad')];
  return overlaps > 0 ? [span(` ○${overlaps}`, 'warning')] : [];
}

function proposalRow({ kind, by, draft, problem }: Proposal, width: number): Line {
  const name = draftId(draft);
  const mark = problem ? span('! ', 'bad') : span(kind === 'start' ? '+ ' : '↻ ', 'accent');
  const room = width - cellWidth(name) - lineWidth([mark]) - 1;
  const asks = kind === 'start' ? 'start?' : 'resume?';
  const words = problem ? ['cannot start'] : by === 'board' ? [`from the board: ${asks}`, 'board?'] : [asks];
  const fitting = words.find((word) => cellWidth(word) <= room);
  // The word for a proposal from the board stays; the name is cut instead.
  const word = fitting ?? (by === 'board' && !problem ? 'board?' : null);
  const shown =
    fitting === undefined && word ? cutText(name, cellWidth(name) + room - cellWidth(word)) : name;
  return spreadLine([mark, span(shown)], word ? [span(word, problem ? 'bad' : 'accent')] : [], width);
}

function itemRow(
  worker: Worker,
  { kind, since, text, request }: QueueItem,
  now: number,
  width: number,
): Line {
  const { mark, tone } = kindBadges[kind] ?? stateBadge(worker);
  const name = [span(`${mark} `, tone), span(worker.id)];
  const words = rightWords(worker, kind, now) ?? [shortAge(since, now)];
  // Without room for a word, the name stays alone, because the mark means the same.
  const word = words.find((text) => lineWidth(name) + cellWidth(text) + 1 <= width) ?? '';
  const right = span(word, 'muted');
  // Part of the question, where enough of it fits; the card shows all of it.
  const room = request ? requestTextColumns({ worker: worker.id, since }, now, width) : 0;
  if (room > 0) return spreadLine([...name, span(`  ${cutText(text, room)}`)], [right], width);
  return textRow(name, kind, text, right, width);
}

/** Draws an item with its text, which matters more than the word at the right: the mark means the same as the word. */
function textRow(name: Line, kind: QueueKind, text: string, right: Span, width: number): Line {
  const room = width - lineWidth(name) - 2;
  if ((kind !== 'blocked' && kind !== 'time') || room < minTextCells) return spreadLine(name, [right], width);
  const what = span(`  ${cutText(text, room)}`);
  const hasBoth = cellWidth(text) + lineWidth([right]) + 2 <= room;
  return spreadLine([...name, what], hasBoth ? [right] : [], width);
}

const kindBadges: Partial<Record<QueueKind, { readonly mark: string; readonly tone: Tone }>> = {
  blocked: { mark: '■', tone: 'bad' },
  time: { mark: '?', tone: 'warning' },
  done: { mark: '✓', tone: 'good' },
  finish: { mark: '✓', tone: 'accent' },
  'limit-over': { mark: '↻', tone: 'accent' },
};

/** Returns texts for the right end of a row, the longest first; null when its age is shown. */
function rightWords({ limitedUntil }: Worker, kind: QueueKind, now: number): readonly string[] | null {
  const word = kindWords[kind];
  if (kind !== 'limited' || !limitedUntil) return word === undefined ? null : [word];
  const end = clockText(limitedUntil, now);
  return [`until ${end}`, end];
}

const kindWords: Partial<Record<QueueKind, string>> = {
  ...{ trust: 'trust?', blocked: 'blocked', time: 'time?', done: 'done', finish: 'finish?' },
  ...{ limited: 'limited', 'limit-over': 'go on?', ended: 'ended' },
};
