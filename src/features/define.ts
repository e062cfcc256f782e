import type { AnswerOf, AnyCommand, Command, CommandWorld, ParamsOf } from '../core/command.ts';
import type { Facts } from '../core/facts.ts';
import type { Verb } from '../core/verb.ts';
import type { Problem, Result } from '../lib/result.ts';
import type { RequestMessage, SessionMessage } from './messages.ts';
import type * as schemas from './params.ts';
import type { Services, SessionServices } from './services.ts';
import type { ControllerState, Decision } from './state.ts';

/** What commands of clients work with. */
export interface World extends CommandWorld {
  readonly schemas: typeof schemas;
  readonly state: ControllerState;
  readonly asked: RequestMessage;
  readonly decision: Decision;
  readonly services: Services;
  readonly call: VerbCall;
}

/**
 * What a verb runs with: the controller, which is connected to with the first request, and the person. Whatever is
 * refused ends the verb.
 */
export interface VerbCall {
  /** One JSON value is printed, and nothing is asked. */
  readonly json: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Of the terminal that it prints to, if that is one. */
  readonly columns: number | undefined;
  /** Whether a person can be asked here and now. */
  readonly canAsk: boolean;
  /** The token of Notion of the shell that it was called in. */
  readonly token: LentToken | null;
  /** Connects at once, to be refused before a person is asked for anything. */
  connect(): Promise<void>;
  ask<C extends FeatureCommand>(command: C, params: ParamsOf<C>): Promise<AnswerOf<C>>;
  /** Asks, and returns also a refusal. */
  attempt<C extends FeatureCommand>(command: C, params: ParamsOf<C>): Promise<Result<AnswerOf<C>>>;
  facts(refresh?: boolean): Promise<Facts>;
  /** Returns the first facts for which something holds, those of now included. */
  until(holds: (facts: Facts) => boolean): Promise<Facts>;
  /** Has the controller ask Notion with this token, where there is one. */
  lend(token: LentToken | null): Promise<void>;
  /** Has plans worked out in the environment of this shell. */
  lendEnvironment(): Promise<void>;
  /** Prints progress, for people only. */
  say(text: string): void;
  /** Says a text of which all has to be in sight before a yes: a page at a time where that is asked for here. */
  sayPaged(text: string, isAsked: boolean): Promise<void>;
  /** Shows how far something is in a line that goes away again, and cancels it on ctrl-c. */
  watched<T>(
    work: () => Promise<T>,
    progress: (facts: Facts) => string | null,
    cancel: FeatureCommand,
  ): Promise<T>;
  /** Goes on with a yes: one that was given, or one that is asked for here. */
  demandYes(given: boolean, question: string, refusals?: YesRefusals): Promise<void>;
  /** Asks for a yes; anything else is a no. */
  askYes(question: string): Promise<boolean>;
  askText(question: string): Promise<string>;
  /** Asks for a line that is not shown; null where none was given. */
  askHidden(question: string): Promise<string | null>;
  /** Returns all of standard input. */
  readInput(): Promise<string>;
  /** Writes a file that must not exist yet. Returns its full path. */
  saveNew(file: string, text: string): string;
  /** Refuses wrong usage. */
  misused(message: string): never;
}

/** What is said where no person can be asked, and after a no. */
export interface YesRefusals {
  readonly unasked: Problem;
  readonly no: Problem;
}

interface LentToken {
  readonly token: string;
  /** Where it was found, in words. */
  readonly source: string;
}

/** What commands of agents work with. No service of theirs approves, types or ends anything. */
export interface SessionWorld extends CommandWorld {
  readonly schemas: typeof schemas;
  readonly state: ControllerState;
  readonly asked: SessionMessage;
  readonly decision: Decision;
  readonly services: SessionServices;
}

/** A client's command of any kind, for what treats all alike. */
export type FeatureCommand = AnyCommand<World> & ForClients;
/** An agent's. */
export type SessionCommand = AnyCommand<SessionWorld> & ForAgents;

interface ForClients {
  readonly by: 'anyone' | 'person';
  readonly mcp?: never;
}
interface ForAgents {
  readonly by: 'agent';
}

type Of<Name extends string, Params, Answer, Told = Params> = Command<World, Name, Params, Answer, Told> &
  ForClients;
type OfAgents<Name extends string, Params, Answer, Told = Params> = Command<
  SessionWorld,
  Name,
  Params,
  Answer,
  Told
> &
  ForAgents;
type With<C, Key extends keyof C> = C & Required<Pick<C, Key>>;

/** Defines a command that the loop decides, with the answer's type. Call the result with the definition. */
export function defineCommand<Answer>() {
  return <const Name extends string, Params, Told = Params>(
    definition: With<Of<Name, Params, Answer, Told>, 'decide'>,
  ): With<Of<Name, Params, Answer, Told>, 'decide'> => definition;
}

/** Defines a command that is done in the world, and that the log need not know. */
export function defineServed<Answer>() {
  return <const Name extends string, Params>(
    definition: With<Of<Name, Params, Answer>, 'handle'>,
  ): Of<Name, Params, Answer> => definition;
}

/** A verb that belongs to no command. */
export type OwnVerb = Verb<never, never, VerbCall>;

/** Defines what a session says or wishes for, and the loop decides. */
export function defineWish<Answer>() {
  return <const Name extends string, Params, Told = Params>(
    definition: With<OfAgents<Name, Params, Answer, Told>, 'decide'>,
  ): With<OfAgents<Name, Params, Answer, Told>, 'decide'> => definition;
}

/** Defines a tool that is answered without the loop, or from what other wishes come to. */
export function defineTool<Answer>() {
  return <const Name extends string, Params>(
    definition: With<OfAgents<Name, Params, Answer>, 'handle' | 'mcp'>,
  ): OfAgents<Name, Params, Answer> => definition;
}

/** Defines a verb of the command line that is no request of one command. */
export function defineVerb(
  verb: OwnVerb & { readonly by: 'anyone' | 'person'; readonly what: string },
): OwnVerb {
  return verb;
}
