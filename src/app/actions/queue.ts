import { canSetAside, type QueueItem } from '../../domain/queue.ts';
import { clockText } from '../../domain/usageLimit.ts';
import type { Worker } from '../../domain/worker.ts';
import { openDeny } from '../../features/attention/denyDialog.ts';
import { canSay, inPane, isSaidInFull, openRequest, say } from '../../features/attention/requests.ts';
import { openFinish } from '../../features/workers/finishDialog.ts';
import { openCard } from '../../features/workers/proposals.ts';
import { openReject } from '../../features/workers/rejectDialog.ts';
import { isReachable } from '../../room/reachable.ts';
import { findProposal, findWorker, isSameRow, selectedWorker, selectQueue } from '../../room/select.ts';
import { type AppState, selectionOf } from '../../room/state.ts';
import { ask, type Step, stay, withNotice } from '../../room/step.ts';
import type { Action } from '../action.ts';
import { toggleSilenced } from '../notify.ts';

const queue = { where: ['queue'], group: 'Queue' } as const;

/** What can be said to what waits, on its row. */
export const queueActions: readonly Action[] = [
  {
    ...queue,
    id: 'yes',
    title: 'allow it, let it go on, or look at what would be done',
    hint: (state) => yesHint(state, itemOf(state)),
    keys: ['y'],
    palette: 'told',
    enabled: canAgree,
    run: agree,
  },
  {
    ...queue,
    id: 'no',
    title: 'no: deny it, with a reason for the agent; lay news aside',
    hint: (state) => (itemOf(state)?.request ? 'deny' : 'no'),
    keys: ['n'],
    palette: 'told',
    enabled: canDecline,
    run: decline,
  },
  {
    where: ['room'],
    group: 'Queue',
    id: 'silence',
    title: 'no notifications of this worker, or again',
    keys: ['M'],
    enabled: (state) => selectedWorker(state) !== null || 'Select a worker first.',
    run: silence,
  },
];

function itemOf(state: AppState): QueueItem | null {
  const key = selectionOf(state);
  return selectQueue(state).find((row) => isSameRow(row.key, key))?.item ?? null;
}

/** Rows come and go under the person's fingers: what is meant for one must not reach another. */
function isSteady(state: AppState): true | string {
  if (state.slid) return 'What stood here is gone and this is another: look, and press again.';
  return isReachable(state);
}

function canAgree(state: AppState): true | string {
  const item = itemOf(state);
  if (!item) return 'Nothing waits here.';
  const steady = isSteady(state);
  if (steady !== true) return steady;
  const { kind, request, worker } = item;
  if (request) return canSay(request, 'allow') || canSay(request, 'choose') || inPane;
  if (kind === 'limited') return canTryAgain(state, worker);
  return kind in yesWords || inPane;
}

/** What a yes does to what is no request. */
const yesWords: Partial<Record<QueueItem['kind'], string>> = {
  ...{ proposal: 'look', done: 'look', finish: 'look' },
  ...{ limited: 'go on', 'limit-over': 'go on', ended: 'resume' },
};

function yesHint(state: AppState, item: QueueItem | null): string {
  if (item?.request) return isSaidInFull(state, item) ? 'allow' : 'look';
  return (item && yesWords[item.kind]) ?? 'look';
}

/** Before the end of a limit, where that is known, an agent would only be refused again. */
function canTryAgain(state: AppState, id: string): true | string {
  const until = findWorker(state, id)?.limitedUntil ?? null;
  return until === null || `Its usage limit holds until ${clockText(until, state.now)}.`;
}

/** On a row only what the row says in full is allowed at once; the rest is looked at first. */
function agree(state: AppState): Step {
  const item = itemOf(state);
  if (!item) return stay(state);
  const { request } = item;
  if (request)
    return isSaidInFull(state, item) && canSay(request, 'allow')
      ? say(state, request, { say: 'allow' })
      : stay(openRequest(state, request));
  const proposal = item.proposal === undefined ? null : findProposal(state, item.proposal);
  if (proposal) return stay(openCard(state, proposal));
  const worker = findWorker(state, item.worker);
  return worker ? onWorker(state, item.kind, worker) : stay(state);
}

function onWorker(state: AppState, kind: QueueItem['kind'], worker: Worker): Step {
  const { id } = worker;
  switch (kind) {
    case 'limited':
    case 'limit-over':
      return ask(withNotice(state, `Telling ${id} to go on …`), 'goOn', { ids: [id] });
    case 'ended':
      return ask(withNotice(state, `Asking to resume ${id} …`), 'proposeResume', { id });
    default:
      return openFinish(state, worker);
  }
}

function canDecline(state: AppState): true | string {
  const item = itemOf(state);
  if (!item) return 'Nothing waits here.';
  const steady = isSteady(state);
  if (steady !== true) return steady;
  const { kind, request } = item;
  if (request || kind === 'proposal' || kind === 'finish' || canSetAside(kind)) return true;
  return kind === 'limited' || kind === 'limit-over' ? 'It stays here until it goes on.' : inPane;
}

function decline(state: AppState): Step {
  const item = itemOf(state);
  if (!item) return stay(state);
  const { request, proposal, kind, worker } = item;
  if (request) return stay(openDeny(state, request));
  if (proposal !== undefined) return stay(openReject(state, proposal));
  return ask(state, kind === 'finish' ? 'leaveUnfinished' : 'setAside', { id: worker });
}

function silence(state: AppState): Step {
  const id = selectedWorker(state)?.id ?? '';
  const next = toggleSilenced(state, id);
  const text = next.silenced.has(id) ? `No notifications of ${id}.` : `Notifications of ${id} again.`;
  return stay(withNotice(next, text));
}
