import { draftId } from '../../core/proposal.ts';
import type { Worker } from '../../core/worker.ts';
import { problemOf } from '../../lib/result.ts';
import type { Happening } from '../log.ts';
import type { Told } from '../messages.ts';
import { addNotice, type ControllerState, type Decision } from '../state.ts';

/** There is nothing to resume: the next start begins anew, under another conversation id. */
export function conversationMissing(state: ControllerState, message: Told<'conversation-missing'>): Decision {
  const worker = endedWorker(state, message.id);
  if (!worker?.hasConversation) return { state, happenings: [], effects: [] };
  const hint = 'Resume it to begin anew with its brief, in the same worktree.';
  return corrected(state, worker, `Nothing is left of the conversation of ${worker.id}.`, hint, {
    type: 'conversation-lost',
    id: worker.id,
    sessionId: message.sessionId,
  });
}

/** It had begun, and the last lines of the log that told of it did not survive. */
export function conversationFound(state: ControllerState, message: Told<'conversation-found'>): Decision {
  const worker = endedWorker(state, message.id);
  if (!worker || worker.hasConversation) return { state, happenings: [], effects: [] };
  return corrected(state, worker, `${worker.id} has begun its conversation before.`, 'Resume it to go on.', {
    type: 'session-changed',
    id: worker.id,
    sessionId: worker.sessionId,
  });
}

/** A process that runs again knows better. */
function endedWorker({ log }: ControllerState, id: string): Worker | null {
  const worker = log.workers.get(id);
  return worker?.state === 'exited' ? worker : null;
}

/** The person is told, and whoever wishes to resume already gets another plan. */
function corrected(
  state: ControllerState,
  { id }: Worker,
  text: string,
  hint: string,
  happening: Happening,
): Decision {
  const wishes = [...state.log.proposals.values()].filter(
    (open) => open.kind === 'resume' && draftId(open.draft) === id,
  );
  return {
    state: addNotice(state, problemOf('conversation_differs', text, hint)),
    happenings: [happening],
    effects: wishes.map(({ n }) => ({ type: 'plan', n })),
  };
}
