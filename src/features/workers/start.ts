import { foldCase, parseSlug } from '../../core/ids.ts';
import { draftId, type ProposalDraft, type StartPlan } from '../../core/proposal.ts';
import { isOrchestrator, orchestrator, overlapsAny, type PortBlock, type Worker } from '../../core/worker.ts';
import type { WorkspaceConfig } from '../../core/workspace.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { isEqual } from '../../lib/store.ts';
import type { MessageOf } from '../messages.ts';
import { type ControllerState, type Decision, onlyState, withoutBusy } from '../state.ts';
import type { OpenProposal } from './workerState.ts';

/** Bytes of UTF-8. The kernel takes 128 KiB for one argument or variable (execve(2)); more is a file's job. */
const longestBrief = 100_000;

/**
 * Checks that a draft could become a worker, as far as names go.
 * @param except number of the proposal being edited, which does not collide with itself
 */
export function checkDraft(
  state: ControllerState,
  draft: ProposalDraft,
  except: number | null,
): Result<null> {
  const { config, log } = state;
  const place = isOrchestrator(draft) ? checkOrchestrator(draft) : checkPlace(config, draft);
  if (!place.ok) return place;
  if (draft.agent !== null && !Object.hasOwn(config.agents, draft.agent))
    return failure(
      'unknown_agent',
      `There is no agent ${JSON.stringify(draft.agent)} here.`,
      `Known: ${Object.keys(config.agents).join(', ')}.`,
    );
  const brief = checkBrief(draft.brief);
  if (!brief.ok) return brief;
  const id = foldCase(draftId(draft));
  const worker = [...log.workers.values()].find((known) => foldCase(known.id) === id);
  if (worker) return workerExists(worker);
  const open = [...log.proposals.values()].find(
    (known) => known.n !== except && foldCase(draftId(known.draft)) === id,
  );
  if (open)
    return failure(
      'already_proposed',
      `${draftId(open.draft)} is proposed already, as number ${open.n}.`,
      `Start it: orch-tui approve ${open.n}, or drop it: orch-tui reject ${open.n}`,
    );
  return isOrchestrator(draft) ? success(null) : checkFolder(state, draft, except);
}

/** Refuses the folder of another worker: with task `b-c`, repository `a` would have that of `a-b` with task `c`. */
function checkFolder({ log }: ControllerState, draft: ProposalDraft, except: number | null): Result<null> {
  const folder = folderOf(draft);
  const isHere = (other: { readonly repo: string; readonly task: string }) => folderOf(other) === folder;
  const worker = [...log.workers.values()].find((one) => !isOrchestrator(one) && isHere(one));
  const proposal = [...log.proposals.values()].find(({ n, draft: other }) => n !== except && isHere(other));
  if (!worker && !proposal) return success(null);
  const whose = worker
    ? `that of the worker ${worker.id}`
    : `wanted by proposal ${proposal?.n}, ${draftId(proposal?.draft ?? draft)}`;
  return failure(
    'path_taken',
    `Its worktree would be the folder ${draft.repo}-${draft.task}, which is ${whose}.`,
    'Take another task name.',
  );
}

/** Returns the name of a worktree's folder, folded for file systems that ignore case. */
function folderOf({ repo, task }: { readonly repo: string; readonly task: string }): string {
  return foldCase(`${repo}-${task}`);
}

function checkPlace(config: WorkspaceConfig, draft: ProposalDraft): Result<null> {
  const names = config.repos.map((repo) => repo.name);
  if (!names.includes(draft.repo))
    return failure(
      'unknown_repo',
      `There is no repository ${JSON.stringify(draft.repo)} here.`,
      `Known: ${names.join(', ') || 'none'}.`,
    );
  const task = parseSlug(draft.task, 'task');
  return task.ok ? success(null) : task;
}

