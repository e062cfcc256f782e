import type { AnyCommand, Command, CommandWorld } from '../core/command.ts';
import type { AnyVerb } from '../core/verb.ts';
import type { RequestMessage } from './messages.ts';
import type * as schemas from './params.ts';
import type { Services } from './services.ts';
import type { ControllerState, Decision } from './state.ts';

/** What commands of the controller work with. */
export interface World extends CommandWorld {
  readonly schemas: typeof schemas;
  readonly state: ControllerState;
  readonly asked: RequestMessage;
  readonly decision: Decision;
  readonly services: Services;
}

/** A command of any kind, for what treats all alike. */
export type FeatureCommand = AnyCommand<World>;

type Of<Name extends string, Params, Answer, Told = Params> = Command<World, Name, Params, Answer, Told>;
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

/** Defines a verb of the command line that is no request to the controller: its own code runs it. */
export function defineVerb(
  verb: AnyVerb & { readonly by: 'anyone' | 'person'; readonly what: string },
): AnyVerb {
  return verb;
}
