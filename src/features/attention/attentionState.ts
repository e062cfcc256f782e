import type { RequestAnswer } from '../../core/queue.ts';
import { type Slice, unchanged, withEntry, without } from '../../core/slice.ts';
import { either, exactly, integer, listOf, natural, object, type Shape, string } from '../../lib/shape.ts';
import type { EndEvent } from '../workers/workerState.ts';

/** Log events of a person's decisions about the queue. */
type AttentionEvent =
  /** A person answered the request that blocked an agent. */
  | {
      readonly type: 'answered';
      readonly id: string;
      readonly request: string;
      readonly what: string;
      readonly answer: RequestAnswer;
      readonly byPid: number;
    }
  /** A person dismissed the news of a worker's state or report. */
  | { readonly type: 'set-aside'; readonly id: string };

interface AttentionState {
  /** When each worker's news was dismissed, as ISO times by id. */
  readonly setAside: ReadonlyMap<string, string>;
}

type AnswerKind<T extends RequestAnswer['say']> = Extract<RequestAnswer, { readonly say: T }>;

const requestAnswer: Shape<RequestAnswer> = either(
  either(
    object<AnswerKind<'allow'>>({ say: exactly('allow') }),
    object<AnswerKind<'deny'>>({ say: exactly('deny'), why: string }),
  ),
  object<AnswerKind<'choose'>>({ say: exactly('choose'), options: listOf(either(natural, listOf(natural))) }),
);

/** The log's state of the queue. */
export const attentionSlice: Slice<AttentionState, AttentionEvent, EndEvent> = {
  start: { setAside: new Map() },
  fields: {
    answered: { id: string, request: string, what: string, answer: requestAnswer, byPid: integer },
    'set-aside': { id: string },
  },
  on: {
    answered: unchanged,
    'set-aside': ({ setAside }, { id, at }) => ({ setAside: withEntry(setAside, id, at) }),
    finished: forget,
    cleaned: forget,
  },
};

function forget({ setAside }: AttentionState, { id }: { readonly id: string }): AttentionState {
  return { setAside: without(setAside, id) };
}
