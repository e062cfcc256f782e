import { clockText } from '../../core/amounts.ts';
import { type ContinueOutcome, type StoppedByLimit, stoppedByLimit } from '../../core/usage.ts';
import { type DialogBody, defineDialog, emptyBody, listed as headed, problemRows } from '../../ui/dialog.ts';
import { counted } from '../../ui/format.ts';
import type { RoomKey } from '../../ui/keys.ts';
import { findWorker } from '../../ui/select.ts';
import { type AppState, type PendingRequest, type Scrolling, unasked } from '../../ui/state.ts';
import { ask, noEffects, type Step, sequence, whyBusy, whyUnreachable, withDialog } from '../../ui/step.ts';
import { line, wrapLines } from '../../ui/text.ts';
import { noKeys, queueHint, severalGroup, yesToAll } from '../workers/startSeveralDialog.ts';

/** Workers that stopped at a usage limit, as listed when the dialog was opened. */
interface GoOnDialog extends PendingRequest, Scrolling {
  readonly kind: 'go-on';
  readonly going: readonly string[];
  /** Workers whose processes have ended. */
  readonly resuming: readonly string[];
  /** Workers that could not be asked to go on, and why; null before the yes. */
  readonly left: ContinueOutcome['left'] | null;
}

export const goOnKey: RoomKey = {
  id: 'go-on-several',
  title: 'let all go on that stopped at a usage limit which is over',
  hint: (state) => queueHint(state, countStopped(state), 'all go on'),
  keys: ['C'],
  palette: 'everywhere',
  group: 'Queue',
  disabledReason: whyNoneGoesOn,
  run(state) {
    const { canContinue: canGoOn, ended } = selectStopped(state);
    const listed = { going: canGoOn.map(({ id }) => id), resuming: ended.map(({ id }) => id) };
    const dialog: GoOnDialog = { kind: 'go-on', ...listed, left: null, scroll: 0, ...unasked };
    return noEffects(withDialog(state, dialog));
  },
};

export const goOnDialog = defineDialog<GoOnDialog>({
  kind: 'go-on',
  group: severalGroup,
  subject: (_, { going, resuming }) => [...going, 'and', ...resuming].join(' '),
  keys: [
    {
      id: 'let-go-on',
      title: yesToAll,
      hint: (state, dialog) => (whyNotLet(state, dialog) === null ? 'let them go on' : null),
      keys: ['y'],
      disabledReason: whyNotLet,
      run: resumeListed,
    },
    ...noKeys<GoOnDialog>(({ left }) => left !== null),
  ],
  view,
  // Workers that go on show it by themselves; the dialog stays for the others.
  onAnswer(state, dialog, answer) {
    if (answer.method !== 'goOn' || !answer.result.ok || answer.result.value.left.length === 0) return null;
    const { going, left } = answer.result.value;
    return noEffects(withDialog(state, { ...dialog, going, resuming: [], left, pending: null }));
  },
});

/** Groups workers that stopped at a usage limit by what can be done about it. */
function selectStopped({ facts }: Pick<AppState, 'facts'>): StoppedByLimit {
  return stoppedByLimit(facts ?? { workers: [] });
}

function countStopped(state: AppState): number {
  const { canContinue: canGoOn, ended } = selectStopped(state);
  return canGoOn.length + ended.length;
}

function whyNoneGoesOn(state: AppState): string | null {
  if (countStopped(state) > 0) return whyUnreachable(state);
  const [until] = selectStopped(state)
    .held.map(({ limitedUntil }) => limitedUntil ?? '')
    .sort();
  if (until === undefined) return 'No worker has stopped at a usage limit.';
  return `The usage limit holds until ${clockText(until, state.now)}.`;
}

function whyNotLet(state: AppState, { left }: GoOnDialog): string | null {
  return left === null ? whyBusy(state) : 'Already answered; C lists the workers that still wait.';
}

/** Lets the running ones go on, and proposes to resume each of the others by its own card. */
function resumeListed(state: AppState, dialog: GoOnDialog): Step {
  const { going, resuming } = dialog;
  const step = sequence(state, [
    ...resuming.map((id) => (next: AppState) => ask(next, 'proposeResume', { id })),
    ...(going.length > 0 ? [(next: AppState) => ask(next, 'goOn', { ids: going })] : []),
  ]);
  const pending = step.state.nextTag - 1;
  return { ...step, state: withDialog(step.state, { ...dialog, pending, problem: null }) };
}

/** Draws who would go on, who has to be resumed first, and whose limit still holds. */
function view(state: AppState, dialog: GoOnDialog, width: number): DialogBody {
  const { going, resuming, left, pending } = dialog;
  const count = going.length + resuming.length;
  const held = selectStopped(state).held.map(
    ({ id, limitedUntil }) => `${id}: until ${clockText(limitedUntil ?? '', state.now)}`,
  );
  const unknown = going.map((id) =>
    findWorker(state, id)?.limitedUntil ? id : `${id}: the end is not known`,
  );
  const rows = [
    ...(pending === null ? [] : [line('Telling them …', 'notice'), line('')]),
    ...problemRows(dialog.problem, width),
    ...(left === null
      ? wrapLines(count === 1 ? oneText : manyText, width, 'muted')
      : [line(`${counted(going.length, 'worker')} told to go on.`)]),
    ...headed('At their prompts', left === null ? unknown : going, width),
    ...headed('Ended: each becomes a proposal to resume', resuming, width),
    ...headed('Not told', left?.map(({ problem }) => problem.message) ?? [], width, 'bad'),
    ...headed('Their limit still holds', held, width, 'muted'),
  ];
  const title = left === null ? `Let ${counted(count, 'worker')} go on?` : 'Going on';
  return { ...emptyBody, title: line(title, 'strong'), rows };
}

const oneText = 'It will be asked to continue where it stopped.';
const manyText = 'Each worker will be asked to continue, one at a time.';
