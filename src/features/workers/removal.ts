import { repoOf } from '../../core/ids.ts';
import { draftId, type UndoResult } from '../../core/proposal.ts';
import { type Printed, yesOption } from '../../core/verb.ts';
import { isOrchestrator } from '../../core/worker.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { defineCommand, type VerbCall } from '../define.ts';
import type { DomainEvent } from '../log.ts';
import type { MessageOf, RequestId } from '../messages.ts';
import {
  type ControllerState,
  type Decision,
  type Effect,
  findIdle,
  isSequential,
  noSuchWorker,
  type QueuedRequest,
  reply,
  withBusy,
  withoutBusy,
} from '../state.ts';
import { check } from './propose.ts';

/** Begins a finish or clean, or queues it: at most one runs for each worker and each repository. */
export function requestRemoval(state: ControllerState, ticket: RequestId, request: QueuedRequest): Decision {
  const found = findIdle(state, request.id);
  if (!found.ok) return reply(state, ticket, found);
  if (isOrchestrator(found.value)) return reply(state, ticket, hasNoBranch(request.do));
  return isRepoBusy(state, found.value.repo)
    ? enqueue(state, ticket, request)
    : startRemoval(state, ticket, request);
}

function hasNoBranch(what: 'finish' | 'clean'): Result<never> {
  return failure(
    'not_for_orchestrator',
    `There is nothing to ${what}: the orchestrator has no branch and no worktree.`,
    'Stop it, or resume it later.',
  );
}

export function finishEnded(state: ControllerState, message: MessageOf<'finish-ended'>): Decision {
  const { id, ticket, result } = message;
  if (!result.ok) return refuseRemoval(state, id, ticket, message);
  const { into, merge, backup } = result.value;
  return afterRemoval(state, ticket, { type: 'finished', id, into, merge, backup }, message);
}

export function cleanEnded(state: ControllerState, message: MessageOf<'clean-ended'>): Decision {
  const { id, ticket, result } = message;
  if (!result.ok) return refuseRemoval(state, id, ticket, message);
  return afterRemoval(state, ticket, { type: 'cleaned', id, backup: result.value.backup }, message);
}

type Ended = MessageOf<'finish-ended'> | MessageOf<'clean-ended'>;

function refuseRemoval(state: ControllerState, id: string, ticket: RequestId, message: Ended): Decision {
  return startNext(reply({ ...state, busy: withoutBusy(state.busy, id) }, ticket, message.result), id);
}

/** Removes the worker, and plans the repository's open proposals again, because their base may have moved. */
function afterRemoval(
  state: ControllerState,
  ticket: RequestId,
  event: Extract<DomainEvent, { type: 'finished' | 'cleaned' }>,
  message: Ended,
): Decision {
  const { id } = event;
  const repo = state.log.workers.get(id)?.repo;
  const open = [...state.log.proposals.values()];
  const withdrawn = open.filter((proposal) => proposal.kind === 'resume' && draftId(proposal.draft) === id);
  const decision: Decision = {
    state: { ...state, busy: withoutBusy(state.busy, id) },
    events: [event, ...withdrawn.map(({ n }) => ({ type: 'rejected', n, why: `${id} is no more` }) as const)],
    effects: [
      { type: 'forget-terminal', id },
      { type: 'reply', ticket, result: success(message.result.ok ? message.result.value : null) },
      { type: 'look-at-repos' },
      ...replans(state, repo),
    ],
  };
  return startNext(decision, id);
}

// Finishes, cleans and undos of a repository run one after the other, each planned on the result of the last one.

/** Reports whether an operation of the repository is under way that others wait for. */
function isRepoBusy({ busy }: ControllerState, repo: string): boolean {
  return [...busy].some(([id, { kind }]) => repoOf(id) === repo && isSequential(kind));
}

function enqueue(state: ControllerState, ticket: RequestId, request: QueuedRequest): Decision {
  const busy = withBusy(state.busy, request.id, { kind: 'queued', request, ticket });
  return { state: { ...state, busy }, events: [], effects: [] };
}

