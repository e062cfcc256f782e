import { clockText } from '../../core/amounts.ts';
import { canSetAside, type QueueItem } from '../../core/queue.ts';
import type { Worker } from '../../core/worker.ts';
import type { RoomKey } from '../../ui/keys.ts';
import { findProposal, findWorker, isSameRow, selectedWorker, selectQueue } from '../../ui/select.ts';
import { type AppState, selectionOf } from '../../ui/state.ts';
import { ask, noEffects, type Step, whyUnreachable, withNotice } from '../../ui/step.ts';
import { openFinish } from '../workers/endDialogs.ts';
import { openCard, openReject } from '../workers/proposalDialogs.ts';
import { openWeighTime } from '../workers/workerDialogs.ts';
import { canAnswer, isShownInFull, onlyInPane, openDeny, openRequest, sendAnswer } from './requestDialogs.ts';

const group = 'Queue';

/** Keys that answer the selected row of the queue. */
export const queueKeys: readonly RoomKey[] = [
  {
    group,
    id: 'yes',
    title: 'allow it, let it go on, say a time, or look at what would be done',
    hint: (state) => yesHint(state, itemOf(state)),
    keys: ['y'],
    palette: 'described',
    disabledReason: whyNoYes,
    run: agree,
  },
  {
    group,
    id: 'no',
    title: 'no: deny it, with a reason for the agent; dismiss news',
    hint: (state) => (itemOf(state)?.request ? 'deny' : 'no'),
    keys: ['n'],
    palette: 'described',
    disabledReason: whyNoNo,
    run: decline,
  },
];

export const silenceKey: RoomKey = {
  group,
  id: 'silence',
  title: 'no notifications of this worker, or again',
  keys: ['M'],
  disabledReason: (state) => (selectedWorker(state) ? null : 'Select a worker first.'),
  run: silence,
};

function itemOf(state: AppState): QueueItem | null {
  const key = selectionOf(state);
  return selectQueue(state).find((row) => isSameRow(row.key, key))?.item ?? null;
}

/** Refuses a key while another row has just taken the selection: it was meant for the earlier one. */
function whyShifted(state: AppState): string | null {
  if (state.selectionShifted) return 'The selection changed. Press again to confirm.';
  return whyUnreachable(state);
}

function whyNoYes(state: AppState): string | null {
  const item = itemOf(state);
  if (!item) return 'Nothing waits here.';
  const why = whyShifted(state);
  if (why !== null) return why;
  const { kind, request, worker } = item;
  if (request) return canAnswer(request, 'allow') || canAnswer(request, 'choose') ? null : onlyInPane;
  if (kind === 'limited') return whyNotAgain(state, worker);
  return kind in yesWords ? null : onlyInPane;
}

/** The hints of `y` on rows that are not requests. */
const yesWords: Partial<Record<QueueItem['kind'], string>> = {
  ...{ proposal: 'look', done: 'look', finish: 'look' },
  time: 'say how long',
  ...{ limited: 'go on', 'limit-over': 'go on', ended: 'resume' },
};

function yesHint(state: AppState, item: QueueItem | null): string {
  if (item?.request) return isShownInFull(state, item) ? 'allow' : 'look';
  return (item && yesWords[item.kind]) ?? 'look';
}

/** Refuses to continue before a known end of the limit, because the agent would only be refused again. */
function whyNotAgain(state: AppState, id: string): string | null {
  const until = findWorker(state, id)?.limitedUntil ?? null;
  return until === null ? null : `Its usage limit holds until ${clockText(until, state.now)}.`;
}

/** Allows a request at once only if its row shows all of it; else opens what the row is about. */
function agree(state: AppState): Step {
  const item = itemOf(state);
  if (!item) return noEffects(state);
  const { request } = item;
  if (request)
    return isShownInFull(state, item) && canAnswer(request, 'allow')
      ? sendAnswer(state, request, { say: 'allow' })
      : noEffects(openRequest(state, request));
  const proposal = item.proposal === undefined ? null : findProposal(state, item.proposal);
  if (proposal) return noEffects(openCard(state, proposal));
  const worker = findWorker(state, item.worker);
  return worker ? onWorker(state, item.kind, worker) : noEffects(state);
}

function onWorker(state: AppState, kind: QueueItem['kind'], worker: Worker): Step {
  const { id } = worker;
  switch (kind) {
    case 'limited':
    case 'limit-over':
      return ask(withNotice(state, `Telling ${id} to go on …`), 'goOn', { ids: [id] });
    case 'ended':
      return ask(withNotice(state, `Asking to resume ${id} …`), 'proposeResume', { id });
    case 'done':
    case 'finish':
      return openFinish(state, worker);
    case 'time':
      return noEffects(openWeighTime(state, worker));
    case 'proposal':
    case 'permission':
    case 'question':
    case 'plan':
    case 'trust':
    case 'blocked':
      return noEffects(state);
  }
}

function whyNoNo(state: AppState): string | null {
  const item = itemOf(state);
  if (!item) return 'Nothing waits here.';
  const why = whyShifted(state);
  if (why !== null) return why;
  const { kind, request } = item;
  if (request || kind === 'proposal' || kind === 'finish' || canSetAside(kind)) return null;
  return kind === 'limited' || kind === 'limit-over' ? 'It stays here until it goes on.' : onlyInPane;
}

function decline(state: AppState): Step {
  const item = itemOf(state);
  if (!item) return noEffects(state);
  const { request, proposal, kind, worker } = item;
  if (request) return noEffects(openDeny(state, request));
  if (proposal !== undefined) return noEffects(openReject(state, proposal));
  return ask(state, kind === 'finish' ? 'leaveUnfinished' : 'setAside', { id: worker });
}

/** Turns notifications of the selected worker off, or on again. */
function silence(state: AppState): Step {
  const id = selectedWorker(state)?.id ?? '';
  const silenced = new Set(state.silenced);
  if (!silenced.delete(id)) silenced.add(id);
  const text = silenced.has(id) ? `No notifications of ${id}.` : `Notifications of ${id} again.`;
  return noEffects(withNotice({ ...state, silenced }, text));
}
