import { isLive, type Worker } from '../../domain/worker.ts';
import { findRequest, openRequest } from '../../features/attention/requests.ts';
import { openRepo } from '../../features/repos/repos.ts';
import { openClean } from '../../features/workers/cleanDialog.ts';
import { openFinish } from '../../features/workers/finishDialog.ts';
import { openForm } from '../../features/workers/formDialog.ts';
import { openCard } from '../../features/workers/proposals.ts';
import { openStop } from '../../features/workers/stopDialogs.ts';
import { isReachable } from '../../room/reachable.ts';
import { findProposal, selectedWorker } from '../../room/select.ts';
import { type AppState, selectionOf } from '../../room/state.ts';
import { ask, type Step, stay, withNotice } from '../../room/step.ts';
import type { Action } from '../action.ts';

const room = { where: ['room'], group: 'Workers' } as const;
const noWorker = 'Select a worker first.';

/** What can be done with workers, from the lists. */
export const workerActions: readonly Action[] = [
  {
    ...room,
    id: 'new',
    title: 'propose a new worker',
    hint: 'new',
    keys: ['n'],
    palette: 'everywhere',
    enabled(state) {
      if (state.facts?.repos.length === 0)
        return 'This workspace has no repositories yet: run orch-tui init.';
      return isReachable(state);
    },
    run: (state) => stay(openForm(state)),
  },
  {
    ...room,
    id: 'open',
    title: 'type into the worker, or open what is selected',
    hint: (state) => (selectionOf(state)?.kind === 'worker' ? 'type' : 'open'),
    keys: ['enter'],
    enabled: canOpen,
    run: open,
  },
  {
    ...room,
    id: 'finish',
    title: 'finish: preview, then merge and tidy up',
    hint: 'finish',
    keys: ['f'],
    enabled: onWorker(),
    run: onSelected(openFinish),
  },
  {
    ...room,
    id: 'clean',
    title: 'clean: preview, then remove without merging',
    hint: 'clean',
    keys: ['x'],
    enabled: onWorker(),
    run: onSelected(openClean),
  },
  {
    ...room,
    id: 'resume',
    title: 'resume an ended worker where it stopped',
    hint: 'resume',
    keys: ['r'],
    enabled: onWorker((worker) => !isLive(worker.state) || `${worker.id} is running.`),
    run: onSelected((state, { id }) =>
      ask(withNotice(state, `Asking to resume ${id} …`), 'proposeResume', { id }),
    ),
  },
  {
    ...room,
    id: 'deliver',
    title: 'type the brief into a worker that has not got it',
    keys: ['B'],
    enabled: onWorker(isWithoutBrief),
    run: onSelected((state, { id }) =>
      ask(withNotice(state, `Typing its brief into ${id} …`), 'deliverBrief', { id }),
    ),
  },
  {
    ...room,
    id: 'stop',
    title: "stop the worker's process; r resumes it",
    hint: 'stop',
    keys: ['s'],
    enabled: onWorker((worker) => isLive(worker.state) || `${worker.id} is not running.`),
    run: onSelected((state, { id }) => stay(openStop(state, id))),
  },
];

function onWorker(
  check: (worker: Worker, state: AppState) => true | string = () => true,
): (state: AppState) => true | string {
  return (state) => {
    const worker = selectedWorker(state);
    if (!worker) return noWorker;
    const reachable = isReachable(state);
    return reachable === true ? check(worker, state) : reachable;
  };
}

/** Known not to have got it, or resting without ever having said anything. */
function isWithoutBrief({ id, brief, state, said }: Worker, { facts }: AppState): true | string {
  if (brief === '') return `${id} has no brief.`;
  if (facts?.undelivered?.includes(id)) return true;
  return (state === 'idle' && said === null) || `${id} has its brief.`;
}

function onSelected(run: (state: AppState, worker: Worker) => Step): (state: AppState) => Step {
  return (state) => {
    const worker = selectedWorker(state);
    return worker ? run(state, worker) : stay(state);
  };
}

function canOpen(state: AppState): true | string {
  const key = selectionOf(state);
  if (key?.kind === 'proposal' || key?.kind === 'request') return true;
  if (key?.kind === 'repo') return isReachable(state);
  const worker = selectedWorker(state);
  return worker ? canType(worker) : 'Select a worker to type into, or press n for a new one.';
}

/** Whether a worker takes keys, or why not. */
export function canType(worker: Worker): true | string {
  return isLive(worker.state) || `${worker.id} is not running; r resumes it.`;
}

function open(state: AppState): Step {
  const key = selectionOf(state);
  if (key?.kind === 'worker') return stay({ ...state, focus: { at: 'pane', id: key.id } });
  const request = key?.kind === 'request' ? findRequest(state, key.request) : null;
  if (request) return stay(openRequest(state, request));
  if (key?.kind === 'repo') return openRepo(state, key.name);
  const proposal = key?.kind === 'proposal' ? findProposal(state, key.n) : null;
  return stay(proposal ? openCard(state, proposal) : state);
}
