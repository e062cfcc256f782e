import { problemOf } from '../../domain/problem.ts';
import { clockText } from '../../domain/usageLimit.ts';
import { isIdle, isReachable, isWaiting } from '../../room/reachable.ts';
import { selectPaneSize } from '../../room/select.ts';
import type { AppState } from '../../room/state.ts';
import { ask, inTurn, type Step, stay, toList, toUnseen, withDialog } from '../../room/step.ts';
import type { Action } from '../action.ts';
import type { GoOnDialog, Listed, StartSeveralDialog } from '../dialog.ts';
import { dialogOf } from '../dialog.ts';
import { selectPlanned, selectStopped, whyLeft } from '../several.ts';

const room = { where: ['room'], group: 'Queue' } as const;

const yesToAll = 'yes, to exactly those that are listed, one after the other, as far as limits allow';
const unasked = { scroll: 0, pending: null, problem: null } as const;

/** One yes for several: always for exactly those that were listed when their dialog was opened. */
export const severalActions: readonly Action[] = [
  {
    ...room,
    id: 'start-several',
    title: 'look at all proposals together, to start them with one yes',
    hint: (state) => queueHint(state, selectPlanned(state).length, 'start all'),
    keys: ['A'],
    palette: 'everywhere',
    enabled: canList,
    run: openStarts,
  },
  {
    ...room,
    id: 'go-on-several',
    title: 'let all go on that stopped at a usage limit which is over',
    hint: (state) => queueHint(state, countStopped(state), 'all go on'),
    keys: ['C'],
    palette: 'everywhere',
    enabled: canGoOn,
    run: openGoOn,
  },
  {
    where: ['start-several'],
    group: 'Several at once',
    id: 'approve-several',
    title: yesToAll,
    hint: (state) => (canApprove(state) === true ? 'start them' : null),
    keys: ['y'],
    enabled: canApprove,
    run: approve,
  },
  {
    where: ['go-on'],
    group: 'Several at once',
    id: 'let-go-on',
    title: yesToAll,
    hint: (state) => (canLetGoOn(state) === true ? 'let them go on' : null),
    keys: ['y'],
    enabled: canLetGoOn,
    run: letGoOn,
  },
  {
    where: ['start-several', 'go-on'],
    group: 'Several at once',
    id: 'close-several',
    title: 'no, leave everything as it is',
    hint: (state) => (isOpen(state) ? 'no' : null),
    keys: ['n', 'q'],
    run: (state) => stay(toList(state)),
  },
  {
    where: ['start-several', 'go-on'],
    group: 'Several at once',
    id: 'leave-several',
    title: 'no, leave everything as it is',
    hint: (state) => (isOpen(state) ? null : 'close'),
    keys: ['escape', 'ctrl-c'],
    run: (state) => stay(toList(state)),
  },
];

/** Only beside the list that it is about, and only of several. */
function queueHint({ list }: AppState, count: number, hint: string): string | null {
  return list === 'queue' && count > 1 ? hint : null;
}

function countStopped(state: AppState): number {
  const { canGoOn: free, ended } = selectStopped(state);
  return free.length + ended.length;
}

function canList(state: AppState): true | string {
  if (selectPlanned(state).length > 0) return isReachable(state);
  const proposals = state.facts?.proposals ?? [];
  if (proposals.length === 0) return 'Nothing is proposed just now.';
  const isPending = proposals.some(({ plan, problem }) => plan === null && problem === null);
  return isPending
    ? 'The plan is still being worked out.'
    : 'No proposal can be started as it stands; enter opens one.';
}

function openStarts(state: AppState): Step {
  const listed = selectPlanned(state).map((proposal): Listed => ({ proposal, tag: null, outcome: null }));
  return stay(withDialog(state, { kind: 'start-several', listed, ...unasked }));
}

function startsOf(state: AppState): StartSeveralDialog | null {
  const dialog = dialogOf(state);
  return dialog?.kind === 'start-several' ? dialog : null;
}

function canApprove(state: AppState): true | string {
  const dialog = startsOf(state);
  if (!dialog || isAnswered(state)) return 'That was answered; A lists what is still proposed.';
  const idle = isIdle(state);
  if (idle !== true) return idle;
  const isAnyOpen = dialog.listed.some((one) => whyLeft(state, one) === null);
  return isAnyOpen || 'Nothing of this is open any more.';
}

/** Each with the digest that was shown, all at once: the controller takes them in order and spaces the starts. */
function approve(state: AppState): Step {
  const dialog = startsOf(state);
  if (!dialog) return stay(state);
  const unseen = toUnseen(state, dialog);
  if (unseen) return stay(unseen);
  const open = dialog.listed.filter((one) => whyLeft(state, one) === null);
  const already = state.facts?.workers.length ?? 0;
  const step = inTurn(
    state,
    open.map(({ proposal: { n, plan } }, at) => (next) => {
      const size = selectPaneSize(state, already + at, already + open.length);
      return ask(next, 'approve', { n, digest: plan.digest, ...size });
    }),
  );
  const listed = dialog.listed.map((one): Listed => {
    const at = open.indexOf(one);
    if (at >= 0) return { ...one, tag: state.nextTag + at };
    return { ...one, outcome: problemOf('plan_changed', whyLeft(state, one) ?? '') };
  });
  const pending = step.state.nextTag - 1;
  return { ...step, state: withDialog(step.state, { ...dialog, listed, pending }) };
}

/** A yes or no is still to be said. */
function isOpen(state: AppState): boolean {
  return !isWaiting(state) && !isAnswered(state);
}

/** Nothing more comes of a yes in the open dialog. */
function isAnswered(state: AppState): boolean {
  const dialog = dialogOf(state);
  if (dialog?.kind === 'start-several') return dialog.listed.some(({ outcome }) => outcome !== null);
  return dialog?.kind === 'go-on' && dialog.left !== null;
}

function canGoOn(state: AppState): true | string {
  if (countStopped(state) > 0) return isReachable(state);
  const [until] = selectStopped(state)
    .held.map(({ limitedUntil }) => limitedUntil ?? '')
    .sort();
  if (until === undefined) return 'No worker has stopped at a usage limit.';
  return `The usage limit holds until ${clockText(until, state.now)}.`;
}

function openGoOn(state: AppState): Step {
  const { canGoOn: free, ended } = selectStopped(state);
  const listed = { going: free.map(({ id }) => id), resuming: ended.map(({ id }) => id) };
  return stay(withDialog(state, { kind: 'go-on', ...listed, left: null, ...unasked }));
}

function goOnOf(state: AppState): GoOnDialog | null {
  const dialog = dialogOf(state);
  return dialog?.kind === 'go-on' ? dialog : null;
}

function canLetGoOn(state: AppState): true | string {
  return isAnswered(state) ? 'That was answered; C lists who still waits.' : isIdle(state);
}

/** Those without a process are only asked for: each becomes a proposal with a card of its own. */
function letGoOn(state: AppState): Step {
  const dialog = goOnOf(state);
  if (!dialog) return stay(state);
  const { going, resuming } = dialog;
  const step = inTurn(state, [
    ...resuming.map((id) => (next: AppState) => ask(next, 'proposeResume', { id })),
    ...(going.length > 0 ? [(next: AppState) => ask(next, 'goOn', { ids: going })] : []),
  ]);
  const pending = step.state.nextTag - 1;
  return { ...step, state: withDialog(step.state, { ...dialog, pending, problem: null }) };
}
