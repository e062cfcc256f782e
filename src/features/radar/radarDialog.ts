import { taskOf } from '../../core/ids.ts';
import { type RadarFile, type RepoRadar, rangesText } from '../../core/radar.ts';
import { type DialogBody, defineDialog, marked, problemRows, type RoomDialogKey } from '../../ui/dialog.ts';
import { counted, longAge } from '../../ui/format.ts';
import type { RoomKey } from '../../ui/keys.ts';
import { dialogHeight, firstShown } from '../../ui/layout.ts';
import { selectRow } from '../../ui/select.ts';
import type { AppState } from '../../ui/state.ts';
import { askFrom, noEffects, type Step, toList, whyBusy, whyUnreachable, withDialog } from '../../ui/step.ts';
import {
  cellWidth,
  cutLine,
  cutText,
  fitLine,
  type Line,
  line,
  lineWidth,
  type Span,
  span,
  spreadLine,
  type Tone,
  wrapLines,
} from '../../ui/text.ts';
import {
  axisOf,
  type Cell,
  filesOf,
  findRadar,
  firstCell,
  isUnknown,
  missingOf,
  moveCell,
  openFile,
  openNote,
  openRadar,
  type Pair,
  type PairState,
  pairGoneReason,
  pairStateOf,
  type RadarDialog,
  recipientsOf,
  type SidesDialog,
  selectRadars,
  worstCell,
} from './pairs.ts';

/** Key that opens the radar. */
export const radarKey: RoomKey = {
  id: 'radar',
  title: 'radar: which work will not merge',
  hint: ({ facts }) => (facts?.radar?.some(({ pairs }) => pairs.length > 0) ? 'conflicts' : null),
  keys: ['c'],
  palette: 'everywhere',
  group: 'Workers',
  disabledReason(state) {
    if (!state.facts?.radar) return 'The radar is off: "radar" is false in .orch/config.json.';
    return firstCell(state) ? null : 'No worktrees have been compared yet.';
  },
  run(state) {
    const cell = firstCell(state);
    return noEffects(cell ? openRadar(state, cell) : state);
  },
};

const group = 'Radar';

/** Keys for a pair's workers, in the matrix and in a file. */
export const pairKeys: readonly RoomDialogKey<RadarDialog | SidesDialog>[] = [
  {
    group,
    id: 'radar-note',
    title: 'write a message to one or both',
    hint: 'message',
    keys: ['m'],
    disabledReason(state, pair) {
      if (filesOf(state, pair).length === 0)
        return isUnknown(state, pair)
          ? 'They could not be compared.'
          : 'There is nothing to tell them: they merge.';
      return recipientsOf(state, pair).length > 0 ? whyUnreachable(state) : 'Neither of them is running.';
    },
    run: (state, pair) => noEffects(openNote(state, pair)),
  },
  {
    group,
    id: 'radar-to-row',
    title: "to the row's worker",
    hint: 'to row',
    keys: ['a'],
    run: (state, { a }) => goToWorker(state, a),
  },
  {
    group,
    id: 'radar-to-column',
    title: "to the column's worker",
    hint: 'to column',
    keys: ['b'],
    disabledReason: (_, { b }) => (b === null ? 'That is a branch and no worker.' : null),
    run: (state, { b }) => goToWorker(state, b),
  },
];

/** The matrix of a repository: each worker compared with each other, and with the base branch. */
export const radar = defineDialog<RadarDialog>({
  kind: 'radar',
  group,
  takesTypedAhead: 'It is only looked at.',
  keys: [
    moving('left', 'h', 0, -1),
    moving('down', 'j', 1, 0),
    moving('up', 'k', -1, 0),
    moving('right', 'l', 0, 1),
    {
      id: 'radar-open',
      title: 'the lines where the two meet, file by file',
      hint: 'lines',
      keys: ['enter'],
      disabledReason: (state, pair) =>
        filesOf(state, pair).length > 0
          ? whyUnreachable(state)
          : isUnknown(state, pair)
            ? 'They could not be compared.'
            : 'They have no file in common.',
      run: (state, pair) => openFile(state, pair, filesOf(state, pair)[0]?.path),
    },
    {
      id: 'radar-repo',
      title: 'the next repository',
      hint: (state) => (selectRadars(state).length > 1 ? 'next repo' : null),
      keys: ['tab'],
      disabledReason: (state) =>
        selectRadars(state).length > 1 ? null : 'Only this repository has workers.',
      run: nextRepo,
    },
    ...pairKeys,
    {
      id: 'radar-look',
      title: 'look again now',
      keys: ['R', 'ctrl-r'],
      disabledReason: whyBusy,
      run: (state, dialog) => askFrom(state, dialog, 'conflicts', { repo: dialog.repo }),
    },
    {
      id: 'radar-close',
      title: 'close',
      hint: 'close',
      keys: ['escape', 'q', 'c', 'ctrl-c'],
      run: (state) => noEffects(toList(state)),
    },
  ],
  view,
  onAnswer: (state, dialog, { method }) =>
    method === 'conflicts' ? noEffects(withDialog(state, { ...dialog, pending: null, problem: null })) : null,
  isStale: (state, dialog) => (cellLeft(state, dialog) ? null : pairGoneReason(state, dialog)),
  onFacts(state, dialog) {
    const cell = missingOf(state, dialog) === null ? null : cellLeft(state, dialog);
    return cell ? openRadar(state, cell) : state;
  },
});

