import { parseDuration } from '../../core/amounts.ts';
import { titleOf, type Worker } from '../../core/worker.ts';
import { type DialogBody, defineDialog, defineQuestion, emptyBody, problemRows } from '../../ui/dialog.ts';
import { emptyField, fieldOf, oneLineField, type TextField } from '../../ui/field.ts';
import { counted } from '../../ui/format.ts';
import type { RoomKey } from '../../ui/keys.ts';
import { countLive, findWorker, selectedWorker, whatBecame } from '../../ui/select.ts';
import { type AppState, type PendingRequest, unasked } from '../../ui/state.ts';
import {
  askFrom,
  noEffects,
  type Step,
  toList,
  whyBusy,
  whyUnreachable,
  withDialog,
  withNotice,
} from '../../ui/step.ts';
import { line, wrapLines } from '../../ui/text.ts';
import { weighedText } from './describe.ts';

/** State of the dialog that changes a worker's title. */
interface RenameDialog extends PendingRequest {
  readonly kind: 'rename';
  readonly id: string;
  readonly title: TextField;
}

export const renameKey: RoomKey = {
  id: 'rename',
  title: 'rename the worker: its title alone, its id stays',
  keys: ['e'],
  group: 'Workers',
  disabledReason: (state) => (selectedWorker(state) ? whyUnreachable(state) : 'Select a worker first.'),
  run(state) {
    const worker = selectedWorker(state);
    if (!worker) return noEffects(state);
    const { id } = worker;
    const dialog: RenameDialog = { kind: 'rename', id, title: fieldOf(titleOf(worker)), ...unasked };
    return noEffects(withDialog(state, dialog));
  },
};

/** Asks for a worker's title. */
export const renameDialog = defineDialog<RenameDialog>({
  kind: 'rename',
  group: 'Renaming',
  takesTypedAhead: 'Only what it is called changes, and the same key changes it back.',
  text: { of: ({ title }) => title, with: (dialog, title) => ({ ...dialog, title }) },
  keys: [
    {
      id: 'save-title',
      title: 'rename it to what is typed; to its task where that is empty',
      hint: 'rename',
      keys: ['enter'],
      disabledReason: whyBusy,
      run: saveTitle,
    },
    {
      id: 'cancel-rename',
      title: 'leave its title as it is',
      hint: 'cancel',
      keys: ['escape', 'ctrl-c'],
      run: (state) => noEffects(toList(state)),
    },
  ],
  view: renameView,
  onAnswer: (state, { id }, answer) =>
    answer.method === 'rename' && answer.result.ok
      ? noEffects(withNotice(toList(state), `${id} is shown as ${answer.result.value.title}.`))
      : null,
  isStale: (state, { id }) => (findWorker(state, id) ? null : whatBecame(state, id)),
});

/** Sends the title, unless it is unchanged. */
function saveTitle(state: AppState, dialog: RenameDialog): Step {
  const { id } = dialog;
  const worker = findWorker(state, id);
  const title = dialog.title.text.trim();
  if (worker && title === titleOf(worker)) return noEffects(toList(state));
  return askFrom(state, dialog, 'rename', { id, title });
}

function renameView(
  state: AppState,
  { id, title, pending, problem }: RenameDialog,
  width: number,
): DialogBody {
  const task = findWorker(state, id)?.task ?? '';
  const what = `Only its title changes: id, branch and worktree stay. Without a title it is shown as ${task}.`;
  const field = oneLineField('', title, width);
  return {
    ...emptyBody,
    title: line(`Rename ${id}`, 'strong'),
    rows: [
      ...(pending === null ? [] : [line('Renaming …', 'notice'), line('')]),
      ...problemRows(problem, width),
      ...wrapLines(what, width, 'muted'),
      line(''),
    ],
    tail: [field.line],
    caret: { row: 0, column: field.column },
  };
}

/** State of the dialog that asks for a task's time after its worker's unclear statement. */
interface WeighTimeDialog extends PendingRequest {
  readonly kind: 'weigh-time';
  readonly id: string;
  /** The worker's statement, as the person saw it. */
  readonly said: string;
  readonly time: TextField;
}

/** Asks for a worker's time; returns the same state where none is open. */
export function openWeighTime(state: AppState, { id, openTime }: Worker): AppState {
  if (!openTime) return state;
  const dialog: WeighTimeDialog = {
    kind: 'weigh-time',
    ...{ id, said: openTime.text, time: emptyField },
    ...unasked,
  };
  return withDialog(state, dialog);
}

export const weighTimeDialog = defineDialog<WeighTimeDialog>({
  kind: 'weigh-time',
  group: 'Entering a time',
  takesTypedAhead: 'A time is written; enter says it only after that, and a command takes it back.',
  text: { of: ({ time }) => time, with: (dialog, time) => ({ ...dialog, time }) },
  keys: [
    {
      id: 'say-time',
      title: 'enter the time typed for the whole task, such as 1h 30m',
      hint: 'enter',
      keys: ['enter'],
      disabledReason: whyBusy,
      run: saveTime,
    },
    {
      id: 'cancel-time',
      title: 'leave its time open',
      hint: 'cancel',
      keys: ['escape', 'ctrl-c'],
      run: (state) => noEffects(toList(state)),
    },
  ],
  view: weighTimeView,
  onAnswer: (state, { id }, answer) =>
    answer.method === 'weighTime' && answer.result.ok
      ? noEffects(
          withNotice(
            toList(state),
            `${weighedText(answer.result.value)} Take it back: orch-tui worker time ${id} --undo`,
          ),
        )
      : null,
  isStale: whyStale,
});

