import { taskOf } from '../../core/ids.ts';
import { type FileSide, type FileSides, type LineRange, type SideHunk, touches } from '../../core/radar.ts';
import { type DialogBody, defineDialog, problemRows, type RoomDialogKey } from '../../ui/dialog.ts';
import { counted } from '../../ui/format.ts';
import type { AppState } from '../../ui/state.ts';
import { noEffects, whyUnreachable, withDialog } from '../../ui/step.ts';
import { fitLine, type Line, line, span, type Tone, wrapLines } from '../../ui/text.ts';
import { backToMatrix, filesOf, findRadar, openFile, pairGoneReason, type SidesDialog } from './pairs.ts';
import { pairKeys } from './radarDialog.ts';

/** Shows a file of a pair, as changed by both. */
export const sides = defineDialog<SidesDialog>({
  kind: 'radar-file',
  group: 'Radar: lines',
  takesTypedAhead: 'It is only looked at.',
  keys: [
    ...pairKeys,
    nextFile('radar-next-file', 'the next file', ['n', 'l', 'right'], 1),
    nextFile('radar-previous-file', 'the file before', ['p', 'h', 'left'], -1),
    {
      id: 'radar-back',
      title: 'back to the matrix',
      hint: 'back',
      keys: ['escape', 'q', 'enter', 'ctrl-c'],
      run: (state, dialog) => noEffects(backToMatrix(state, dialog)),
    },
  ],
  view,
  onAnswer: (state, dialog, answer) =>
    answer.method === 'fileSides' && answer.result.ok
      ? noEffects(withDialog(state, { ...dialog, pending: null, problem: null, sides: answer.result.value }))
      : null,
  isStale: pairGoneReason,
});

function nextFile(
  id: string,
  title: string,
  keys: readonly string[],
  by: number,
): RoomDialogKey<SidesDialog> {
  return {
    id,
    title,
    keys,
    ...(by > 0 && {
      hint: (state: AppState, dialog: SidesDialog) =>
        filesOf(state, dialog).length > 1 ? 'next file' : null,
    }),
    disabledReason: (state, dialog) =>
      filesOf(state, dialog).length > 1 ? whyUnreachable(state) : 'There is no other file.',
    run(state, dialog) {
      const files = filesOf(state, dialog);
      const at = files.findIndex(({ path }) => path === dialog.path);
      return openFile(state, dialog, files[(at + by + files.length) % files.length]?.path);
    },
  };
}

/** Minimum columns for two sides beside each other; half of less is too narrow for code. */
const leastBeside = 90;

/** Draws the changes of both sides to a file. */
function view(state: AppState, dialog: SidesDialog, width: number): DialogBody {
  const { repo, a, b, path, sides, pending, problem } = dialog;
  const files = filesOf(state, dialog);
  const at = files.findIndex((file) => file.path === path);
  const kind = files[at]?.kind;
  const aside = line(at < 0 ? '' : `${kind} · file ${at + 1} of ${files.length}`, 'muted');
  const names = [taskOf(a), b === null ? (findRadar(state, repo)?.into ?? 'base') : taskOf(b)] as const;
  const rows = [
    ...problemRows(problem, width),
    ...(pending !== null ? [line('Reading both sides …', 'muted')] : []),
    ...(sides ? sideRows(sides, names, width) : []),
  ];
  return { title: line(path, 'strong'), aside, rows, tail: [], caret: null };
}

function sideRows(sides: FileSides, names: readonly [string, string], width: number): readonly Line[] {
  const { groups, others } = groupHunks(sides);
  const heads = [head(sides.a, names[0], sides.path), head(sides.b, names[1], sides.path)] as const;
  const isBeside = width >= leastBeside;
  const rows = isBeside
    ? [
        ...beside([heads[0]], [heads[1]], width),
        ...groups.flatMap(({ a, b }) => [
          line(''),
          ...beside(hunkLines(a, leftColumns(width)), hunkLines(b, rightColumns(width)), width),
        ]),
      ]
    : groups.flatMap(({ a, b }, index) => [
        ...(index > 0 ? [line('')] : []),
        ...(a.length > 0 ? [heads[0], ...hunkLines(a, width)] : []),
        ...(b.length > 0 ? [heads[1], ...hunkLines(b, width)] : []),
      ]);
  const shown = groups.length === 0 && !isBeside ? heads : rows;
  const left =
    others > 0
      ? [line(''), line(`and ${counted(others, 'change')} that only one of them makes`, 'muted')]
      : [];
  const cut = sides.a.isCut || sides.b.isCut ? [line(''), line('Long parts were left out.', 'notice')] : [];
  return [...shown, ...left, ...cut];
}

