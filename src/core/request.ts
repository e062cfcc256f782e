import type { z } from 'zod';
import type { Result } from '../lib/result.ts';

/** One request of clients to a daemon: all that is declared about it, in one place. */
export interface RequestDefinition<Params, Answer> {
  /** `person`: refused for whoever runs inside a worker, and for what shows neither a terminal nor the key. */
  readonly by: 'anyone' | 'person';
  /** Completes "A worker cannot …"; wanted where a person is. */
  readonly what?: string;
  /** It starts an agent, leads to a start, or answers one: the refusal has a code of its own. */
  readonly approves?: true;
  /** It is also served while the workspace's state is not the person's own: it runs nothing that the log names. */
  readonly onForeignState?: true;
  /** What it takes. Anything else is refused before any code of the request runs, unknown keys included. */
  readonly params: z.ZodType<Params>;
  /** Only a type: no value is ever stored here. */
  readonly answer?: { readonly type: Answer };
}

/** Defines a request whose answer has the type given. Call the result with the definition. */
export function answering<Answer>() {
  return <Params>(definition: RequestDefinition<Params, Answer>): RequestDefinition<Params, Answer> =>
    definition;
}

/** A request of any kind, for what treats all alike. */
export type AnyRequest = Omit<RequestDefinition<unknown, unknown>, 'answer'>;

type Table = Readonly<Record<string, AnyRequest>>;

/** The parameters that a request of a table takes. */
export type ParamsOf<T extends Table, K extends keyof T> = z.output<T[K]['params']>;

type AnswerOf<T> = T extends { readonly answer?: { readonly type: infer Answer } } ? Answer : never;

/** The interface that callers of a table of requests see. */
export type ApiOf<T extends Table> = {
  [K in keyof T]: (params: ParamsOf<T, K>) => Result<AnswerOf<T[K]>>;
};
