import type { RequestAnswer } from '../../core/queue.ts';
import { put, type Slice, unchanged, without } from '../../core/slice.ts';
import { either, exactly, integer, listOf, natural, object, type Shape, string } from '../../lib/shape.ts';
import type { EndEvent } from '../workers/workerState.ts';

/** What a person did about what waited for them, as the log keeps it. */
type AttentionEvent =
  /** A person said yes or no to what an agent was held up by. */
  | {
      readonly type: 'answered';
      readonly id: string;
      readonly request: string;
      readonly what: string;
      readonly answer: RequestAnswer;
      readonly byPid: number;
    }
  /** A person laid aside what a worker's state or report had to say. */
  | { readonly type: 'set-aside'; readonly id: string };

interface AttentionState {
  /** When each worker's news were laid aside, as ISO times by id. */
  readonly setAside: ReadonlyMap<string, string>;
}

type Said<T extends RequestAnswer['say']> = Extract<RequestAnswer, { readonly say: T }>;

const requestAnswer: Shape<RequestAnswer> = either(
  either(
    object<Said<'allow'>>({ say: exactly('allow') }),
    object<Said<'deny'>>({ say: exactly('deny'), why: string }),
  ),
  object<Said<'choose'>>({ say: exactly('choose'), options: listOf(either(natural, listOf(natural))) }),
);

/** What the log remembers of the queue. */
export const attentionSlice: Slice<AttentionState, AttentionEvent, EndEvent> = {
  start: { setAside: new Map() },
  fields: {
    answered: { id: string, request: string, what: string, answer: requestAnswer, byPid: integer },
    'set-aside': { id: string },
  },
  on: {
    answered: unchanged,
    'set-aside': ({ setAside }, { id, at }) => ({ setAside: put(setAside, id, at) }),
    finished: forget,
    cleaned: forget,
  },
};

function forget({ setAside }: AttentionState, { id }: { readonly id: string }): AttentionState {
  return { setAside: without(setAside, id) };
}
