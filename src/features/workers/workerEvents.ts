import type { AskedQuestion, Worker } from '../../core/worker.ts';
import type { Happening, LogEvent } from '../events.ts';
import { afterDefined, type DefinedEvent } from './events.ts';

/** Happenings that change one worker, and nothing else. */
export type WorkerEvent = Extract<
  LogEvent,
  {
    type: 'resumed' | 'spawn-failed' | 'setup-failed' | 'observed' | DefinedEvent['type'] | 'exited' | 'lost';
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
    case 'setup-failed':
      return { failedSetup: event.failed };
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
    case 'exited':
      // As a shell counts them: a signal is told from a good end.
      return {
        ...{ ...moved, state: 'exited', exitCode: event.signal > 0 ? 128 + event.signal : event.exitCode },
        ...{ wasStopped: event.wanted === true, wasLimited },
      };
    case 'lost':
      return { ...moved, state: 'lost', exitCode: null, wasLimited };
    default:
      return afterDefined(worker, event);
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
