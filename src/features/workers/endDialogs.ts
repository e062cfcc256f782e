import type { CleanPreview, FinishPreview } from '../../core/proposal.ts';
import type { Worker } from '../../core/worker.ts';
import { quoteCommand } from '../../lib/quote.ts';
import {
  answersGroup,
  type DialogBody,
  defineDialog,
  listed,
  marked,
  problemRows,
  type RoomDialog,
  type RoomDialogKey,
  whyWaits,
} from '../../ui/dialog.ts';
import { emptyField, oneLineField, type TextField } from '../../ui/field.ts';
import { counted, signingText } from '../../ui/format.ts';
import { findWorker, whatBecame } from '../../ui/select.ts';
import type { AppState, PendingRequest, Scrolling } from '../../ui/state.ts';
import {
  ask,
  askFrom,
  isWaiting,
  noEffects,
  type Step,
  toList,
  waitingText,
  whyBusy,
  whyUnreachable,
  withDialog,
} from '../../ui/step.ts';
import { cellWidth, type Line, line, span, wrapLines } from '../../ui/text.ts';

/** State that finishing and cleaning share: a preview, answered by one key or by typing the task's name. */
interface EndDialog extends PendingRequest, Scrolling {
  readonly kind: 'finish' | 'clean';
  readonly id: string;
  /** Null until the controller has answered. */
  readonly preview: { readonly tip: string } | null;
  /** Text typed where the task's name is needed. */
  readonly typed: TextField;
}

const unpreviewed = { preview: null, typed: emptyField, scroll: 0, problem: null } as const;

