import type { DialogDefinition, DialogKey } from '../core/dialog.ts';
import type { MouseToken } from '../terminal/input.ts';
import type { TextField } from './field.ts';
import type { AnyDialog, AppState, PendingRequest } from './state.ts';
import { type Answered, isWaiting, noEffects, type Step, toList, waitingText, whyBusy } from './step.ts';
import { type Line, line, lineText, type Span, span, type Tone, wrapLines } from './text.ts';

/** The types that definitions of the room's dialogs are built from. */
interface RoomTypes {
  readonly state: AppState;
  readonly step: Step;
  readonly view: DialogBody;
  readonly answer: Answered;
  readonly text: TextField;
  readonly mouse: MouseToken;
}

/** The definition of a dialog of the room. */
export type RoomDialog<D extends AnyDialog = AnyDialog> = DialogDefinition<RoomTypes, D>;
export type RoomDialogKey<D extends AnyDialog = AnyDialog> = DialogKey<RoomTypes, D>;

/** Declares a dialog of the room. `tui/definitions.ts` lists all of them. */
export function defineDialog<D extends AnyDialog>(definition: RoomDialog<D>): RoomDialog<D> {
  return definition;
}

/** The content of a dialog, without its border and position. */
export interface DialogBody {
  readonly title: Line;
  /** At the right end of the upper border, where there is room. */
  readonly aside: Line;
  /** Scrolled when longer than the dialog. */
  readonly rows: readonly Line[];
  /** The number of rows, from the first on, that must be read before a yes; all by default. */
  readonly deciding?: number;
  /** Always in sight, below the rows. */
  readonly tail: readonly Line[];
  /** Position of the caret in the tail. */
  readonly caret: { readonly row: number; readonly column: number } | null;
}

/** The body of a dialog whose subject no longer exists. */
export const emptyBody: DialogBody = { title: [], aside: [], rows: [], tail: [], caret: null };

/** Returns how many rows are out of sight above and below. */
export function outOfSight(above: number, below: number): Line {
  if (above + below === 0) return [];
  const parts = [...(above > 0 ? [`↑ ${above}`] : []), ...(below > 0 ? [`↓ ${below} more`] : [])];
  return line(parts.join('  '), 'notice');
}

export const labelColumns = 12;

/** Returns a label and the text beside it, wrapped in its own column. */
export function labelled(label: string, text: string, width: number, tone: Tone = 'plain'): readonly Line[] {
  const rows = wrapLines(text, width - labelColumns, tone);
  return rows.map((row, index) => [labelSpan(index === 0 ? label : ''), ...row]);
}

function labelSpan(label: string): Span {
  return span(label.padEnd(labelColumns), 'muted');
}

/** Returns a warning or refusal behind its mark, wrapped in its own column. */
export function marked(mark: string, text: string, width: number, tone: Tone): readonly Line[] {
  const rows = wrapLines(text, width - 2, tone);
  return rows.map((row, index) => [span(index === 0 ? `${mark} ` : '  ', tone), ...row]);
}

/** The most consecutive empty lines that are shown; more are counted. */
const mostEmpty = 2;

/** Returns text by others, such as agents, with a bar of ours at the left of each row. */
export function quotedRows(text: string, width: number): readonly Line[] {
  const bar = span('│ ', 'border-selected');
  const rows: Line[] = [];
  let empty = 0;
  const endEmpty = () => {
    for (let n = 0; n < Math.min(empty, mostEmpty); n++) rows.push([bar]);
    if (empty > mostEmpty) rows.push([bar, span(`… ${empty - mostEmpty} more empty lines`, 'muted')]);
    empty = 0;
  };
  for (const row of wrapLines(text.trim(), width - 2)) {
    if (lineText(row).trim() === '') empty += 1;
    else {
      endEmpty();
      rows.push([bar, ...row]);
    }
  }
  return rows;
}

/** Returns a heading with a list below it; nothing for an empty list. */
export function listed(
  heading: string,
  items: readonly string[],
  width: number,
  tone: Tone = 'plain',
): readonly Line[] {
  if (items.length === 0) return [];
  return [
    [],
    ...wrapLines(heading, width, 'strong'),
    ...items.flatMap((item) => indented(item, width, tone)),
  ];
}

function indented(text: string, width: number, tone: Tone): readonly Line[] {
  return wrapLines(text, width - 2, tone).map((row) => [span('  '), ...row]);
}

export function problemRows(
  problem: { readonly message: string; readonly hint?: string } | null,
  width: number,
): readonly Line[] {
  if (!problem) return [];
  const hint = problem.hint === undefined ? [] : wrapLines(problem.hint, width - 2, 'plain');
  return [
    ...marked('!', problem.message, width, 'bad'),
    ...hint.map((row) => [span('  '), ...row]),
    line(''),
  ];
}

/** The help's heading for keys that answer a preview or a question. */
export const answersGroup = 'Finish, clean, questions';

/** The text of a question, and the effects of its answers. */
interface Question<D> extends Pick<RoomDialog<AnyDialog & D>, 'isStale' | 'onAnswer'> {
  readonly kind: string;
  /** Shown while the controller works on the answer. */
  readonly progress?: string;
  title(dialog: D): string;
  text(state: AppState, dialog: D): string;
  agree(state: AppState, dialog: D): Step;
  /** Returns to what asked; without it, to the lists. */
  decline?(state: AppState, dialog: D): Step;
}

/** Declares a question that is answered by yes or no. */
export function defineQuestion<D extends PendingRequest & { readonly kind: string }>(
  question: Question<D> & { readonly kind: D['kind'] },
): RoomDialog<D> {
  const decline = (state: AppState, dialog: D) =>
    question.decline?.(state, dialog) ?? noEffects(toList(state));
  const leave = { title: 'no, leave everything as it is', run: decline } as const;
  return defineDialog<D>({
    kind: question.kind,
    group: answersGroup,
    // The same question about another subject has another title.
    subject: (_, dialog) => question.title(dialog),
    keys: [
      {
        id: 'agree',
        title: 'yes, do what is shown',
        hint: 'yes',
        keys: ['y'],
        disabledReason: whyBusy,
        run: question.agree,
      },
      { ...leave, id: 'decline', hint: 'no', keys: ['n'], isHarmless: true, disabledReason: whyWaits },
      { ...leave, id: 'leave-question', keys: ['q'], isHarmless: true, disabledReason: whyWaits },
      {
        ...leave,
        id: 'close-question',
        hint: (state) => (isWaiting(state) ? 'close' : null),
        keys: ['escape', 'ctrl-c'],
      },
    ],
    view(state, dialog, width) {
      const { pending, problem } = dialog;
      const rows = [
        ...(pending === null ? [] : [line(question.progress ?? '', 'notice'), line('')]),
        ...problemRows(problem, width),
        ...wrapLines(question.text(state, dialog), width),
      ];
      return { title: line(question.title(dialog), 'strong'), aside: [], rows, tail: [], caret: null };
    },
    ...(question.isStale && { isStale: question.isStale }),
    ...(question.onAnswer && { onAnswer: question.onAnswer }),
  });
}

/** Returns why a key is off while a request is under way: keys typed ahead must not answer. */
export function whyWaits(state: AppState): string | null {
  return isWaiting(state) ? waitingText : null;
}
