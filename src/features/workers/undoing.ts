import { failure } from '../../domain/problem.ts';
import type { ChangeRequest, Message, Ticket } from '../messages.ts';
import { type ControllerState, type Decision, reply } from '../state.ts';
import { noSuchWorker } from './checks.ts';
import { isTaken, startNext } from './queue.ts';
import { withBusy, withoutBusy } from './starting.ts';

type UndoRequest = Extract<ChangeRequest, { do: 'undo' }>;

/** Begins to bring back a worker that was finished or cleaned. */
export function beginUndo(state: ControllerState, ticket: Ticket, request: UndoRequest): Decision {
  const { id, keepMerge = false } = request;
  const gone = state.log.gone.get(id);
  if (state.log.workers.has(id))
    return reply(
      state,
      ticket,
      failure('not_ended', `${id} is there; nothing was finished or cleaned that could be undone.`),
    );
  if (!gone) return reply(state, ticket, noSuchWorker(state, id));
  if (state.busy.has(id) || isTaken(state, gone.repo))
    return reply(
      state,
      ticket,
      failure('busy', `Something else is being done in ${gone.repo}.`, 'Try again when that is done.'),
    );
  return {
    state: { ...state, busy: withBusy(state.busy, id, { kind: 'undoing' }) },
    happenings: [],
    effects: [{ type: 'undo', id, keepMerge, ticket }],
  };
}

export function undoEnded(
  state: ControllerState,
  message: Extract<Message, { type: 'undo-ended' }>,
): Decision {
  const { id, ticket, result } = message;
  const calm = { ...state, busy: withoutBusy(state.busy, id) };
  if (!result.ok) return startNext(reply(calm, ticket, result), id);
  const repo = state.log.gone.get(id)?.repo;
  const replanned = [...state.log.proposals.values()].filter(
    ({ kind, draft }) => kind === 'start' && draft.repo === repo,
  );
  const decision: Decision = {
    state: calm,
    happenings: [{ type: 'undone', id }],
    effects: [
      { type: 'reply', ticket, result },
      { type: 'look-at-repos' },
      ...replanned.map(({ n }) => ({ type: 'plan', n }) as const),
    ],
  };
  return startNext(decision, id);
}
