import { type Result, success } from '../lib/result.ts';
import type { Happening } from './log.ts';
import type { Ticket } from './messages.ts';
import { type ControllerState, type Decision, reply } from './state.ts';
import { noSuchWorker } from './workers/checks.ts';

/** Notes down what a person decided about a worker. */
export function about(state: ControllerState, ticket: Ticket, id: string, happening: Happening): Decision {
  return missing(state, ticket, id) ?? noted(state, ticket, happening);
}

/** Refuses what is about a worker that is not there; null where it is. */
export function missing(state: ControllerState, ticket: Ticket, id: string): Decision | null {
  return state.log.workers.has(id) ? null : reply(state, ticket, noSuchWorker(state, id));
}

/** Notes something down, and says so. */
export function noted(
  state: ControllerState,
  ticket: Ticket,
  happening: Happening,
  result: Result<unknown> = success(null),
): Decision {
  return { state, happenings: [happening], effects: [{ type: 'reply', ticket, result }] };
}
