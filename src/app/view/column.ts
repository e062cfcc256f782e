import type { Proposal } from '../../domain/proposal.ts';
import type { RepoStatus } from '../../domain/repo.ts';
import type { Worker } from '../../domain/worker.ts';
import { shownFrom } from '../hitTest.ts';
import {
  type FleetRow,
  isSameRow,
  type QueueRow,
  selectFleet,
  selectGeometry,
  selectQueue,
} from '../select.ts';
import type { AppState, ListName, RowKey } from '../state.ts';
import { cellWidth } from '../text/cells.ts';
import { fitLine, type Line, line, lineText, lineWidth, span, spreadLine } from '../text/line.ts';
import { shortAge, stateLook } from '../text/words.ts';
import { borderLine, sideLine } from './frame.ts';

/** The left column with its border: repositories with their workers, and below what needs the person. */
export function columnLines(state: AppState): readonly Line[] {
  const { column, fleet, queue } = selectGeometry(state);
  if (!column) return [];
  const { width } = column;
  const waiting = selectQueue(state);
  const count = waiting.length > 0 ? ` (${waiting.length})` : '';
  const draw = (rows: readonly Line[]) => rows.map((row) => sideLine(row, width, 'border'));
  return [
    borderLine('╭╮', heading(state, 'fleet', 'Repos'), [], width, 'border'),
    ...draw(rowsOf(state, 'fleet', fleet.height, fleet.width)),
    borderLine('├┤', heading(state, 'queue', `Needs you${count}`), [], width, 'border'),
    ...draw(rowsOf(state, 'queue', queue.height, queue.width)),
    borderLine('╰╯', [], [], width, 'border'),
  ];
}

function heading(state: AppState, list: ListName, text: string): Line {
  return line(text, state.list === list && state.focus.at === 'list' ? 'accent' : 'muted');
}

function rowsOf(state: AppState, list: ListName, height: number, width: number): readonly Line[] {
  const rows: readonly (FleetRow | QueueRow)[] = list === 'fleet' ? selectFleet(state) : selectQueue(state);
  const first = shownFrom(state, list, height);
  const shown = rows.slice(first, first + height).map((row) => drawRow(state, list, row, width));
  const filled = rows.length === 0 ? [line(emptyText(state, list), 'muted')] : shown;
  return Array.from({ length: height }, (_, index) => filled[index] ?? []);
}

function emptyText({ facts }: AppState, list: ListName): string {
  if (!facts) return '';
  return list === 'fleet' ? '  no repositories' : '  nothing';
}

function drawRow(state: AppState, list: ListName, row: FleetRow | QueueRow, width: number): Line {
  const content = rowContent(state, list, row, width - 2);
  const isSelected = state.list === list && isSameRow(row.key as RowKey, state.cursors[list]);
  if (!isSelected) return [span(' '), ...content, span(' ')];
  // The marker says it without colour; while a worker or a dialog has the keys it is all that is shown.
  if (state.focus.at !== 'list') return [span('›', 'accent'), ...content, span(' ')];
  return line(`›${lineText(fitLine(content, width - 2))} `, 'selected');
}

function rowContent(state: AppState, list: ListName, row: FleetRow | QueueRow, width: number): Line {
  if ('repo' in row) return repoRow(row.repo, width);
  if ('proposal' in row) return proposalRow(row.proposal, state.now, width);
  if (list === 'queue') return askingRow(row.worker, state.now, width);
  const name = 'orphan' in row && row.orphan ? row.worker.id : row.worker.task;
  return workerRow(row.worker, name, state.now, width);
}

function repoRow(repo: RepoStatus, width: number): Line {
  const name = span(repo.name, 'strong');
  if (repo.problem !== null)
    return fitLine([name, span('  '), span('! ', 'bad'), span(repo.problem, 'bad')], width);
  const branch = span(repo.branch ?? 'detached', 'muted');
  return spreadLine([name, span('  '), branch], repoStatus(repo), width);
}

/** `3✎` changed, `2?` untracked, `↑1` to push, `↓4` to pull; `✓` when there is nothing of it. */
function repoStatus({ dirty, untracked, ahead, behind }: RepoStatus): Line {
  const parts: Line = [
    ...(dirty > 0 ? [span(`${dirty}✎`, 'warning')] : []),
    ...(untracked > 0 ? [span(`${untracked}?`, 'warning')] : []),
    ...(ahead ? [span(`↑${ahead}`, 'accent')] : []),
    ...(behind ? [span(`↓${behind}`, 'accent')] : []),
  ];
  if (parts.length === 0) return line('✓', 'good');
  return parts.flatMap((part, index) => (index > 0 ? [span(' '), part] : [part]));
}

function workerRow(worker: Worker, name: string, now: number, width: number): Line {
  const { mark, word, tone } = stateLook(worker);
  const age = span(shortAge(worker.stateSince, now), 'muted');
  const left = [span(` ${mark} `, tone), span(name)];
  const right = [span(word, tone), span(' '), age];
  // Where both do not fit, the name matters more than the word: the mark says the same.
  const hasRoom = lineWidth(left) + lineWidth(right) + 1 <= width;
  return spreadLine(left, hasRoom ? right : [age], width);
}

function proposalRow({ kind, draft, problem }: Proposal, _now: number, width: number): Line {
  const right = problem
    ? span('cannot start', 'bad')
    : span(kind === 'start' ? 'start?' : 'resume?', 'accent');
  const name = `${draft.repo}/${draft.task}`;
  const mark = problem ? span('! ', 'bad') : span('+ ', 'accent');
  const hasRoom = cellWidth(name) + lineWidth([mark, right]) + 1 <= width;
  return spreadLine([mark, span(name)], hasRoom ? [right] : [], width);
}

function askingRow(worker: Worker, now: number, width: number): Line {
  const { mark, tone } = stateLook(worker);
  const right = worker.state === 'needs-trust' ? 'trust?' : shortAge(worker.stateSince, now);
  return spreadLine([span(`${mark} `, tone), span(worker.id)], [span(right, 'muted')], width);
}
