import type { AnswerOf, AnyCommand, Command, CommandTypes, ParamsOf } from '../core/command.ts';
import type { Facts } from '../core/facts.ts';
import type { Verb } from '../core/verb.ts';
import type { Problem, Result } from '../lib/result.ts';
import type { RequestMessage, SessionMessage } from './messages.ts';
import type * as schemas from './params.ts';
import type { Services, SessionServices } from './services.ts';
import type { ControllerState, Decision } from './state.ts';

/** The types that commands of clients work with. */
export interface ClientTypes extends CommandTypes {
  readonly schemas: typeof schemas;
  readonly state: ControllerState;
  readonly request: RequestMessage;
  readonly decision: Decision;
  readonly services: Services;
  readonly call: VerbCall;
}

/**
 * A verb's access to the controller, connected with the first request, and to the person. A refusal ends the verb.
 */
export interface VerbCall {
  /** Prints one JSON value, and asks nothing. */
  readonly json: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Width of the terminal that it prints to; undefined for other outputs. */
  readonly columns: number | undefined;
  /** A person can be asked in this terminal. */
  readonly canAsk: boolean;
  /** Notion's token from the calling shell. */
  readonly token: LentToken | null;
  /** Connects at once, to be refused before a person is asked for anything. */
  connect(): Promise<void>;
  ask<C extends FeatureCommand>(command: C, params: ParamsOf<C>): Promise<AnswerOf<C>>;
  /** Asks, and returns a refusal as a value. */
  attempt<C extends FeatureCommand>(command: C, params: ParamsOf<C>): Promise<Result<AnswerOf<C>>>;
  facts(refresh?: boolean): Promise<Facts>;
  /** Returns the first facts for which `holds` is true, beginning with the current ones. */
  until(holds: (facts: Facts) => boolean): Promise<Facts>;
  /** Lets the controller use this token for Notion, if there is one. */
  lend(token: LentToken | null): Promise<void>;
  /** Lets the controller make plans in the environment of this shell. */
  lendEnvironment(): Promise<void>;
  /** Prints progress, for people only. */
  print(text: string): void;
  /** Prints a text that has to be seen in full before a yes; by pages if the yes is asked for here. */
  printPaged(text: string, isAsked: boolean): Promise<void>;
  /** Shows the progress of some work in a line that disappears again, and cancels the work on ctrl-c. */
  watched<T>(
    work: () => Promise<T>,
    progress: (facts: Facts) => string | null,
    cancel: FeatureCommand,
  ): Promise<T>;
  /** Requires a yes: one that was given, or one that is asked for here. */
  requireYes(given: boolean, question: string, refusals?: YesRefusals): Promise<void>;
  /** Asks for a yes; anything else is a no. */
  askYes(question: string): Promise<boolean>;
  askText(question: string): Promise<string>;
  /** Asks for a line without echo; returns null where none was given. */
  askHidden(question: string): Promise<string | null>;
  /** Returns all of standard input. */
  readInput(): Promise<string>;
  /** Writes a new file and returns its full path. Refuses an existing one. */
  saveNew(file: string, text: string): string;
  /** Refuses wrong usage. */
  refuseUsage(message: string): never;
}

/** The problems to report where no person can be asked, and after a no. */
interface YesRefusals {
  readonly unasked: Problem;
  readonly no: Problem;
}

interface LentToken {
  readonly token: string;
  /** Description of where it was found. */
  readonly source: string;
}

/** The types that commands of agents work with. None of their services approves, types or ends anything. */
interface SessionTypes extends CommandTypes {
  readonly schemas: typeof schemas;
  readonly state: ControllerState;
  readonly request: SessionMessage;
  readonly decision: Decision;
  readonly services: SessionServices;
}

/** Any command of a client. */
export type FeatureCommand = AnyCommand<ClientTypes> & ForClients;
/** Any command of an agent. */
export type SessionCommand = AnyCommand<SessionTypes> & ForAgents;

interface ForClients {
  readonly by: 'anyone' | 'person';
  readonly mcp?: never;
}
interface ForAgents {
  readonly by: 'agent';
}

type Of<Name extends string, Params, Answer, Input = Params> = Command<
  ClientTypes,
  Name,
  Params,
  Answer,
  Input
> &
  ForClients;
type OfAgents<Name extends string, Params, Answer, Input = Params> = Command<
  SessionTypes,
  Name,
  Params,
  Answer,
  Input
> &
  ForAgents;
type With<C, Key extends keyof C> = C & Required<Pick<C, Key>>;

/** Defines a command that the loop decides, with the answer's type. Call the result with the definition. */
export function defineCommand<Answer>() {
  return <const Name extends string, Params, Input = Params>(
    definition: With<Of<Name, Params, Answer, Input>, 'decide'>,
  ): With<Of<Name, Params, Answer, Input>, 'decide'> => definition;
}

/** Defines a command that a service carries out, without an entry in the log. */
export function defineServed<Answer>() {
  return <const Name extends string, Params>(
    definition: With<Of<Name, Params, Answer>, 'handle'>,
  ): Of<Name, Params, Answer> => definition;
}

/** A verb that belongs to no command. */
export type OwnVerb = Verb<never, never, VerbCall>;

/** Defines a request of a session that the loop decides. */
export function defineSessionCommand<Answer>() {
  return <const Name extends string, Params, Input = Params>(
    definition: With<OfAgents<Name, Params, Answer, Input>, 'decide'>,
  ): With<OfAgents<Name, Params, Answer, Input>, 'decide'> => definition;
}

/** Defines a tool that is answered without the loop, or by other requests of a session. */
export function defineTool<Answer>() {
  return <const Name extends string, Params>(
    definition: With<OfAgents<Name, Params, Answer>, 'handle' | 'mcp'>,
  ): OfAgents<Name, Params, Answer> => definition;
}

/** Defines a verb of the command line that does not stand for one command. */
export function defineVerb(
  verb: OwnVerb & { readonly by: 'anyone' | 'person'; readonly what: string },
): OwnVerb {
  return verb;
}
