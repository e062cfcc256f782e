import type { AskedQuestion, Worker } from '../../domain/worker.ts';
import type { Happening, LogEvent } from '../events.ts';

/** Happenings that change one worker, and nothing else. */
export type WorkerEvent = Extract<
  LogEvent,
  {
    type:
      | 'resumed'
      | 'spawn-failed'
      | 'setup-failed'
      | 'branch-renamed'
      | 'session-changed'
      | 'conversation-lost'
      | 'observed'
      | 'said'
      | 'denied'
      | 'exited'
      | 'lost';
  }
>;

/** The worker after one more event about it. Pure. */
export function afterEvent(worker: Worker, event: WorkerEvent): Worker {
  const { failedSetup: _, wasLimited: __, awaitsBrief: ___, ...before } = worker;
  const known = event.type === 'resumed' ? before : worker;
  return { ...known, ...changed(worker, event) };
}

function changed(worker: Worker, event: WorkerEvent): Partial<Worker> {
  const moved = { asks: null, questions: [], stateSince: event.at };
  const wasLimited = worker.state === 'limited';
  switch (event.type) {
    case 'resumed':
      return {
        ...{ ...moved, state: 'starting', run: worker.run + 1, exitCode: null },
        ...(event.ports && { ports: event.ports }),
        ...(event.typed && { awaitsBrief: true }),
      };
    case 'spawn-failed':
      // What a shell answers for a program that cannot be run.
      return { ...moved, state: 'exited', exitCode: 127 };
    case 'branch-renamed':
      return { branch: event.branch };
    case 'setup-failed':
      return { failedSetup: event.failed };
    case 'session-changed':
      return { sessionId: event.sessionId, hasConversation: true };
    case 'conversation-lost':
      return { sessionId: event.sessionId, hasConversation: false };
    case 'observed': {
      const { state, asks, until = null } = event;
      // Before trust is given an agent has not begun its conversation.
      const hasConversation = worker.hasConversation || state !== 'needs-trust';
      const isAtWork = state === 'working' || state === 'waiting' || state === 'limited';
      return {
        ...{ ...moved, state, asks, questions: questionsOf(event), hasConversation, limitedUntil: until },
        wasLimited: false,
        ...(isAtWork && worker.awaitsBrief && { awaitsBrief: false }),
      };
    }
    case 'said':
      return { said: { at: event.at, text: event.text } };
    case 'denied': {
      const { at, what, why } = event;
      return { denied: { at, what, why, count: (worker.denied?.count ?? 0) + 1 } };
    }
    case 'exited':
      // As a shell counts them: a signal is told from a good end.
      return {
        ...{ ...moved, state: 'exited', exitCode: event.signal > 0 ? 128 + event.signal : event.exitCode },
        ...{ wasStopped: event.wanted === true, wasLimited },
      };
    case 'lost':
      return { ...moved, state: 'lost', exitCode: null, wasLimited };
  }
}

/** What a worker was seen to ask; before requests had ids, only their texts were kept. */
export function questionsOf({
  asks,
  askedBefore = [],
  questions,
}: Extract<Happening, { type: 'observed' }>): readonly AskedQuestion[] {
  return questions ?? (asks === null ? [] : [...askedBefore, asks].map((text) => ({ text })));
}
