import { type RadarFile, type RepoRadar, rangesText } from '../../domain/radar.ts';
import { taskOf } from '../../domain/slug.ts';
import { type DialogBody, marked, problemRows } from '../../room/dialogBody.ts';
import { dialogHeight } from '../../room/geometry.ts';
import type { AppState } from '../../room/state.ts';
import { cellWidth } from '../../room/text/cells.ts';
import {
  cutLine,
  fitLine,
  type Line,
  line,
  lineWidth,
  span,
  spreadLine,
  wrapLines,
} from '../../room/text/line.ts';
import { counted, longAge } from '../../room/text/words.ts';
import type { RadarDialog } from '../dialog.ts';
import { findRadar, type Standing, selectRadars, standingOf } from '../radar.ts';
import { longestName, matrixRows, verdictLooks } from './matrix.ts';

/** Files of a pair that the matrix lists; all of them can be gone through one by one. */
const mostFiles = 6;

export function radarBody(state: AppState, dialog: RadarDialog, width: number): DialogBody {
  const radars = selectRadars(state);
  const radar = findRadar(state, dialog.repo);
  const nth = radars.length > 1 ? ` (${radar ? radars.indexOf(radar) + 1 : 0} of ${radars.length})` : '';
  const title: Line = [span(`Radar · ${dialog.repo}`, 'strong'), span(nth, 'muted')];
  const rows = radar ? radarRows(state, radar, dialog, width) : [];
  const age =
    dialog.pending !== null ? 'looking …' : radar ? `seen ${longAge(radar.lookedAt, state.now)}` : '';
  return { title, aside: line(age, 'muted'), rows, tail: [], caret: null };
}

function radarRows(state: AppState, radar: RepoRadar, dialog: RadarDialog, width: number): readonly Line[] {
  const standing = standingOf(radar, dialog);
  return [
    ...problemRows(dialog.problem ?? radar.problem ?? radar.baseProblem, width),
    ...matrixRows(radar, dialog, width, matrixHeight(state)),
    line(''),
    ...pairRows(radar, standing, width),
    line(''),
    ...orderRows(radar, width),
    ...limitRows(radar, width),
  ];
}

/** Rows of workers: half of the dialog is for what is said of the pair. */
function matrixHeight({ size }: AppState): number {
  return Math.max(3, Math.floor((dialogHeight(size) - 4) / 2) - 1);
}

function pairRows(radar: RepoRadar, standing: Standing, width: number): readonly Line[] {
  const { files, verdict } = standing;
  const shown = files.slice(0, mostFiles);
  const rest = files.length - shown.length;
  return [
    cutLine(pairLine(radar, standing), width),
    ...shown.flatMap((file) => fileRows(file, standing, width)),
    ...(rest > 0 ? [line(`  and ${counted(rest, 'more file')}`, 'muted')] : []),
    ...(verdict === 'unknown' ? problemsOf(radar, standing, width) : []),
  ];
}

function pairLine(radar: RepoRadar, { a, b, verdict }: Standing): Line {
  const [mark, tone] = verdictLooks[verdict];
  const other = b === null ? (radar.into ?? 'base') : taskOf(b);
  const one = span(taskOf(a), 'strong');
  const two = span(other, 'strong');
  switch (verdict) {
    case 'self':
      return [one, span(' beside itself: go left or right for the others.', 'muted')];
    case 'clean':
      return [span(`${mark} `, tone), one, span(b === null ? ' merges into ' : ' merges with '), two];
    case 'overlap':
      return [span(`${mark} `, tone), one, span(' and '), two, span(' change the same files, and merge')];
    case 'conflict':
      return [
        span(`${mark} `, tone),
        one,
        span(b === null ? ' does not merge into ' : ' does not merge with '),
        two,
      ];
    case 'unknown':
      return [span(`${mark} `, tone), one, span(' could not be compared with '), two];
  }
}

/** `src/app.ts  content   user-auth 10–14 · rate-limits 12`, in two rows where it does not fit into one. */
function fileRows({ path, kind, ranges }: RadarFile, { a, b }: Standing, width: number): readonly Line[] {
  const isOverlap = kind === 'overlap';
  const name: Line = [span('  '), span(path, isOverlap ? 'plain' : 'bad'), span(`  ${kind}`, 'muted')];
  const sides = [
    ...(ranges.a.length > 0 ? [`${taskOf(a)} ${rangesText(ranges.a)}`] : []),
    ...(ranges.b.length > 0 ? [`${b === null ? 'there' : taskOf(b)} ${rangesText(ranges.b)}`] : []),
  ];
  if (sides.length === 0) return [cutLine(name, width)];
  const where = line(sides.join(' · '), 'muted');
  if (lineWidth(name) + lineWidth(where) + 2 <= width) return [spreadLine(name, where, width)];
  return [cutLine(name, width), cutLine([span('    '), ...where], width)];
}

function problemsOf(radar: RepoRadar, { a, b }: Standing, width: number): readonly Line[] {
  return radar.worktrees
    .filter(({ id, problem }) => problem && (id === a || id === b))
    .flatMap(({ id, problem }) => marked(' ', `${taskOf(id)}: ${problem?.message ?? ''}`, width, 'plain'));
}

/** What merging everything one after the other would meet. */
function orderRows({ steps, order }: RepoRadar, width: number): readonly Line[] {
  if (order.length === 0) return [];
  const why = new Map(steps.map((step) => [step.id, step]));
  const names = Math.min(longestName, Math.max(...order.map((id) => cellWidth(taskOf(id)))));
  return [
    line('Merged in this order', 'strong'),
    ...order.flatMap((id, index) => {
      const head = [
        span(`${index + 1}`.padStart(3), 'muted'),
        span(' '),
        ...fitLine(line(taskOf(id)), names),
        span('  '),
      ];
      const step = why.get(id);
      if (!step) return [head];
      const indent = lineWidth(head);
      const tone = step.verdict === 'clean' ? 'muted' : 'bad';
      return wrapLines(step.why, width - indent, tone).map((row, nth) => [
        ...(nth === 0 ? head : [span(' '.repeat(indent))]),
        ...row,
      ]);
    }),
  ];
}

function limitRows({ worktrees }: RepoRadar, width: number): readonly Line[] {
  const said = worktrees.flatMap(({ id, limits }) => limits.map((limit) => `${taskOf(id)}: ${limit}`));
  return said.length === 0 ? [] : [line(''), ...said.flatMap((text) => marked('!', text, width, 'notice'))];
}
