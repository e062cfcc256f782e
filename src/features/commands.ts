import { type ApiOf, type CommandTable, type ParamsOf, tableOf } from '../core/command.ts';
import type { Facts } from '../core/facts.ts';
import type { AnyVerb } from '../core/verb.ts';
import type { Result } from '../lib/result.ts';
import type { DaemonStatus } from '../protocol/hostApi.ts';
import { answer } from './attention/answer.ts';
import { setAside } from './attention/setAside.ts';
import { boardCommands } from './board/commands.ts';
import type { FeatureCommand } from './define.ts';
import { invoiceCommands } from './invoices/commands.ts';
import { run } from './jobs/run.ts';
import { remember, searchMemory } from './memory/remember.ts';
import { mute } from './messages/mute.ts';
import { talkVerbs, updates } from './messages/reports.ts';
import { notionCommands } from './notion/commands.ts';
import { conflicts, fileSides } from './radar/conflicts.ts';
import { flowVerbs } from './releases/flow.ts';
import { repoCommands, repoVerbs } from './repos/commands.ts';
import type { ControllerState, Decision } from './state.ts';
import { goOn } from './usage/goOn.ts';
import { usage } from './usage/spent.ts';
import { workerCommands } from './workers/commands.ts';
import { lookingVerbs } from './workers/looking.ts';
import { workspaceCommands, workspaceVerbs } from './workspace/commands.ts';

const list = [
  ...workspaceCommands,
  ...workerCommands,
  answer,
  setAside,
  goOn,
  usage,
  ...repoCommands,
  conflicts,
  fileSides,
  updates,
  mute,
  searchMemory,
  remember,
  ...boardCommands,
  ...invoiceCommands,
  ...notionCommands,
] as const;

/**
 * Everything that clients can ask of the controller, by the request's name. What they may call, the check of what they
 * send and of who they are, what is decided or done, and the verbs of the command line follow from this table. It is the
 * one place that knows all features: neither loop names one.
 */
export const commands = tableOf(list);

type Commands = CommandTable<typeof list>;
export type CommandName = keyof Commands;
export type CommandParams<K extends CommandName> = ParamsOf<Commands[K]>;

/** Requests of clients to the controller. */
export interface ControllerApi extends ApiOf<Commands> {
  /** About the process itself; answered by its program, also to other versions. */
  status(params: Record<string, never>): Result<DaemonStatus>;
  /** Ends the controller; workers live on. */
  shutdown(params: Record<string, never>): Result<null>;
}

/** Notifications to every client: the whole picture, at most 30 times a second. */
export interface ControllerNotices {
  facts: Facts;
}

type Decided = Extract<
  Commands[CommandName],
  { decide(state: ControllerState, told: never, asked: never): Decision }
>;
type ToldTo<C> = C extends { decide(state: never, told: infer Told, asked: never): Decision } ? Told : never;

/** What the loop can be asked: a command's name, and what its decision is told. */
export type ChangeRequest = {
  [C in Decided as C['name']]: { readonly do: C['name'] } & ToldTo<C>;
}[Decided['name']];

const all: readonly FeatureCommand[] = list;

/** What verbs of the command line need to know of the command they belong to. */
export interface ListedVerb extends AnyVerb {
  readonly by: 'anyone' | 'person';
  readonly what: string;
  /** The request that it stands for; none where its own code runs it. */
  readonly command?: string;
}

/** Every verb of the command line, in the order of its reference. */
export const verbs: readonly ListedVerb[] = [
  ...own([...workspaceVerbs, ...repoVerbs, ...lookingVerbs]),
  ...all.flatMap((command) =>
    (command.verbs ?? []).map((verb) => ({
      ...{ by: command.by, what: command.what ?? '', command: command.name },
      ...verb,
    })),
  ),
  ...own([...talkVerbs, run, ...flowVerbs]),
];

function own(verbs: readonly AnyVerb[]): readonly ListedVerb[] {
  return verbs.map((verb) => ({ ...{ by: 'anyone' as const, what: '' }, ...verb }));
}
