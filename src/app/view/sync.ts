import type { NotionFacts, RebuildOutcome, SyncConflict, SyncOutcome } from '../../domain/notionFacts.ts';
import type { Problem } from '../../domain/problem.ts';
import { type DialogBody, marked, problemRows } from '../../room/dialogBody.ts';
import type { AppState } from '../../room/state.ts';
import { fitLine, type Line, line, span, wrapLines } from '../../room/text/line.ts';
import { counted } from '../../room/text/words.ts';
import { oneLineField } from '../../room/textField.ts';
import { conflictAt, offerOf, openConflicts } from '../actions/sync.ts';
import type { ConflictsDialog, SyncDialog } from '../documentDialog.ts';
import { rebuildQuestion, runningText } from '../text/sync.ts';

/** What a sync does, and what it came to. */
export function syncBody(
  state: AppState,
  { outcome, pending, problem }: SyncDialog,
  width: number,
): DialogBody {
  const running = state.facts?.notion?.running ?? null;
  const progress = pending === null ? [] : [line(progressText(running), 'notice')];
  const came = !outcome ? [] : 'rows' in outcome ? rebuiltRows(outcome, width) : outcomeRows(outcome, width);
  const rows = [...progress, ...problemRows(problem, width), ...offerRows(state, width), ...came];
  return { title: line('Sync with Notion', 'strong'), aside: [], rows, tail: [], caret: null };
}

function progressText(running: NotionFacts['running']): string {
  if (!running) return 'Asking Notion …';
  return runningText(running);
}

function outcomeRows(
  { created, updated, pulled, conflicts, problems, wanted }: SyncOutcome,
  width: number,
): readonly Line[] {
  const nothing = created + updated + pulled + conflicts.length + problems.length === 0;
  return [
    ...(nothing ? [line('Both sides are the same.', 'good')] : []),
    ...amount(created, 'made in Notion', 'page'),
    ...amount(updated, 'changed in Notion', 'page'),
    ...amount(pulled, 'brought here', 'row'),
    ...(conflicts.length === 0
      ? []
      : marked(
          '!',
          `${counted(conflicts.length, 'field')} changed on both sides and stayed as they are.`,
          width,
          'warning',
        )),
    ...wanted.flatMap((task) => marked('+', `A worker is wanted for: ${task}`, width, 'accent')),
    ...toldRows(problems, width),
  ];
}

/** What a yes would do, after a sync was refused. */
function offerRows(state: AppState, width: number): readonly Line[] {
  const offer = offerOf(state);
  if (offer === null) return [];
  const text = offer === 'rebuild' ? rebuildQuestion : massDeleteQuestion;
  return [...wrapLines(text, width), line(''), line('y does it; esc leaves everything as it is.', 'notice')];
}

const massDeleteQuestion =
  'If they were deleted on purpose: a sync goes on this once. What is gone from the file is then asked about row by row before anything is done in Notion; what is in the trash there goes to the archive of the file.';

function rebuiltRows(
  { rows, conflicts, problems, setAside }: RebuildOutcome,
  width: number,
): readonly Line[] {
  const differ = `${counted(conflicts.length, 'field')} not the same: c decides. Then sync again.`;
  return [
    [span(counted(rows, 'row'), 'strong'), span(' on both sides; nothing was written there')],
    ...(conflicts.length > 0
      ? marked('!', differ, width, 'warning')
      : [line('Both sides are the same. Sync to go on.', 'good')]),
    ...setAside.flatMap((file) => wrapLines(`What was in the way is kept: ${file}`, width, 'muted')),
    ...toldRows(problems, width),
  ];
}

function toldRows(problems: readonly Problem[], width: number): readonly Line[] {
  return problems.flatMap(({ message, hint }) => [
    ...marked('!', message, width, 'bad'),
    ...(hint === undefined ? [] : wrapLines(hint, width - 2, 'muted').map((row) => [span('  '), ...row])),
  ]);
}

function amount(count: number, what: string, noun: string): readonly Line[] {
  return count === 0 ? [] : [[span(counted(count, noun), 'strong'), span(` ${what}`)]];
}

/** One conflict, both sides beside each other. */
export function conflictsBody(state: AppState, dialog: ConflictsDialog, width: number): DialogBody {
  const conflicts = openConflicts(state);
  const conflict = conflictAt(state, dialog);
  const title = line('Changed on both sides', 'strong');
  if (!conflict) {
    const rows = [line('All is decided; the next sync does it.', 'good')];
    return { title, aside: [], rows, tail: [], caret: null };
  }
  const aside = line(`${conflicts.indexOf(conflict) + 1} of ${conflicts.length}`, 'muted');
  const typed = dialog.typed ? oneLineField('instead  ', dialog.typed, width) : null;
  return {
    title,
    aside,
    rows: [...problemRows(dialog.problem, width), ...conflictRows(conflict, width)],
    tail: typed ? [line(''), typed.line] : [],
    caret: typed ? { row: 1, column: typed.column + 'instead  '.length } : null,
  };
}

function conflictRows(
  { table, id, field, base, ours, theirs }: SyncConflict,
  width: number,
): readonly Line[] {
  const half = Math.floor((width - 3) / 2);
  const left = sideRows('mine: the file', ours, half);
  const right = sideRows('theirs: Notion', theirs, half);
  const height = Math.max(left.length, right.length);
  const both = Array.from(
    { length: height },
    (_, row): Line => [
      ...fitLine(left[row] ?? [], half),
      span(' │ ', 'border'),
      ...fitLine(right[row] ?? [], half),
    ],
  );
  return [
    [span(id, 'strong'), span(` · ${field}`), span(`  ${table}`, 'muted')],
    ...wrapLines(`was ${valueText(base)}`, width, 'muted'),
    line(''),
    ...both,
  ];
}

function sideRows(head: string, value: SyncConflict['ours'], width: number): readonly Line[] {
  return [line(head, 'muted'), ...wrapLines(valueText(value), width, value === null ? 'muted' : 'strong')];
}

function valueText(value: SyncConflict['ours']): string {
  return value === null ? 'nothing' : String(value);
}
