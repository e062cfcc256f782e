import type { FileSide, FileSides, SideHunk } from '../../domain/radar.ts';
import { taskOf } from '../../domain/slug.ts';
import { type DialogBody, problemRows } from '../../room/dialogBody.ts';
import type { AppState } from '../../room/state.ts';
import { fitLine, type Line, line, span, type Tone, wrapLines } from '../../room/text/line.ts';
import { counted } from '../../room/text/words.ts';
import type { SidesDialog } from '../dialog.ts';
import { groupHunks } from '../hunkGroups.ts';
import { findRadar, standingOf } from '../radar.ts';

/** Below this the sides stand one below the other: half of it is too narrow for code. */
const leastBeside = 90;

/** What both sides do to a file, where they meet. */
export function sidesBody(state: AppState, dialog: SidesDialog, width: number): DialogBody {
  const { repo, a, b, path, sides, pending, problem } = dialog;
  const radar = findRadar(state, repo);
  const files = radar ? standingOf(radar, { a, b }).files : [];
  const at = files.findIndex((file) => file.path === path);
  const kind = files[at]?.kind;
  const aside = line(at < 0 ? '' : `${kind} · file ${at + 1} of ${files.length}`, 'muted');
  const names = [taskOf(a), b === null ? (radar?.into ?? 'base') : taskOf(b)] as const;
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

/** @param known the name that the dialog says already */
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

/** Rows of two columns with a line between them. */
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

/** Lines numbered as in the version that both started from; those put in have no number there. */
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
