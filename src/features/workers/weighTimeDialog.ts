import { parseDuration } from '../../core/amounts.ts';
import type { Worker } from '../../core/worker.ts';
import { type DialogBody, defineDialog, emptyBody, problemRows } from '../../ui/dialog.ts';
import { emptyField, oneLineField, type TextField } from '../../ui/field.ts';
import { findWorker, whatBecame } from '../../ui/select.ts';
import { type AppState, type PendingRequest, unasked } from '../../ui/state.ts';
import { askFrom, noEffects, type Step, toList, whyBusy, withDialog, withNotice } from '../../ui/step.ts';
import { line, wrapLines } from '../../ui/text.ts';
import { weighedText } from './weighTime.ts';

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
  group: 'Weighing a time',
  takesTypedAhead: 'A time is written; enter says it only after that, and a command takes it back.',
  text: { of: ({ time }) => time, with: (dialog, time) => ({ ...dialog, time }) },
  keys: [
    {
      id: 'say-time',
      title: 'say that the whole task took the time typed, such as 1h 30m',
      hint: 'say it',
      keys: ['enter'],
      disabledReason: whyBusy,
      run: save,
    },
    {
      id: 'cancel-time',
      title: 'leave its time open',
      hint: 'cancel',
      keys: ['escape', 'ctrl-c'],
      run: (state) => noEffects(toList(state)),
    },
  ],
  view,
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
    ? `${id} says something else of its time by now.`
    : `The time of ${id} does not wait for you any more.`;
}

/** Sends the time; text that is not a time is refused here, without a request. */
function save(state: AppState, dialog: WeighTimeDialog): Step {
  const { id, said, time } = dialog;
  const read = parseDuration(time.text);
  if (!read.ok) return noEffects(withDialog(state, { ...dialog, problem: read.problem }));
  return askFrom(state, dialog, 'weighTime', { id, said, minutes: read.value });
}

function view(_: AppState, { id, said, time, pending, problem }: WeighTimeDialog, width: number): DialogBody {
  const what =
    'Say how long the whole task took so far, such as 1h 30m. Later reports are compared with that.';
  const field = oneLineField('Time  ', time, width);
  return {
    ...emptyBody,
    title: line(`How long did ${id} take?`, 'strong'),
    rows: [
      ...(pending === null ? [] : [line('Saying …', 'notice'), line('')]),
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