/**
 * Returns the heading of a side.
 * @param known the name that the dialog shows already
 */
function head({ path, change }: FileSide, name: string, known: string): Line {
  const words: Readonly<Record<FileSide['change'], string>> = {
    none: 'leaves it as it was',
    added: 'adds it',
    changed: 'changes it',
    deleted: 'deletes it',
    binary: 'changes it; it is no text',
  };
  const as = path === null || path === known ? '' : `, as ${path}`;
  return [span(name, 'strong'), span(` ${words[change]}${as}`, 'muted')];
}

/** Returns rows of two columns with a line between them. */
function beside(left: readonly Line[], right: readonly Line[], width: number): readonly Line[] {
  const half = leftColumns(width);
  return Array.from({ length: Math.max(left.length, right.length) }, (_, at) => [
    ...fitLine(left[at] ?? [], half),
    span(' │ ', 'border'),
    ...fitLine(right[at] ?? [], rightColumns(width)),
  ]);
}

function leftColumns(width: number): number {
  return Math.floor((width - 3) / 2);
}

function rightColumns(width: number): number {
  return width - 3 - leftColumns(width);
}

const tones: Readonly<Record<SideHunk['lines'][number]['mark'], Tone>> = {
  ' ': 'muted',
  '-': 'bad',
  '+': 'good',
};

/** Columns of number and mark before a line. */
const lead = 7;

/** Returns lines numbered as in the merge base; added lines have no number. */
function hunkLines(hunks: readonly SideHunk[], width: number): readonly Line[] {
  return hunks.flatMap(({ from, lines }, index): readonly Line[] => {
    let number = from;
    const rows = lines.flatMap(({ mark, text }) =>
      codeRows(mark === '+' ? '' : `${number++}`, mark, text, width),
    );
    return index > 0 ? [line('     …', 'muted'), ...rows] : rows;
  });
}

function codeRows(
  number: string,
  mark: SideHunk['lines'][number]['mark'],
  text: string,
  width: number,
): readonly Line[] {
  return wrapLines(text, width - lead, tones[mark]).map((row, nth) => [
    span(`${nth === 0 ? number : ''}`.padStart(4), 'muted'),
    span(` ${nth === 0 ? mark : ' '} `, tones[mark]),
    ...row,
  ]);
}

/** Hunks of both sides that touch the same lines of the merge base. */
interface HunkGroup {
  readonly a: readonly SideHunk[];
  readonly b: readonly SideHunk[];
}

/**
 * Returns the places that both sides change, in order; all places when there is none.
 * @returns `others`: number of omitted places of one side only
 */
export function groupHunks({ a, b }: Pick<FileSides, 'a' | 'b'>): {
  groups: readonly HunkGroup[];
  others: number;
} {
  const all = join([
    ...a.hunks.map((hunk) => ({ side: 'a', hunk }) as const),
    ...b.hunks.map((hunk) => ({ side: 'b', hunk }) as const),
  ]);
  const both = all.filter((group) => group.a.length > 0 && group.b.length > 0);
  return both.length > 0 ? { groups: both, others: all.length - both.length } : { groups: all, others: 0 };
}

type Placed = { readonly side: 'a' | 'b'; readonly hunk: SideHunk };

function join(placed: readonly Placed[]): readonly HunkGroup[] {
  const groups: { a: SideHunk[]; b: SideHunk[]; range: LineRange }[] = [];
  for (const { side, hunk } of placed.toSorted((one, other) => one.hunk.range.from - other.hunk.range.from)) {
    let group = groups.at(-1);
    if (!group || !touches(group.range, hunk.range)) {
      group = { a: [], b: [], range: hunk.range };
      groups.push(group);
    }
    group[side].push(hunk);
    group.range = { from: group.range.from, to: Math.max(group.range.to, hunk.range.to) };
  }
  return groups;
}
