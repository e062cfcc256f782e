import {
  answersGroup,
  type DialogBody,
  problemRows,
  type RoomDialog,
  type RoomDialogKey,
  whyWaits,
} from '../../ui/dialog.ts';
import { emptyField, oneLineField, type TextField } from '../../ui/field.ts';
import { signingText } from '../../ui/format.ts';
import { findWorker, whatBecame } from '../../ui/select.ts';
import type { AppState, PendingRequest, Scrolling } from '../../ui/state.ts';
import {
  ask,
  isWaiting,
  noEffects,
  type Step,
  toList,
  waitingText,
  whyBusy,
  whyUnreachable,
} from '../../ui/step.ts';
import { cellWidth, type Line, line, wrapLines } from '../../ui/text.ts';

/** State that finishing and cleaning share: a preview, answered by one key or by typing the task's name. */
export interface EndDialog extends PendingRequest, Scrolling {
  readonly kind: 'finish' | 'clean';
  readonly id: string;
  /** Null until the controller has answered. */
  readonly preview: { readonly tip: string } | null;
  /** Text typed where the task's name is needed. */
  readonly typed: TextField;
}

export const unpreviewed = { preview: null, typed: emptyField, scroll: 0, problem: null } as const;

/** The parts in which the two dialogs differ. */
interface End<D> {
  readonly hint: string;
  /** Reports whether the task's name must be typed first, because something would be lost for good. */
  wantsName(dialog: D): boolean;
  /** Returns what prevents it; null for nothing. */
  blocker(dialog: D): string | null;
  confirm(state: AppState, dialog: D): Step;
  lookAgain(state: AppState, dialog: D): Step;
  decline(state: AppState, dialog: D): Step;
  /** Keys that help with what prevents it. */
  readonly more?: readonly RoomDialogKey<D & EndDialog>[];
}

/** Builds the parts that finishing and cleaning share: keys, the typed name, and when the dialog is stale. */
export function endOf<D extends EndDialog>(
  end: End<D>,
): Pick<RoomDialog<D>, 'group' | 'keys' | 'modes' | 'text' | 'subject' | 'isStale'> {
  return {
    group: answersGroup,
    subject: (_, { id, preview }) => `${id} ${preview?.tip}`,
    text: {
      of: (dialog) => (end.wantsName(dialog) ? dialog.typed : null),
      with: (dialog, typed) => ({ ...dialog, typed }),
    },
    keys: answerKeys(end),
    modes: [{ group: answersGroup, when: end.wantsName, keys: typingKeys(end) }],
    isStale: (state, { id }) => (findWorker(state, id) ? null : whatBecame(state, id)),
  };
}

const leave = { title: 'no, leave everything as it is' } as const;
const close = (state: AppState) => noEffects(toList(state));

/** Returns the keys of a preview that one key answers. */
function answerKeys<D extends EndDialog>(end: End<D>): readonly RoomDialogKey<D>[] {
  return [
    {
      id: 'confirm',
      title: 'yes, do what is shown',
      hint: end.hint,
      keys: ['y'],
      disabledReason: (state, dialog) => whyNotConfirmed(state, dialog, end),
      run: end.confirm,
    },
    ...previewKeys(end),
    { ...leave, id: 'decline', hint: 'no', keys: ['n'], disabledReason: whyWaits, run: end.decline },
    { ...leave, id: 'leave-question', keys: ['q'], isHarmless: true, disabledReason: whyWaits, run: close },
    closeQuestionKey(false),
    ...(end.more ?? []),
  ];
}

/** Returns the keys of a preview that is confirmed by typing the task's name. */
function typingKeys<D extends EndDialog>(end: End<D>): readonly RoomDialogKey<D>[] {
  return [
    {
      id: 'confirm-typed',
      title: "yes, once the task's name is typed",
      hint: 'confirm',
      keys: ['enter'],
      disabledReason: (state, dialog) => whyNotConfirmed(state, dialog, end),
      run: end.confirm,
    },
    ...previewKeys(end),
    closeQuestionKey(true),
  ];
}

function previewKeys<D extends EndDialog>({ lookAgain }: End<D>): readonly RoomDialogKey<D>[] {
  return [
    {
      id: 'look-again',
      title: 'look again at what would happen',
      hint: 'look again',
      keys: ['ctrl-r'],
      isHarmless: true,
      disabledReason: whyBusy,
      run: lookAgain,
    },
    {
      id: 'cancel-end',
      title: 'cancel what waits for its turn, or its checks',
      hint: (state, dialog) => (whyNotCancelled(state, dialog) === null ? 'cancel' : null),
      keys: ['ctrl-x'],
      disabledReason: whyNotCancelled,
      run: (state, { id }) => ask(state, 'cancel', { id }),
    },
  ];
}

function closeQuestionKey<D extends EndDialog>(isTyping: boolean): RoomDialogKey<D> {
  return {
    ...leave,
    id: 'close-question',
    hint: (state) => (isTyping || isWaiting(state) ? 'close' : null),
    keys: ['escape', 'ctrl-c'],
    run: close,
  };
}

function whyNotConfirmed<D extends EndDialog>(state: AppState, dialog: D, end: End<D>): string | null {
  if (dialog.pending !== null) return waitingText;
  if (!dialog.preview) return 'There is nothing to confirm yet; ctrl-r looks again.';
  const blocker = end.blocker(dialog);
  if (blocker !== null) return `It cannot be finished: ${blocker}`;
  const task = findWorker(state, dialog.id)?.task;
  if (end.wantsName(dialog) && dialog.typed.text.trim() !== task) return `Type ${task} to confirm.`;
  return whyBusy(state);
}

/** Explains why `cancel` is off. Once the merge has begun, only an undo reverts it. */
function whyNotCancelled(state: AppState, dialog: EndDialog): string | null {
  const operation = state.facts?.operations?.find(({ id }) => id === dialog.id);
  if (operation?.kind !== 'queued' && operation?.kind !== 'checking') return 'There is nothing to cancel.';
  return whyUnreachable(state);
}

/** Draws either dialog: its progress, what was refused, the preview, and the typed name. */
export function endBody(
  state: AppState,
  dialog: EndDialog,
  shown: {
    readonly title: Line;
    readonly aside: Line;
    readonly preview: readonly Line[];
    readonly wantsName: boolean;
  },
  width: number,
): DialogBody {
  const { title, aside, preview, wantsName } = shown;
  const rows = [...progress(state, dialog, width), ...problemRows(dialog.problem, width), ...preview];
  if (!wantsName) return { title, aside, rows, tail: [], caret: null };
  const prompt = `Type ${findWorker(state, dialog.id)?.task ?? ''} to confirm: `;
  const field = oneLineField(prompt, dialog.typed, width);
  return {
    title,
    aside,
    rows,
    tail: [[], field.line],
    caret: { row: 1, column: cellWidth(prompt) + field.column },
  };
}

function progress(
  state: AppState,
  { pending, preview, kind, id }: EndDialog,
  width: number,
): readonly Line[] {
  if (pending === null) return [];
  if (!preview) return [line('Looking at what would happen …', 'muted')];
  const operation = state.facts?.operations?.find((one) => one.id === id);
  if (operation?.kind === 'queued')
    return [line(`Waiting for its turn, ${operation.ahead} before it …`, 'notice'), line('')];
  if (operation?.kind === 'checking') return [line('Running the checks …', 'notice'), line('')];
  const signer = state.facts?.signing?.[id];
  if (signer !== undefined) return [...wrapLines(signingText(signer), width, 'warning'), line('')];
  return [line(kind === 'finish' ? 'Merging …' : 'Removing …', 'notice'), line('')];
}