function moving(
  to: 'left' | 'down' | 'up' | 'right',
  letter: string,
  down: number,
  right: number,
): RoomDialogKey<RadarDialog> {
  return {
    id: `radar-${to}`,
    title: 'through the pairs',
    keys: [letter, to],
    palette: 'never',
    run(state, dialog) {
      const found = findRadar(state, dialog.repo);
      if (!found) return noEffects(state);
      return noEffects(withDialog(state, { ...dialog, ...moveCell(found, dialog, down, right), scroll: 0 }));
    },
  };
}

function nextRepo(state: AppState, dialog: RadarDialog): Step {
  const radars = selectRadars(state);
  const at = radars.findIndex(({ repo }) => repo === dialog.repo);
  const next = radars[(at + 1) % radars.length];
  const cell = next ? worstCell(next) : null;
  return noEffects(cell ? openRadar(state, cell) : state);
}

function goToWorker(state: AppState, id: string | null): Step {
  return noEffects(id === null ? state : selectRow(toList(state), 'fleet', { kind: 'worker', id }));
}

/** Returns the cell to select once a worker of the pair is gone; null without a matrix. */
function cellLeft(state: AppState, { repo }: Pair): Pair | null {
  const found = findRadar(state, repo);
  return found ? worstCell(found) : null;
}

/** Files of a pair in the matrix; the file view shows all. */
const mostFiles = 6;

function view(state: AppState, dialog: RadarDialog, width: number): DialogBody {
  const radars = selectRadars(state);
  const found = findRadar(state, dialog.repo);
  const nth = radars.length > 1 ? ` (${found ? radars.indexOf(found) + 1 : 0} of ${radars.length})` : '';
  const title: Line = [span(`Radar · ${dialog.repo}`, 'strong'), span(nth, 'muted')];
  const rows = found ? radarRows(state, found, dialog, width) : [];
  const age =
    dialog.pending !== null ? 'looking …' : found ? `seen ${longAge(found.lookedAt, state.now)}` : '';
  return { title, aside: line(age, 'muted'), rows, tail: [], caret: null };
}

function radarRows(state: AppState, radar: RepoRadar, dialog: RadarDialog, width: number): readonly Line[] {
  const standing = pairStateOf(radar, dialog);
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

/** Returns the rows for workers; half of the dialog is for the pair. */
function matrixHeight({ size }: AppState): number {
  return Math.max(3, Math.floor((dialogHeight(size) - 4) / 2) - 1);
}

function pairRows(radar: RepoRadar, standing: PairState, width: number): readonly Line[] {
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

function pairLine(radar: RepoRadar, { a, b, verdict }: PairState): Line {
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

/** Returns `src/app.ts  content   user-auth 10–14 · rate-limits 12`, in two rows if one is too short. */
function fileRows({ path, kind, ranges }: RadarFile, { a, b }: PairState, width: number): readonly Line[] {
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

function problemsOf(radar: RepoRadar, { a, b }: PairState, width: number): readonly Line[] {
  return radar.worktrees
    .filter(({ id, problem }) => problem && (id === a || id === b))
    .flatMap(({ id, problem }) => marked(' ', `${taskOf(id)}: ${problem?.message ?? ''}`, width, 'plain'));
}

/** Describes the merges in the suggested order. */
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

/** Mark and tone of a verdict, readable without colour. */
const verdictLooks: Readonly<Record<PairState['verdict'], readonly [mark: string, tone: Tone]>> = {
  clean: ['·', 'muted'],
  overlap: ['○', 'warning'],
  conflict: ['✗', 'bad'],
  unknown: ['?', 'notice'],
  self: [' ', 'muted'],
};

const cellColumns = 3;
const longestBranch = 10;
/** Maximum cells of a worker's name; the dialog shows the pair's names in full. */
const longestName = 24;

/** Draws the matrix: workers as rows and, by number, as columns; the base branch comes first. */
function matrixRows(radar: RepoRadar, at: Cell, width: number, height: number): readonly Line[] {
  const axis = axisOf(radar);
  const into = cutText(radar.into ?? 'base', longestBranch);
  const digits = `${axis.length}`.length;
  const names = Math.min(longestName, Math.max(...axis.map((id) => cellWidth(taskOf(id))))) + digits + 2;
  const baseColumns = Math.max(cellColumns, cellWidth(into)) + 1;
  const room = Math.max(1, Math.floor((width - names - baseColumns) / cellColumns));
  const columns = visiblePart(axis, at.b, room);
  const rows = visiblePart(axis, at.a, height);
  const isPart = rows.length + columns.length < 2 * axis.length;
  const numberOf = (id: string) => axis.indexOf(id) + 1;
  const cell = (a: string, b: string | null) =>
    cellSpan(pairStateOf(radar, { a, b }).verdict, a === at.a && b === at.b);
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

/** Marks the selected cell with brackets, readable without colour. */
function cellSpan(verdict: PairState['verdict'], isSelected: boolean): Span {
  const [mark, tone] = verdictLooks[verdict];
  return isSelected ? span(`[${mark}]`, 'selected') : span(` ${mark} `, tone);
}

function visiblePart(axis: readonly string[], id: string | null, room: number): readonly string[] {
  const first = firstShown(id === null ? 0 : axis.indexOf(id), axis.length, Math.min(room, axis.length));
  return axis.slice(first, first + room);
}