function whyStale(state: AppState, { id, said, pending }: WeighTimeDialog): string | null {
  const worker = findWorker(state, id);
  if (!worker) return whatBecame(state, id);
  if (pending !== null || worker.openTime?.text === said) return null;
  return worker.openTime
    ? `${id} has reported another time since.`
    : `The time of ${id} no longer waits for you.`;
}

/** Sends the time; text that is not a time is refused here, without a request. */
function saveTime(state: AppState, dialog: WeighTimeDialog): Step {
  const { id, said, time } = dialog;
  const read = parseDuration(time.text);
  if (!read.ok) return noEffects(withDialog(state, { ...dialog, problem: read.problem }));
  return askFrom(state, dialog, 'weighTime', { id, said, minutes: read.value });
}

function weighTimeView(
  _: AppState,
  { id, said, time, pending, problem }: WeighTimeDialog,
  width: number,
): DialogBody {
  const what =
    'Enter how long the whole task has taken so far, such as 1h 30m. Later reports are compared with that.';
  const field = oneLineField('Time  ', time, width);
  return {
    ...emptyBody,
    title: line(`How long did ${id} take?`, 'strong'),
    rows: [
      ...(pending === null ? [] : [line('Sending …', 'notice'), line('')]),
      ...problemRows(problem, width),
      ...wrapLines(`It said: ${said}`, width),
      line(''),
      ...wrapLines(what, width, 'muted'),
      line(''),
    ],
    tail: [field.line],
    caret: { row: 0, column: 6 + field.column },
  };
}

interface StopDialog extends PendingRequest {
  readonly kind: 'stop';
  readonly id: string;
}

interface StopAllDialog extends PendingRequest {
  readonly kind: 'stop-all';
}

export function openStop(state: AppState, id: string): AppState {
  const dialog: StopDialog = { kind: 'stop', id, ...unasked };
  return withDialog(state, dialog);
}

export function openStopAll(state: AppState): AppState {
  const dialog: StopAllDialog = { kind: 'stop-all', ...unasked };
  return withDialog(state, dialog);
}

/** Asks before one worker's process is ended. */
export const stopDialog = defineQuestion<StopDialog>({
  kind: 'stop',
  progress: 'Stopping …',
  title: ({ id }) => `Stop ${id}?`,
  text: () => 'Its process ends. Worktree, branch and conversation stay; r\u00a0resumes it.',
  agree: (state, dialog) => askFrom(state, dialog, 'stop', { id: dialog.id }),
  isStale: (state, { id }) => (findWorker(state, id) ? null : whatBecame(state, id)),
});

/** Asks before all processes are ended and the program closes. */
export const stopAll = defineQuestion<StopAllDialog>({
  kind: 'stop-all',
  progress: 'Stopping …',
  title: () => 'Stop everything and leave?',
  text(state) {
    const live = countLive(state);
    const what = live === 0 ? 'No worker is running.' : `${counted(live, 'running worker')} would be ended.`;
    return `${what} Worktrees, branches and conversations stay, and can be resumed. To leave without stopping anything, press n\u00a0and then\u00a0q.`;
  },
  agree: (state, dialog) => askFrom(state, dialog, 'stopAll', {}),
});

/** State of the question whether to restore a finished or cleaned worker. */
interface UndoDialog extends PendingRequest {
  readonly kind: 'undo';
  readonly id: string;
}

export const undoKey: RoomKey = {
  id: 'undo',
  title: 'undo the last finish or clean',
  keys: ['u'],
  palette: 'everywhere',
  group: 'Workers',
  disabledReason: (state) =>
    state.facts?.ended.length ? whyUnreachable(state) : 'Nothing was finished or cleaned yet.',
  run(state) {
    const id = state.facts?.ended.at(-1)?.id;
    if (id === undefined) return noEffects(state);
    const dialog: UndoDialog = { kind: 'undo', id, ...unasked };
    return noEffects(withDialog(state, dialog));
  },
};

export const undoDialog = defineQuestion<UndoDialog>({
  kind: 'undo',
  progress: 'Bringing it back …',
  title: ({ id }) => `Bring ${id} back?`,
  text: (state, { id }) => undoText(state, id),
  agree: (state, dialog) => askFrom(state, dialog, 'undo', { id: dialog.id }),
});

function undoText({ facts }: AppState, id: string): string {
  const end = facts?.ended.findLast((ended) => ended.id === id);
  const back = `Restores the branch ${end?.branch ?? ''} and its worktree, with what was not committed.`;
  if (!end?.merge) return back;
  return `${back} Removes the merge from ${end.into}. If ${end.into} has newer commits or was pushed, the merge stays, and you see how to revert it.`;
}