/** Checks that the draft names the orchestrator's own repository and task. */
function checkOrchestrator({ repo, task }: ProposalDraft): Result<null> {
  return repo === orchestrator.repo && task === orchestrator.task
    ? success(null)
    : failure('bad_request', 'The orchestrator belongs to no repository.');
}

/** Checks a brief's length and bytes: it becomes an argument, which a zero byte would end. */
function checkBrief(brief: string): Result<null> {
  const bytes = Buffer.byteLength(brief);
  if (bytes > longestBrief)
    return failure(
      'brief_too_long',
      `The brief has ${bytes} bytes, ${longestBrief} are allowed.`,
      'Put it into a file and name the file.',
    );
  if (brief.includes('\0'))
    return failure('bad_brief', 'The brief holds a zero byte.', 'Give it as plain text.');
  return success(null);
}

function workerExists(worker: Worker): Result<never> {
  return failure(
    'worker_exists',
    `There is a worker ${worker.id} already (${worker.state}).`,
    `Resume, finish or clean it, or choose another task name.`,
  );
}

/** Returns the ports of all other workers, including ended ones that could be resumed, and of other open plans. */
export function takenPorts({ log, plans }: ControllerState, but: OpenProposal): PortBlock[] {
  const workers = [...log.workers.values()].filter(({ id }) => id !== draftId(but.draft));
  // Plans of approved or rejected proposals do not count.
  const isOther = (n: number) => n !== but.n && log.proposals.has(n);
  const others = [...plans].flatMap(([n, plan]) => (isOther(n) && plan.ok ? [plan.value] : []));
  return [...workers, ...others].flatMap(({ ports }) => ports ?? []);
}

/** Reports whether a plan's ports overlap those of another worker or plan. */
export function portsAreTaken(state: ControllerState, open: OpenProposal, { ports }: StartPlan): boolean {
  return ports !== undefined && overlapsAny(ports, takenPorts(state, open));
}

/** Makes all plans again in another environment, where other programs may be found. */
export function switchEnvironment(state: ControllerState, environment: string): Decision {
  if (environment === state.environment) return onlyState(state);
  const effects = [...state.log.proposals.keys()].map((n) => ({ type: 'plan', n }) as const);
  return { state: { ...state, environment, plans: new Map() }, events: [], effects };
}

/** Keeps a plan only if it was made for the current proposal, configuration and environment. */
export function planned(state: ControllerState, message: MessageOf<'planned'>): Decision {
  const open = state.log.proposals.get(message.n);
  const isOld = state.environment !== (message.environment ?? '');
  if (!open || isOld || !isEqual(open.draft, message.draft) || !isEqual(state.config, message.config))
    return onlyState(state);
  if (message.plan.ok && portsAreTaken(state, open, message.plan.value))
    return { state, events: [], effects: [{ type: 'plan', n: open.n }] };
  return {
    state: { ...state, plans: new Map(state.plans).set(message.n, message.plan) },
    events: [],
    effects: [],
  };
}

export function launched(state: ControllerState, message: MessageOf<'launched'>): Decision {
  return {
    state: { ...state, busy: withoutBusy(state.busy, message.id) },
    events: [],
    effects: [{ type: 'reply-worker', ticket: message.ticket, id: message.id }, { type: 'look-at-repos' }],
  };
}

export function launchFailed(state: ControllerState, message: MessageOf<'launch-failed'>): Decision {
  const { id, problem, ticket } = message;
  const operation = state.busy.get(id);
  const calm = { ...state, busy: withoutBusy(state.busy, id) };
  const answer = { type: 'reply', ticket, result: { ok: false, problem } } as const;
  if (message.stage === 'spawn' || operation?.kind !== 'launching' || operation.proposal.kind === 'resume')
    return { state: calm, events: [{ type: 'spawn-failed', id, problem }], effects: [answer] };
  const { proposal } = operation;
  return {
    state: calm,
    events: [{ type: 'start-failed', id, problem, proposal }],
    effects: [answer, { type: 'plan', n: proposal.n }],
  };
}