/** Begins a finish or clean at once. */
function startRemoval(state: ControllerState, ticket: RequestId, request: QueuedRequest): Decision {
  const kind = request.do === 'finish' ? 'finishing' : 'cleaning';
  const { id, tip, confirm = null, left } = request;
  const agreed = { confirm, ...(left && { left }) };
  const effect: Effect =
    request.do === 'finish'
      ? {
          ...{ type: 'finish', id, tip, ...agreed, ticket },
          ...{ checks: request.checks ?? null, skipChecks: request.skipChecks === true },
        }
      : { type: 'clean', id, tip, ...agreed, ticket };
  return { state: { ...state, busy: withBusy(state.busy, id, { kind }) }, events: [], effects: [effect] };
}

/** Begins the next queued operation of a worker's repository after one has ended. */
function startNext(decision: Decision, id: string): Decision {
  const { state } = decision;
  const repo = repoOf(id);
  for (const [waiting, operation] of state.busy) {
    if (repoOf(waiting) !== repo || !isSequential(operation.kind)) continue;
    if (operation.kind !== 'queued') return decision;
    const next = startRemoval(state, operation.ticket, operation.request);
    return { ...decision, state: next.state, effects: [...decision.effects, ...next.effects] };
  }
  return decision;
}

/** Restores a finished or cleaned worker; `keepMerge` does not revert its merge. */
export const undo = defineCommand<UndoResult>()({
  name: 'undo',
  by: 'person',
  what: 'undo anything',
  params: ({ z, text, flag }) => z.strictObject({ id: text, keepMerge: flag }),
  decide: (state, params, { ticket }) => beginUndo(state, ticket, params),
  verbs: [
    {
      usage: 'worker undo <id>',
      about: 'bring back a worker that was finished or cleaned',
      options: { '--keep-merge': 'leave its merge where it is', ...yesOption },
      run: bringBack,
    },
  ],
});

async function bringBack(
  call: VerbCall,
  [id = '']: readonly string[],
  { keepMerge = false, yes = false }: { readonly keepMerge?: boolean; readonly yes?: boolean },
): Promise<Printed> {
  await call.ask(check, { do: 'undo', id });
  await call.requireYes(yes, `Bring ${id} back?`);
  const done = await call.ask(undo, { id, keepMerge });
  const { branch, uncommitted, takenBackFrom, mergeStays, warnings = [] } = done;
  const what = `${branch}${uncommitted ? ' and its uncommitted work' : ''}`;
  const text = [
    `${id} is back, with ${what}. Resume it: orch-tui worker resume ${id}`,
    ...(takenBackFrom ? [`Its merge was taken back from ${takenBackFrom}.`] : []),
    ...(mergeStays ? [`Its merge stays: ${mergeStays.why} To revert it: ${mergeStays.revert}`] : []),
    ...warnings.map((warning) => `! ${warning}`),
  ].join('\n');
  return { value: done, text };
}

function beginUndo(
  state: ControllerState,
  ticket: RequestId,
  { id, keepMerge = false }: { readonly id: string; readonly keepMerge?: boolean },
): Decision {
  const gone = state.log.gone.get(id);
  if (state.log.workers.has(id))
    return reply(
      state,
      ticket,
      failure('not_ended', `${id} is there; nothing was finished or cleaned that could be undone.`),
    );
  if (!gone) return reply(state, ticket, noSuchWorker(state, id));
  if (state.busy.has(id) || isRepoBusy(state, gone.repo))
    return reply(
      state,
      ticket,
      failure('busy', `Something else is being done in ${gone.repo}.`, 'Try again when that is done.'),
    );
  return {
    state: { ...state, busy: withBusy(state.busy, id, { kind: 'undoing' }) },
    events: [],
    effects: [{ type: 'undo', id, keepMerge, ticket }],
  };
}

export function undoEnded(state: ControllerState, message: MessageOf<'undo-ended'>): Decision {
  const { id, ticket, result } = message;
  const calm = { ...state, busy: withoutBusy(state.busy, id) };
  if (!result.ok) return startNext(reply(calm, ticket, result), id);
  const repo = state.log.gone.get(id)?.repo;
  const decision: Decision = {
    state: calm,
    events: [{ type: 'undone', id }],
    effects: [{ type: 'reply', ticket, result }, { type: 'look-at-repos' }, ...replans(state, repo)],
  };
  return startNext(decision, id);
}

/** Plans the open proposals of a repository again, because their base may have moved. */
function replans({ log }: ControllerState, repo: string | undefined): readonly Effect[] {
  return [...log.proposals.values()]
    .filter(({ kind, draft }) => kind === 'start' && draft.repo === repo)
    .map(({ n }) => ({ type: 'plan', n }));
}