/** The parts in which the two dialogs differ. */
interface RemovalDialog<D> {
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
function removalParts<D extends EndDialog>(
  end: RemovalDialog<D>,
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
function answerKeys<D extends EndDialog>(end: RemovalDialog<D>): readonly RoomDialogKey<D>[] {
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
function typingKeys<D extends EndDialog>(end: RemovalDialog<D>): readonly RoomDialogKey<D>[] {
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

function previewKeys<D extends EndDialog>({ lookAgain }: RemovalDialog<D>): readonly RoomDialogKey<D>[] {
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
      title: 'cancel the queued operation, or its checks',
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

function whyNotConfirmed<D extends EndDialog>(
  state: AppState,
  dialog: D,
  end: RemovalDialog<D>,
): string | null {
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
function endBody(
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

interface CleanDialog extends EndDialog {
  readonly kind: 'clean';
  readonly preview: CleanPreview | null;
}

/** Asks for the preview of a clean and opens its dialog. */
export function openClean(state: AppState, { id }: Pick<Worker, 'id'>): Step {
  return ask(state, 'previewClean', { id }, (next, pending): AppState => {
    const dialog: CleanDialog = { kind: 'clean', id, ...unpreviewed, pending };
    return withDialog(next, dialog);
  });
}

export const cleanDialog = defineDialog<CleanDialog>({
  kind: 'clean',
  ...removalParts<CleanDialog>({
    hint: 'remove',
    wantsName: cleanWantsName,
    blocker: () => null,
    confirm: confirmClean,
    lookAgain: openClean,
    decline: (state) => noEffects(toList(state)),
  }),
  view: cleanView,
  onAnswer: (state, dialog, answer) =>
    answer.method === 'previewClean' && answer.result.ok
      ? noEffects(
          withDialog(state, { ...dialog, pending: null, problem: null, preview: answer.result.value }),
        )
      : null,
});

function cleanWantsName({ preview }: CleanDialog): boolean {
  return preview?.wantsTypedName ?? false;
}

function confirmClean(state: AppState, dialog: CleanDialog): Step {
  if (!dialog.preview) return noEffects(state);
  const typed = cleanWantsName(dialog) ? { confirm: dialog.typed.text.trim() } : {};
  const { tip, left } = dialog.preview;
  return askFrom(state, dialog, 'clean', { id: dialog.id, tip, ...(left && { left }), ...typed });
}

/** Draws what removing without a merge would lose. */
function cleanView(state: AppState, dialog: CleanDialog, width: number): DialogBody {
  const { preview } = dialog;
  const title = line(`Remove ${dialog.id} without merging?`, 'strong');
  if (!preview) return endBody(state, dialog, { title, aside: [], preview: [], wantsName: false }, width);
  const { branch, unmerged, uncommitted, ignored, warnings = [] } = preview;
  const isLossless = unmerged.length + uncommitted.length + ignored.length === 0;
  const rows: readonly Line[] = [
    [span('Removes the worktree and the branch ', 'muted'), span(branch, 'strong'), span('.', 'muted')],
    line(isLossless ? 'Nothing would be lost.' : 'A backup ref keeps commits and uncommitted work.', 'muted'),
    ...warnings.flatMap((warning) => marked('!', warning, width, 'warning')),
    ...listed('Commits that no other branch contains', unmerged, width, 'warning'),
    ...listed('Not committed', uncommitted, width, 'warning'),
    ...listed('Ignored files that would be gone for good', ignored, width, 'bad'),
  ];
  return endBody(
    state,
    dialog,
    { title, aside: [], preview: rows, wantsName: cleanWantsName(dialog) },
    width,
  );
}

interface FinishDialog extends EndDialog {
  readonly kind: 'finish';
  readonly preview: FinishPreview | null;
}

/** Asks for the preview of a finish and opens its dialog. */
export function openFinish(state: AppState, { id }: Pick<Worker, 'id'>): Step {
  return ask(state, 'previewFinish', { id }, (next, pending): AppState => {
    const dialog: FinishDialog = { kind: 'finish', id, ...unpreviewed, pending };
    return withDialog(next, dialog);
  });
}

export const finishDialog = defineDialog<FinishDialog>({
  kind: 'finish',
  ...removalParts<FinishDialog>({
    hint: 'merge',
    wantsName: finishWantsName,
    blocker: ({ preview }) => preview?.blockers[0] ?? null,
    confirm: confirmFinish,
    lookAgain: openFinish,
    decline,
    more: [
      mergeBaseKey('bring-base', 'b', 'conflicts: bring the base into the worktree', 'bring it in', false),
      mergeBaseKey(
        'bring-base-tell',
        't',
        'conflicts: the same, and tell the worker to resolve them',
        '… and tell the worker',
        true,
      ),
    ],
  }),
  view: finishView,
  onAnswer: (state, dialog, answer) =>
    answer.method === 'previewFinish' && answer.result.ok
      ? noEffects(
          withDialog(state, { ...dialog, pending: null, problem: null, preview: answer.result.value }),
        )
      : null,
});

function finishWantsName({ preview }: FinishDialog): boolean {
  return preview !== null && preview.blockers.length === 0 && preview.ignored.length > 0;
}

function confirmFinish(state: AppState, dialog: FinishDialog): Step {
  if (!dialog.preview) return noEffects(state);
  const { tip, checks, left } = dialog.preview;
  const typed = finishWantsName(dialog) ? { confirm: dialog.typed.text.trim() } : {};
  const agreed = { ...(checks && { checks }), ...(left && { left }), ...typed };
  return askFrom(state, dialog, 'finish', { id: dialog.id, tip, ...agreed });
}

/** Closes the dialog, and declines the orchestrator's suggestion to finish, if there is one. */
function decline(state: AppState, { id }: FinishDialog): Step {
  const isWished = (findWorker(state, id)?.finishWish ?? null) !== null;
  return isWished ? ask(toList(state), 'leaveUnfinished', { id }) : noEffects(toList(state));
}

/** Returns a key that merges the base into a worktree with conflicts. */
function mergeBaseKey(
  id: string,
  key: string,
  title: string,
  hint: string,
  tell: boolean,
): RoomDialogKey<FinishDialog> {
  const hasConflicts = ({ preview }: FinishDialog) => (preview?.conflicts.length ?? 0) > 0;
  return {
    id,
    title,
    hint: (_, dialog) => (hasConflicts(dialog) ? hint : null),
    keys: [key],
    disabledReason: (state, dialog) =>
      hasConflicts(dialog) && findWorker(state, dialog.id)
        ? whyBusy(state)
        : 'There are no conflicts to resolve.',
    run: (state, dialog) => askFrom(state, dialog, 'bringBase', { id: dialog.id, tell }),
  };
}

/** Draws what finishing would do, after what prevents it. */
function finishView(state: AppState, dialog: FinishDialog, width: number): DialogBody {
  const { preview } = dialog;
  const title = line(`Finish ${dialog.id}?`, 'strong');
  if (!preview) return endBody(state, dialog, { title, aside: [], preview: [], wantsName: false }, width);
  const {
    branch,
    into,
    commits,
    diffstat,
    uncommitted,
    ignored,
    conflicts,
    blockers,
    checks,
    conflictsAfter = [],
    warnings = [],
  } = preview;
  const rows: readonly Line[] = [
    ...suggestionRows(state, dialog.id, width),
    ...blockers.flatMap((blocker) => marked('✕', blocker, width, 'bad')),
    ...(blockers.length > 0 ? [line('')] : []),
    [span('Merges ', 'muted'), span(branch, 'strong'), span(' into ', 'muted'), span(into, 'strong')],
    line('and removes worktree and branch. A backup ref keeps the last commit.', 'muted'),
    ...(checks
      ? marked('›', `First ${quoteCommand(checks)} must succeed in the worktree.`, width, 'muted')
      : []),
    ...warnings.flatMap((warning) => marked('!', warning, width, 'warning')),
    ...listed(`Conflicts with ${into}`, conflicts, width, 'bad'),
    ...listed(`Will not merge into ${into} afterwards`, conflictsAfter, width, 'warning'),
    ...listed('Not committed', uncommitted, width, 'warning'),
    ...listed('Ignored files that would be gone for good', ignored, width, 'warning'),
    ...listed(counted(commits.length, 'commit'), commits, width),
    ...listed('Changes', diffstat, width),
  ];
  const aside = line(counted(commits.length, 'commit'), 'muted');
  return endBody(state, dialog, { title, aside, preview: rows, wantsName: finishWantsName(dialog) }, width);
}

/** Draws the orchestrator's suggestion, and that declining it differs from deciding later. */
function suggestionRows(state: AppState, id: string, width: number): readonly Line[] {
  const suggestion = findWorker(state, id)?.finishWish;
  if (!suggestion) return [];
  const why = suggestion.why === '' ? '' : `: ${suggestion.why}`;
  return [
    ...marked('✓', `The orchestrator suggests finishing it${why}`, width, 'accent'),
    ...wrapLines('n declines it, esc decides later.', width, 'muted'),
    line(''),
  ];
}
