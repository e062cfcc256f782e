import { repoOf } from '../../core/ids.ts';
import type { Effect } from '../effects.ts';
import type { Ticket } from '../messages.ts';
import { type ControllerState, type Decision, isInLine, type QueuedRequest } from '../state.ts';
import { withBusy } from './starting.ts';

/** Finishes, cleans and undos of a repository are done one after the other, each planned on what the last one left. */

/** Whether something of the repository is under way that has to be waited for. */
export function isTaken({ busy }: ControllerState, repo: string): boolean {
  return [...busy].some(([id, { kind }]) => repoOf(id) === repo && isInLine(kind));
}

export function enqueue(state: ControllerState, ticket: Ticket, request: QueuedRequest): Decision {
  const busy = withBusy(state.busy, request.id, { kind: 'queued', request, ticket });
  return { state: { ...state, busy }, happenings: [], effects: [] };
}

/** Begins at once. */
export function start(state: ControllerState, ticket: Ticket, request: QueuedRequest): Decision {
  const kind = request.do === 'finish' ? 'finishing' : 'cleaning';
  const { id, tip, confirm = null } = request;
  const effect: Effect =
    request.do === 'finish'
      ? {
          ...{ type: 'finish', id, tip, confirm, ticket },
          ...{ checks: request.checks ?? null, skipChecks: request.skipChecks === true },
        }
      : { type: 'clean', id, tip, confirm, ticket };
  return { state: { ...state, busy: withBusy(state.busy, id, { kind }) }, happenings: [], effects: [effect] };
}

/** After something came to its end: the next in line of that repository begins. */
export function startNext(decision: Decision, id: string): Decision {
  const { state } = decision;
  const repo = repoOf(id);
  for (const [waiting, operation] of state.busy) {
    if (repoOf(waiting) !== repo || !isInLine(operation.kind)) continue;
    if (operation.kind !== 'queued') return decision;
    const next = start(state, operation.ticket, operation.request);
    return { ...decision, state: next.state, effects: [...decision.effects, ...next.effects] };
  }
  return decision;
}
