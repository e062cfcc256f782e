import { draftId, type StartPlan } from '../../core/proposal.ts';
import { overlapsAny, type PortBlock } from '../../core/worker.ts';
import { isEqual } from '../../lib/store.ts';
import type { MessageOf } from '../messages.ts';
import type { ControllerState, Decision } from '../state.ts';
import { withoutBusy } from './checks.ts';
import type { OpenProposal } from './workerState.ts';

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
export function planIn(state: ControllerState, environment: string): Decision {
  if (environment === state.environment) return { state, events: [], effects: [] };
  const effects = [...state.log.proposals.keys()].map((n) => ({ type: 'plan', n }) as const);
  return { state: { ...state, environment, plans: new Map() }, events: [], effects };
}

/** Keeps a plan only if it was made for the current proposal, configuration and environment. */
export function planned(state: ControllerState, message: MessageOf<'planned'>): Decision {
  const open = state.log.proposals.get(message.n);
  const isOld = state.environment !== (message.environment ?? '');
  if (!open || isOld || !isEqual(open.draft, message.draft) || !isEqual(state.config, message.config))
    return { state, events: [], effects: [] };
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
