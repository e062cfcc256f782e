import type { AnyCommand, Command, CommandWorld } from '../core/command.ts';
import type { AnyVerb } from '../core/verb.ts';
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

/** Defines a verb of the command line that is no request to the controller: its own code runs it. */
export function defineVerb(
  verb: AnyVerb & { readonly by: 'anyone' | 'person'; readonly what: string },
): AnyVerb {
  return verb;
}
