import type { RepoRadar } from '../../domain/radar.ts';
import { taskOf } from '../../domain/slug.ts';
import { firstShown } from '../../room/select.ts';
import { cellWidth, cutText } from '../../room/text/cells.ts';
import { fitLine, type Line, type Span, span, type Tone } from '../../room/text/line.ts';
import { axisOf, type Cell, type Standing, standingOf } from '../radar.ts';

/** A verdict as shape and meaning: readable without colour. */
export const verdictLooks: Readonly<Record<Standing['verdict'], readonly [mark: string, tone: Tone]>> = {
  clean: ['·', 'muted'],
  overlap: ['○', 'warning'],
  conflict: ['✗', 'bad'],
  unknown: ['?', 'notice'],
  self: [' ', 'muted'],
};

const cellColumns = 3;
const longestBranch = 10;
/** Cells of a worker's name; the dialog says it in full for the pair. */
export const longestName = 24;

/** Workers as rows and, by their numbers, as columns; the branch they go to comes first. */
export function matrixRows(radar: RepoRadar, at: Cell, width: number, height: number): readonly Line[] {
  const axis = axisOf(radar);
  const into = cutText(radar.into ?? 'base', longestBranch);
  const digits = `${axis.length}`.length;
  const names = Math.min(longestName, Math.max(...axis.map((id) => cellWidth(taskOf(id))))) + digits + 2;
  const baseColumns = Math.max(cellColumns, cellWidth(into)) + 1;
  const room = Math.max(1, Math.floor((width - names - baseColumns) / cellColumns));
  const columns = windowOf(axis, at.b, room);
  const rows = windowOf(axis, at.a, height);
  const isPart = rows.length + columns.length < 2 * axis.length;
  const numberOf = (id: string) => axis.indexOf(id) + 1;
  const cell = (a: string, b: string | null) =>
    cellSpan(standingOf(radar, { a, b }).verdict, a === at.a && b === at.b);
  const head: Line = [
    span((isPart ? `${rows.length} of ${axis.length}` : '').padEnd(names), 'muted'),
    ...fitLine([span(into, at.b === null ? 'strong' : 'muted')], baseColumns),
    ...columns.map((id) => columnHead(numberOf(id), id === at.b)),
  ];
  const body = rows.map((id): Line => {
    const number = span(`${numberOf(id)} `.padStart(digits + 1), 'muted');
    const name = span(taskOf(id), id === at.a ? 'strong' : 'plain');
    const cells = columns.map((column) => cell(id, column));
    return [
      ...fitLine([number, name], names - 1),
      span(' '),
      ...fitLine([cell(id, null)], baseColumns),
      ...cells,
    ];
  });
  return [head, ...body];
}

function columnHead(number: number, isSelected: boolean): Span {
  return span(`${number}`.padStart(2).padEnd(cellColumns), isSelected ? 'strong' : 'muted');
}

/** Brackets show the place without colour. */
function cellSpan(verdict: Standing['verdict'], isSelected: boolean): Span {
  const [mark, tone] = verdictLooks[verdict];
  return isSelected ? span(`[${mark}]`, 'selected') : span(` ${mark} `, tone);
}

function windowOf(axis: readonly string[], id: string | null, room: number): readonly string[] {
  const first = firstShown(id === null ? 0 : axis.indexOf(id), axis.length, Math.min(room, axis.length));
  return axis.slice(first, first + room);
}
