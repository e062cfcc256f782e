import type { Card } from '../../domain/board.ts';
import {
  boardHeight,
  boardLayout,
  cardRows,
  detailRows,
  type ShownColumn,
  selectedCard,
  workerOf,
} from '../board.ts';
import type { BoardDialog, CardTextDialog } from '../dialog.ts';
import type { AppState } from '../state.ts';
import { cutLine, fitLine, type Line, line, type Span, span, spreadLine, wrapLines } from '../text/line.ts';
import { counted, stateLook } from '../text/words.ts';
import { type DialogBody, labelled, marked, problemRows } from './dialogBody.ts';
import { oneLineField } from './textField.ts';

/** The sprint board: columns of cards, and below them all that the selected card says. */
export function boardBody(state: AppState, dialog: BoardDialog, width: number): DialogBody {
  const board = state.facts?.board;
  const file = board?.file.slice(board.file.lastIndexOf('/') + 1) ?? '';
  const aside = dialog.pending !== null ? 'writing …' : file;
  const { columns, rows } = boardLayout(state, dialog, width);
  const parts = columns.map((column) => columnRows(state, dialog, column, rows));
  const height = Math.max(0, ...parts.map((part) => part.length));
  const body = Array.from({ length: height }, (_, row) => joined(columns, parts, row));
  const details = detailsOf(state, dialog, width);
  const room = Math.max(0, boardHeight(state.size) - body.length);
  const below = details.slice(0, room);
  const filler = Array.from({ length: room - below.length }, () => line(''));
  const title = [
    span('Board', 'strong'),
    span(state.facts ? ` · ${state.facts.workspace.name}` : '', 'muted'),
  ];
  return { title, aside: line(aside, 'muted'), rows: [...body, ...filler, ...below], tail: [], caret: null };
}

function joined(columns: readonly ShownColumn[], parts: readonly (readonly Line[])[], row: number): Line {
  return columns.flatMap(({ width }, nth) => [
    ...(nth > 0 ? [span('  ')] : []),
    ...fitLine(parts[nth]?.[row] ?? [], width),
  ]);
}

function columnRows(state: AppState, dialog: BoardDialog, shown: ShownColumn, rows: number): readonly Line[] {
  const { column, cards, above, below, width } = shown;
  const isHere = column === dialog.column;
  const count = state.facts?.board?.counts[column] ?? 0;
  const hidden = [...(above > 0 ? [`↑${above}`] : []), ...(below > 0 ? [`↓${below}`] : [])].join(' ');
  const head = spreadLine(
    [span(column, isHere ? 'strong' : 'muted'), span(` ${count}`, 'muted')],
    line(hidden, 'notice'),
    width,
  );
  const rule = line('─'.repeat(width), isHere ? 'border-selected' : 'border');
  const selected = isHere ? selectedCard(state, dialog) : null;
  const body = cards.flatMap((card) => cardLines(state, card, card === selected, width));
  const empty = cards.length === 0 ? [line('  nothing here', 'muted')] : [];
  return [head, rule, ...body, ...empty, ...blank(rows * cardRows - body.length - empty.length)];
}

function blank(count: number): readonly Line[] {
  return Array.from({ length: Math.max(0, count) }, () => line(''));
}

/** Name and state in one row, the text below. */
function cardLines(state: AppState, card: Card, isSelected: boolean, width: number): readonly Line[] {
  const { id, line: number, task, repo, priority, problem } = card;
  const mark = span(isSelected ? '▸ ' : '  ', 'accent');
  const name = [
    mark,
    span(id ?? `:${number}`, 'muted'),
    ...priorityMark(priority),
    span(repo ? ` ${repo}` : '', 'muted'),
  ];
  const text = span(task.replaceAll('\n', ' '), problem ? 'muted' : isSelected ? 'strong' : 'plain');
  return [spreadLine(name, progressOf(state, card), width), cutLine([span('  '), text], width), line('')];
}

/** Readable without colour: up is urgent, down can wait. */
function priorityMark(priority: string | null): readonly Span[] {
  const word = priority?.toLowerCase() ?? '';
  if (/high|urgent|critical|blocker|\bp[01]\b/.test(word)) return [span(' ▲', 'warning')];
  return /low|minor|\bp[3-9]\b/.test(word) ? [span(' ▽', 'muted')] : [];
}

function progressOf(state: AppState, card: Card): Line {
  if (card.problem !== null) return line('!', 'bad');
  const worker = workerOf(state, card);
  const look = worker && stateLook(worker);
  return [
    ...(card.blockers === null ? [] : [span('✗ ', 'bad')]),
    ...(card.progress === null ? [] : [span(`${card.progress} `, 'muted')]),
    ...(look ? [span(look.mark, look.tone)] : []),
  ];
}

function detailsOf(state: AppState, dialog: BoardDialog, width: number): readonly Line[] {
  if (dialog.problem) return [line(''), ...problemRows(dialog.problem, width)];
  const card = selectedCard(state, dialog);
  const rows = card ? cardDetails(state, card, width) : [];
  return [
    line('─'.repeat(width), 'border'),
    ...rows.slice(0, detailRows - 2),
    ...flawLine(state, width),
  ].slice(0, detailRows);
}

function cardDetails(state: AppState, card: Card, width: number): readonly Line[] {
  const { task, worker, branch, priority, pr, started, completed, blockers, problem } = card;
  const found = workerOf(state, card);
  const look = found && stateLook(found);
  const facts = [
    ...(look ? [`${found.id} ${look.word}`] : worker === null ? [] : [worker]),
    ...[branch, priority, pr].filter((text) => text !== null),
    ...(started === null ? [] : [`started ${started}`]),
    ...(completed === null ? [] : [`completed ${completed}`]),
  ].join(' · ');
  if (problem !== null) return marked('!', problem, width, 'bad');
  return [
    ...wrapLines(task, width, 'strong').slice(0, 2),
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

/** A card's text, while it is written. */
export function cardTextBody(dialog: CardTextDialog, width: number): DialogBody {
  const title = line(
    dialog.editing === null ? `New card in ${dialog.board.column}` : 'Edit the card',
    'strong',
  );
  const { line: field, column } = oneLineField('', dialog.text, width);
  const rows = dialog.pending === null ? [] : labelled('', 'Writing …', width, 'muted');
  return {
    title,
    aside: [],
    rows: [...problemRows(dialog.problem, width), ...rows],
    tail: [field],
    caret: { row: 0, column },
  };
}
