import { type ApiOf, type CommandTable, type ParamsOf, type Tool, tableOf } from '../core/command.ts';
import type { Facts } from '../core/facts.ts';
import type { AnyVerb } from '../core/verb.ts';
import type { Role } from '../core/worker.ts';
import type { DaemonStatus } from '../ipc/hostApi.ts';
import type { Result } from '../lib/result.ts';
import { answerCommand, setAside } from './attention/attention.ts';
import { boardCommands } from './board/commands.ts';
import { boardTools } from './board/tools.ts';
import type { FeatureCommand, SessionCommand } from './define.ts';
import { invoiceCommands } from './invoices/commands.ts';
import {
  correctMemory,
  deleteMemory,
  memorySearch,
  remember,
  removeMemory,
  searchMemory,
  storeMemory,
  updateMemory,
} from './memory/commands.ts';
import { messageVerbs, mute, noteSession } from './messages/notes.ts';
import {
  listUpdates,
  report,
  reportBlocked,
  reportDone,
  reportProgress,
  updates,
} from './messages/reports.ts';
import { notionCommands } from './notion/commands.ts';
import { conflicts, fileSides, lookForConflicts, whoIsChanging } from './radar/conflicts.ts';
import { flowVerbs } from './releases/releases.ts';
import { gitLog, gitShow, repoCommands, repoVerbs } from './repos/commands.ts';
import type { ControllerState, Decision } from './state.ts';
import { goOn } from './usage/goOn.ts';
import { usage } from './usage/usage.ts';
import { approve, reject } from './workers/approve.ts';
import {
  bringBase,
  cancel,
  clean,
  finish,
  leaveUnfinished,
  previewClean,
  previewFinish,
} from './workers/finish.ts';
import { check, edit, propose, resume } from './workers/propose.ts';
import { undo } from './workers/removal.ts';
import { log, workerVerbs } from './workers/show.ts';
import { restoreWork, showSnapshot, snapshots } from './workers/snapshots.ts';
import {
  listWorkers,
  proposeFinish,
  proposeWorker,
  readDiff,
  status,
  workerScreen,
} from './workers/tools.ts';
import { deliverBrief, rename, send, stop, weighTime } from './workers/workerCommands.ts';
import { jobVerb, workspaceCommands, workspaceVerbs } from './workspace/commands.ts';

const list = [
  ...workspaceCommands,
  check,
  propose,
  resume,
  edit,
  approve,
  reject,
  deliverBrief,
  stop,
  previewFinish,
  finish,
  previewClean,
  clean,
  cancel,
  undo,
  leaveUnfinished,
  rename,
  weighTime,
  bringBase,
  snapshots,
  showSnapshot,
  restoreWork,
  send,
  log,
  answerCommand,
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
  correctMemory,
  removeMemory,
  ...boardCommands,
  ...invoiceCommands,
  ...notionCommands,
] as const;

/** Commands of agents, in the order of their lists of tools. */
const agentList = [
  report,
  ...[reportProgress, reportBlocked, reportDone, listUpdates, whoIsChanging, noteSession],
  ...[storeMemory, memorySearch, updateMemory, deleteMemory],
  ...[status, listWorkers, workerScreen, readDiff, lookForConflicts, proposeWorker, proposeFinish],
  ...[gitLog, gitShow],
  ...boardTools,
] as const;

/**
 * Commands of clients by the request's name. The clients' interface, the checks of parameters and of the sender, the
 * decisions and services, and the verbs of the command line follow from this table. It is the only place that knows all
 * features: neither loop names one.
 */
export const commands = tableOf(list);

/** Commands of sessions by the name in the loop. No client's request is among them. */
export const agentCommands = tableOf(agentList);

type Commands = CommandTable<typeof list>;
type AgentCommands = CommandTable<typeof agentList>;
export type CommandName = keyof Commands;
export type CommandParams<K extends CommandName> = ParamsOf<Commands[K]>;

/** Requests of clients to the controller. */
export interface ControllerApi extends ApiOf<Commands> {
  /** About the process itself; answered by its program, also to other versions. */
  status(params: Record<string, never>): Result<DaemonStatus>;
  /** Ends the controller; workers go on. */
  shutdown(params: Record<string, never>): Result<null>;
}

/** Notifications to every client: all facts, at most 30 times a second. */
export interface ControllerNotices {
  facts: Facts;
}

type Decided<C> = C extends { decide(state: ControllerState, input: never, asked: never): Decision }
  ? C
  : never;
type InputOf<C> = C extends { decide(state: never, input: infer Input, asked: never): Decision }
  ? Input
  : never;
type RequestFor<C extends { readonly name: string }> = {
  [One in C as One['name']]: { readonly do: One['name'] } & InputOf<One>;
}[C['name']];

/** Requests of clients to the loop: a command's name, and the parameters of its decision. */
export type ChangeRequest = RequestFor<Decided<Commands[CommandName]>>;

/** Requests of sessions to the loop. None leads to an approval. */
export type SessionRequest = RequestFor<Decided<AgentCommands[keyof AgentCommands]>>;

/** A tool as agents see it, and its command. */
export interface ListedTool extends AnyTool {
  readonly name: string;
  readonly command: SessionCommand;
}

// biome-ignore lint/suspicious/noExplicitAny: what a tool says belongs to its command alone.
type AnyTool = Tool<any, any>;

const tools = (agentList as readonly SessionCommand[]).flatMap((command): readonly ListedTool[] =>
  command.mcp ? [{ name: command.name, ...command.mcp, command }] : [],
);

/** Tools of a session by its role. None of them starts, types, merges or approves. */
export const toolsOf: Readonly<Record<Role, readonly ListedTool[]>> = {
  worker: tools.filter(({ has }) => has === 'everyone'),
  orchestrator: tools,
};

const all: readonly FeatureCommand[] = list;

/** A verb of the command line with the fields of its command. */
export interface ListedVerb extends AnyVerb {
  readonly by: 'anyone' | 'person';
  readonly what: string;
  /** The request that it sends; absent where its own code runs it. */
  readonly command?: string;
}

/** Every verb of the command line, in the order of its reference. */
export const verbs: readonly ListedVerb[] = [
  ...own([...workspaceVerbs, ...repoVerbs, ...workerVerbs]),
  ...all.flatMap((command) =>
    (command.verbs ?? []).map((verb) => ({
      ...{ by: command.by, what: command.what ?? '', command: command.name },
      ...verb,
    })),
  ),
  ...own([
    ...agentList.flatMap(({ verbs = [] }): readonly AnyVerb[] => verbs),
    ...messageVerbs,
    jobVerb,
    ...flowVerbs,
  ]),
];

function own(verbs: readonly AnyVerb[]): readonly ListedVerb[] {
  return verbs.map((verb) => ({ ...{ by: 'anyone' as const, what: '' }, ...verb }));
}
