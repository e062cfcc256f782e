import { isIdle, isReachable, isWaiting, waitingText } from '../../room/reachable.ts';
import { findWorker } from '../../room/select.ts';
import type { AppState } from '../../room/state.ts';
import { ask, type Step, stay, toList, withDialog } from '../../room/step.ts';
import type { Action } from '../action.ts';
import type { CleanDialog, FinishDialog } from '../dialog.ts';
import { dialogOf } from '../dialog.ts';
import { openClean, openFinish } from '../dialogs.ts';
import { wantsName } from '../dialogText.ts';
import { beginBoard } from './cardText.ts';

const dialogs = { group: 'Finish, clean, questions' } as const;

/** Answers to previews and questions. */
export const confirmActions: readonly Action[] = [
  {
    ...dialogs,
    where: ['preview'],
    id: 'confirm',
    title: 'yes, do what is shown',
    hint: (state) => (endOf(state)?.kind === 'finish' ? 'merge' : 'remove'),
    keys: ['y'],
    enabled: canConfirm,
    run: confirm,
  },
  {
    ...dialogs,
    where: ['typed-name'],
    id: 'confirm-typed',
    title: "yes, once the task's name is typed",
    hint: 'confirm',
    keys: ['enter'],
    enabled: canConfirm,
    run: confirm,
  },
  {
    ...dialogs,
    where: ['preview', 'typed-name'],
    id: 'look-again',
    title: 'look again at what would happen',
    hint: 'look again',
    keys: ['ctrl-r'],
    enabled: isIdle,
    run: lookAgain,
  },
  {
    ...dialogs,
    where: ['preview', 'typed-name'],
    id: 'cancel-end',
    title: 'cancel what waits for its turn, or its checks',
    hint: (state) => (canCancel(state) === true ? 'cancel' : null),
    keys: ['ctrl-x'],
    enabled: canCancel,
    run: (state) => ask(state, 'cancel', { id: endOf(state)?.id ?? '' }),
  },
  {
    ...dialogs,
    where: ['question'],
    id: 'agree',
    title: 'yes, do what is shown',
    hint: 'yes',
    keys: ['y'],
    enabled: isIdle,
    run: agree,
  },
  {
    ...dialogs,
    where: ['preview', 'question'],
    id: 'decline',
    title: 'no, leave everything as it is',
    hint: 'no',
    keys: ['n'],
    enabled: isSettled,
    run: decline,
  },
  {
    ...dialogs,
    where: ['preview', 'question'],
    id: 'leave-question',
    title: 'no, leave everything as it is',
    keys: ['q'],
    enabled: isSettled,
    run: close,
  },
  {
    ...dialogs,
    where: ['preview', 'typed-name', 'question'],
    id: 'close-question',
    title: 'no, leave everything as it is',
    hint: (state) => (whereLettersCount(state) ? null : 'close'),
    keys: ['escape', 'ctrl-c'],
    run: close,
  },
];

function endOf(state: AppState): FinishDialog | CleanDialog | null {
  const dialog = dialogOf(state);
  return dialog?.kind === 'finish' || dialog?.kind === 'clean' ? dialog : null;
}

function canConfirm(state: AppState): true | string {
  const dialog = endOf(state);
  if (!dialog) return 'There is nothing to confirm.';
  if (dialog.pending !== null) return waitingText;
  if (!dialog.preview) return 'There is nothing to confirm yet; ctrl-r looks again.';
  const blocker = dialog.kind === 'finish' ? dialog.preview.blockers[0] : undefined;
  if (blocker !== undefined) return `It cannot be finished: ${blocker}`;
  const task = findWorker(state, dialog.id)?.task;
  if (wantsName(dialog) && dialog.typed.text.trim() !== task) return `Type ${task} to confirm.`;
  return isIdle(state);
}

function confirm(state: AppState): Step {
  const dialog = endOf(state);
  if (!dialog?.preview) return stay(state);
  const typed = wantsName(dialog) ? { confirm: dialog.typed.text.trim() } : {};
  const { tip } = dialog.preview;
  const checks = dialog.kind === 'finish' ? dialog.preview.checks : undefined;
  const params = { id: dialog.id, tip, ...(checks && { checks }), ...typed };
  return ask(state, dialog.kind, params, (next, pending) =>
    withDialog(next, { ...dialog, pending, problem: null }),
  );
}

function lookAgain(state: AppState): Step {
  const dialog = endOf(state);
  const worker = dialog && findWorker(state, dialog.id);
  if (!worker) return stay(state);
  return dialog.kind === 'finish' ? openFinish(state, worker) : openClean(state, worker);
}

/** From the merge on there is no way back but an undo. */
function canCancel(state: AppState): true | string {
  const dialog = endOf(state);
  const operation = state.facts?.operations?.find(({ id }) => id === dialog?.id);
  if (operation?.kind !== 'queued' && operation?.kind !== 'checking') return 'There is nothing to cancel.';
  return isReachable(state);
}

/** What is typed ahead of a preview must not answer it: until it has come only esc does something. */
function isSettled(state: AppState): true | string {
  return isWaiting(state) ? waitingText : true;
}

function whereLettersCount(state: AppState): boolean {
  const dialog = endOf(state);
  return !isWaiting(state) && !(dialog && wantsName(dialog));
}

/** A no to a finish that the orchestrator would have is one to that, too. */
function decline(state: AppState): Step {
  const dialog = dialogOf(state);
  const isWished = dialog?.kind === 'finish' && (findWorker(state, dialog.id)?.finishWish ?? null) !== null;
  return isWished ? ask(toList(state), 'leaveUnfinished', { id: dialog.id }) : close(state);
}

function close(state: AppState): Step {
  return stay(toList(state));
}

function agree(state: AppState): Step {
  const dialog = dialogOf(state);
  if (dialog?.kind !== 'question') return stay(state);
  const waiting = (next: AppState, pending: number) =>
    withDialog(next, { ...dialog, pending, problem: null });
  switch (dialog.about.do) {
    case 'stop':
      return ask(state, 'stop', { id: dialog.about.id }, waiting);
    case 'stop-all':
      return ask(state, 'stopAll', {}, waiting);
    case 'undo':
      return ask(state, 'undo', { id: dialog.about.id }, waiting);
    case 'begin-board':
      return stay(beginBoard(state));
  }
}
