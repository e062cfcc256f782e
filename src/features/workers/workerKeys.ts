import { isLive, isOrchestrator, orchestrator, type Worker } from '../../core/worker.ts';
import type { RoomKey } from '../../ui/keys.ts';
import { findProposal, findWorker, selectedWorker, selectRow, whyNoKeys } from '../../ui/select.ts';
import { type AppState, selectionOf } from '../../ui/state.ts';
import { ask, noEffects, type Step, whyUnreachable, withNotice } from '../../ui/step.ts';
import { findRequest, openRequest } from '../attention/requestDialogs.ts';
import { openRepo } from '../repos/repos.ts';
import { openClean, openFinish } from './endDialogs.ts';
import { openForm } from './formDialog.ts';
import { openCard } from './proposalDialogs.ts';
import { openStop, openWeighTime } from './workerDialogs.ts';

const group = 'Workers';
const noWorker = 'Select a worker first.';

/** Focuses a worker's pane, or opens what else is selected. */
export const openKey: RoomKey = {
  group,
  id: 'open',
  title: 'type into the worker, or open what is selected',
  hint: (state) => (selectionOf(state)?.kind === 'worker' ? 'type' : 'open'),
  keys: ['enter'],
  disabledReason: whyNotOpened,
  run: open,
};

/** Keys for workers in the lists. */
export const workerKeys: readonly RoomKey[] = [
  {
    group,
    id: 'new',
    title: 'propose a new worker',
    hint: 'new',
    keys: ['n'],
    palette: 'everywhere',
    disabledReason: (state) =>
      state.facts?.repos.length === 0
        ? 'This workspace has no repositories yet: run orch-tui init.'
        : whyUnreachable(state),
    run: (state) => noEffects(openForm(state)),
  },
  openKey,
  {
    group,
    id: 'finish',
    title: 'finish: preview, then merge and tidy up',
    hint: 'finish',
    keys: ['f'],
    disabledReason: onWorker(),
    run: onSelected(openFinish),
  },
  {
    group,
    id: 'clean',
    title: 'clean: preview, then remove without merging',
    hint: 'clean',
    keys: ['x'],
    disabledReason: onWorker(),
    run: onSelected(openClean),
  },
  {
    group,
    id: 'resume',
    title: 'resume an ended worker where it stopped',
    hint: 'resume',
    keys: ['r'],
    disabledReason: onWorker(({ id, state }) => (isLive(state) ? `${id} is running.` : null)),
    run: onSelected((state, { id }) =>
      ask(withNotice(state, `Asking to resume ${id} …`), 'proposeResume', { id }),
    ),
  },
  {
    group,
    id: 'deliver',
    title: 'type the brief into a worker that has not got it',
    keys: ['B'],
    disabledReason: onWorker(whyBriefed),
    run: onSelected((state, { id }) =>
      ask(withNotice(state, `Typing its brief into ${id} …`), 'deliverBrief', { id }),
    ),
  },
  {
    group,
    id: 'stop',
    title: "stop the worker's process; r resumes it",
    hint: 'stop',
    keys: ['s'],
    disabledReason: onWorker(({ id, state }) => (isLive(state) ? null : `${id} is not running.`)),
    run: onSelected((state, { id }) => noEffects(openStop(state, id))),
  },
  {
    group,
    id: 'orchestrator',
    title: 'go to the orchestrator, or start it: it coordinates and cannot write',
    keys: ['O'],
    palette: 'everywhere',
    disabledReason: whyUnreachable,
    run: openOrchestrator,
  },
];

function onWorker(
  why: (worker: Worker, state: AppState) => string | null = () => null,
): (state: AppState) => string | null {
  return (state) => {
    const worker = selectedWorker(state);
    return worker ? (whyUnreachable(state) ?? why(worker, state)) : noWorker;
  };
}

/** Returns why the brief need not be typed; null if it is undelivered, or the worker rests and never replied. */
function whyBriefed({ id, brief, state, said }: Worker, { facts }: AppState): string | null {
  if (brief === '') return `${id} has no brief.`;
  if (facts?.undelivered?.includes(id)) return null;
  return state === 'idle' && said === null ? null : `${id} has its brief.`;
}

function onSelected(run: (state: AppState, worker: Worker) => Step): (state: AppState) => Step {
  return (state) => {
    const worker = selectedWorker(state);
    return worker ? run(state, worker) : noEffects(state);
  };
}

function whyNotOpened(state: AppState): string | null {
  const key = selectionOf(state);
  if (key?.kind === 'proposal' || key?.kind === 'request' || key?.kind === 'time') return null;
  if (key?.kind === 'repo') return whyUnreachable(state);
  const worker = selectedWorker(state);
  return worker ? whyNoKeys(worker) : 'Select a worker to type into, or press n for a new one.';
}

function open(state: AppState): Step {
  const key = selectionOf(state);
  if (key?.kind === 'worker') return noEffects({ ...state, focus: { at: 'pane', id: key.id } });
  const request = key?.kind === 'request' ? findRequest(state, key.request) : null;
  if (request) return noEffects(openRequest(state, request));
  const worker = key?.kind === 'time' ? findWorker(state, key.id) : null;
  if (worker) return noEffects(openWeighTime(state, worker));
  if (key?.kind === 'repo') return openRepo(state, key.name);
  const proposal = key?.kind === 'proposal' ? findProposal(state, key.n) : null;
  return noEffects(proposal ? openCard(state, proposal) : state);
}

/** Focuses the orchestrator if it runs, else proposes to start or resume it. */
function openOrchestrator(state: AppState): Step {
  const { id, repo, task } = orchestrator;
  const known = findWorker(state, id);
  if (known && isLive(known.state))
    return noEffects({ ...selectRow(state, 'fleet', { kind: 'worker', id }), focus: { at: 'pane', id } });
  const open = state.facts?.proposals.find(({ draft }) => isOrchestrator(draft));
  if (open) return noEffects(openCard(state, open));
  if (known) return ask(withNotice(state, 'Asking to resume the orchestrator …'), 'proposeResume', { id });
  const draft = { role: 'orchestrator', repo, task, brief: '', agent: null } as const;
  return ask(withNotice(state, 'Asking for the orchestrator …'), 'propose', draft);
}
