import type { z } from 'zod';
import type { Result } from '../lib/result.ts';
import type { Verb } from './verb.ts';

/** Types that a program's commands work with: one set for requests of clients, one for those of agents. */
export interface CommandTypes {
  /**
   * The schema library. It is loaded with the first request, because that takes longer than the rest of a
   * start.
   */
  readonly schemas: unknown;
  readonly state: unknown;
  /** A request with its id and its sender. */
  readonly request: unknown;
  readonly decision: unknown;
  readonly services: unknown;
  /** Context in which a verb runs. */
  readonly call: unknown;
}

/** Declaration of one command, complete in one place. */
export interface Command<W extends CommandTypes, Name extends string, Params, Answer, Input = Params> {
  /** The request's name on the wire; never renamed. */
  readonly name: Name;
  /**
   * `person`: refused for callers inside a worker, and for those with neither a terminal nor the key.
   * `agent`: only sessions may send it, each identified by its token; no client can.
   */
  readonly by: 'anyone' | 'person' | 'agent';
  /**
   * Completes "A worker cannot …", or "Only the orchestrator can …"; required where not every caller is
   * allowed.
   */
  readonly what?: string;
  /** It starts an agent, leads to a start, or answers one: its refusal has a separate code. */
  readonly approves?: true;
  /** It is also served while another user wrote the workspace's state: it runs nothing that the log names. */
  readonly onForeignState?: true;
  /**
   * Creates the schema of its parameters. Anything else is refused before its code runs, unknown keys
   * included.
   */
  params(schemas: W['schemas']): z.ZodType<Params>;
  /** Only a type; never holds a value. */
  readonly answer?: { readonly type: Answer };
  /** Decides it in the loop. Pure. `input`: the parameters, unless `handle` sends the loop something else. */
  decide?(state: W['state'], input: Input, request: W['request']): W['decision'];
  /** Answers it from a service, or sends it to the loop with details that the client does not know. */
  handle?(services: W['services'], params: Params): Result<Answer> | Promise<Result<Answer>>;
  /** Its forms on the command line. */
  readonly verbs?: readonly Verb<NoInfer<Params>, Answer, W['call']>[];
  /**
   * Its form as a tool for agents. Only commands that agents may use have one: it never approves, starts,
   * answers or ends anything.
   */
  readonly mcp?: Tool<Params, Answer>;
}

// biome-ignore lint/suspicious/noExplicitAny: parameters are checked by the command's own schema before its code runs.
export type AnyCommand<W extends CommandTypes> = Command<W, string, any, any, any>;

/** Parameters and answer of a command. */
export type ParamsOf<C> = C extends { params(schemas: never): z.ZodType<infer Params> } ? Params : never;
export type AnswerOf<C> = C extends { readonly answer?: { readonly type: infer Answer } } ? Answer : never;

/** The commands of a list by name. */
export type CommandTable<List extends readonly { readonly name: string }[]> = {
  readonly [C in List[number] as C['name']]: C;
};

/** The interface that callers of a table of commands see. */
export type ApiOf<Table> = {
  [K in keyof Table]: (params: ParamsOf<Table[K]>) => Result<AnswerOf<Table[K]>>;
};

/** Returns a list's commands by name. */
export function tableOf<const List extends readonly { readonly name: string }[]>(
  list: List,
): CommandTable<List> {
  return Object.fromEntries(list.map((command) => [command.name, command])) as CommandTable<List>;
}

/** A command's form as a tool for agents. */
export interface Tool<Params = never, Answer = never> {
  /** Its name for agents; default: the command's. */
  readonly name?: string;
  /** Sessions that have it: all of them, or only the orchestrator. */
  readonly has: 'everyone' | 'orchestrator';
  /** For the model: its purpose and when to use it. */
  readonly description: string;
  /** It only reads. */
  readonly reads?: true;
  /**
   * Returns the result for the model: a text, a quotation, or a value that is shown as JSON; default: the
   * answer.
   */
  says?(params: Params, answer: Answer): unknown;
}

/** Text by others for a model to read; it is put between delimiters that its author could not know. */
export class Quotation {
  readonly what: string;
  readonly text: string;

  constructor(what: string, text: string) {
    this.what = what;
    this.text = text;
  }
}

/** Most characters of one part. */
const partLimit = 60_000;

/** Returns a part of a long text, with the offset of the next one. */
export function partOf(text: string, offset: number): string {
  const part = text.slice(offset, offset + partLimit);
  const left = text.length - offset - part.length;
  return left > 0 ? `${part}\n… ${left} characters more: offset ${offset + part.length}` : part;
}
