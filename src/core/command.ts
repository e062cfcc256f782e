import type { z } from 'zod';
import type { Result } from '../lib/result.ts';
import type { Tool } from './tool.ts';
import type { Verb } from './verb.ts';

/** What commands of a program work with: one such set of types for what clients ask, one for what agents do. */
export interface CommandWorld {
  /** What schemas are made of. It is loaded with the first request, for it takes longer than the rest of a start. */
  readonly schemas: unknown;
  readonly state: unknown;
  /** A request with its ticket and who sent it. */
  readonly asked: unknown;
  readonly decision: unknown;
  readonly services: unknown;
  /** What a verb runs with. */
  readonly call: unknown;
}

/** One thing that can be asked for: all that is declared about it, in one place. */
export interface Command<W extends CommandWorld, Name extends string, Params, Answer, Told = Params> {
  /** The request's name on the wire; never renamed. */
  readonly name: Name;
  /**
   * `person`: refused for whoever runs inside a worker, and for what shows neither a terminal nor the key. `agent`: only
   * sessions ask for it, each known by its token; no client can.
   */
  readonly by: 'anyone' | 'person' | 'agent';
  /** Completes "A worker cannot …", or "Only the orchestrator can …"; wanted where not all may ask for it. */
  readonly what?: string;
  /** It starts an agent, leads to a start, or answers one: the refusal has a code of its own. */
  readonly approves?: true;
  /** It is also served while the workspace's state is not the person's own: it runs nothing that the log names. */
  readonly onForeignState?: true;
  /** Makes the check of what it takes. Anything else is refused before its code runs, unknown keys included. */
  params(schemas: W['schemas']): z.ZodType<Params>;
  /** Only a type: no value is ever stored here. */
  readonly answer?: { readonly type: Answer };
  /** Decides it in the loop. Pure. It is told the parameters, unless `handle` asks the loop for something else. */
  decide?(state: W['state'], told: Told, asked: W['asked']): W['decision'];
  /** Does it in the world, or asks the loop with what the client does not know. */
  handle?(services: W['services'], params: Params): Result<Answer> | Promise<Result<Answer>>;
  /** How it is typed at a command line. */
  readonly verbs?: readonly Verb<NoInfer<Params>, Answer, W['call']>[];
  /** How agents are offered it. Only what they may ask for has it: it never approves, starts, answers or ends anything. */
  readonly mcp?: Tool<Params, Answer>;
}

// biome-ignore lint/suspicious/noExplicitAny: parameters are checked by the command's own schema before its code runs.
export type AnyCommand<W extends CommandWorld> = Command<W, string, any, any, any>;

/** Parameters and answer of a command. */
export type ParamsOf<C> = C extends { params(schemas: never): z.ZodType<infer Params> } ? Params : never;
export type AnswerOf<C> = C extends { readonly answer?: { readonly type: infer Answer } } ? Answer : never;

/** The commands of a list by their names. */
export type CommandTable<List extends readonly { readonly name: string }[]> = {
  readonly [C in List[number] as C['name']]: C;
};

/** The interface that callers of a table of commands see. */
export type ApiOf<Table> = {
  [K in keyof Table]: (params: ParamsOf<Table[K]>) => Result<AnswerOf<Table[K]>>;
};

/** Returns a list's commands by their names. */
export function tableOf<const List extends readonly { readonly name: string }[]>(
  list: List,
): CommandTable<List> {
  return Object.fromEntries(list.map((command) => [command.name, command])) as CommandTable<List>;
}

/** One kind of event about a thing: what it holds, what follows from it, and how people read it. */
export interface EventDefinition<Type extends string, Fields, Subject> {
  /** Its name in the log; never renamed, for old logs are read for ever. */
  readonly type: Type;
  /** What is different about its subject after it. Pure. */
  after(subject: Subject, event: Fields & { readonly at: string }): Partial<Subject>;
  /** Says it in a sentence, of "it". */
  text(event: Fields): string;
}

/** The events that a list of definitions describes. */
export type EventOf<Definition> = Definition extends {
  readonly type: infer Type;
  text(event: infer Fields): string;
}
  ? { readonly type: Type; readonly id: string } & Fields
  : never;
