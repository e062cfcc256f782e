import { randomUUID } from 'node:crypto';
import { claudeFolder, readSession, TranscriptReader } from '../../agents/claude/files.ts';
import { readScreen, showsKeptConversation, showsMissingConversation } from '../../agents/claude/screen.ts';
import type { SessionSignal, Signal } from '../../core/observation.ts';
import type { Message } from '../../features/messages.ts';
import type { ControllerState } from '../../features/state.ts';
import { isFresh, titleRests } from '../../features/workers/signals.ts';
import { findTree, listProcesses, processStart } from '../../lib/processes.ts';
import { pause } from '../../lib/schedule.ts';
import type { HostPort } from './hostPort.ts';
import type { Tools } from './tools.ts';

interface LookDeps {
  readonly host: Pick<HostPort, 'find'>;
  readonly ambient: Tools['ambient'];
  dispatch(message: Message): void;
}

/** Most reads of an agent that reports work while its pane seems idle. */
const maxReads = 3;

/** Reads an agent's state without hooks: from its own files, or where these are not newer, from its pane. */
export async function lookAtAgent(deps: LookDeps, state: ControllerState, id: string): Promise<void> {
  const worker = state.log.workers.get(id);
  const terminal = state.terminals.get(id);
  const rests = terminal !== undefined && !terminal.flowing && titleRests(terminal);
  for (let looks = 1; ; looks++) {
    const own = await sessionOf(deps.ambient, state, id);
    const text = await textOf(deps.host, id);
    if (own !== null && worker !== undefined && isFresh(worker, own))
      deps.dispatch({ type: 'signed', id, sign: own, sessionId: null });
    else {
      const signs = signsOfPane(readScreen(text), rests, looks < maxReads ? (own?.says ?? null) : null);
      if (signs === 'unclear') {
        await pause(restlessMs, { keepsAlive: false });
        continue;
      }
      // A hook may have come meanwhile, and the pane shows its event later.
      const only = worker && { ofStateSince: worker.stateSince };
      for (const sign of signs) deps.dispatch({ type: 'signed', id, sign, sessionId: null, ...only });
    }
    return dispatchConversation(deps, id, text);
  }
}

async function textOf(host: LookDeps['host'], id: string): Promise<string> {
  const call = await host.find();
  const screen = call.ok ? await call.value('text', { id }) : call;
  return screen.ok ? screen.value.text : '';
}

function dispatchConversation({ dispatch }: LookDeps, id: string, text: string): void {
  if (showsMissingConversation(text)) dispatch({ type: 'conversation-missing', id, sessionId: randomUUID() });
  if (showsKeptConversation(text)) dispatch({ type: 'conversation-found', id });
}

/**
 * Returns the signals of a quiet pane. An idle title shows only that the agent does not work, so a question comes first.
 * @param own state in the agent's own file, although older than the known state
 * @returns `unclear` where the agent's file has it busy: on a busy machine a pane is also quiet before the agent draws its
 *   question or writes that it is idle
 */
export function signsOfPane(
  shows: 'question' | 'prompt' | null,
  titleRests: boolean,
  own: SessionSignal['says'] | null = null,
): readonly Signal[] | 'unclear' {
  if (shows === 'question' || (titleRests && own === 'asking'))
    return [{ source: 'screen', says: 'question' }];
  if (shows === null && !titleRests) return [];
  if (own === 'working' || own === 'asking') return 'unclear';
  const screen: Signal[] = shows ? [{ source: 'screen', says: shows }] : [];
  return titleRests ? [{ source: 'title', says: 'resting' }, ...screen] : screen;
}

/** Milliseconds: the agent's own file follows its title by some tens, its hooks by more on a busy machine. */
const restlessMs = 1500;

/**
 * Checks for a question of an agent whose title is idle while it keeps printing, for example a blinking dialog. Everything
 * else comes from its hooks.
 */
export async function lookAtRestless(deps: LookDeps, state: ControllerState, id: string): Promise<void> {
  await pause(restlessMs, { keepsAlive: false });
  const sign = await sessionOf(deps.ambient, state, id);
  const worker = state.log.workers.get(id);
  if (sign?.says !== 'asking' || worker === undefined) return;
  deps.dispatch({ type: 'signed', id, sign, sessionId: null, ofStateSince: worker.stateSince });
}

/** Most descendants of a pane's process whose files are read. */
const maxDescendants = 50;

async function sessionOf(
  ambient: Tools['ambient'],
  { config, log, terminals }: ControllerState,
  id: string,
): Promise<SessionSignal | null> {
  const preset = config.agents[log.workers.get(id)?.agent ?? ''];
  const terminal = terminals.get(id);
  if (preset?.speaks !== 'claude' || !terminal || terminal.exit) return null;
  const folder = claudeFolder(preset, ambient);
  const start = processStart(terminal.pid);
  if (start === null) return null;
  const own = await readSession(folder, terminal.pid, start);
  return own ?? (await sessionBelow(folder, terminal.pid, start));
}

/** Reads the state of a descendant: the pane's process may be a script that started the agent. */
async function sessionBelow(folder: string, pid: number, start: string): Promise<SessionSignal | null> {
  const [, ...below] = findTree(pid, start, listProcesses());
  for (const one of below.slice(0, maxDescendants)) {
    const sign = await readSession(folder, one.pid, one.start);
    if (sign) return sign;
  }
  return null;
}

/** Milliseconds between two reads of a transcript: agents use tools several times a second. */
const pauseMs = 2000;

interface Counted {
  readonly reader: TranscriptReader;
  /** A read, or the pause after it, is in progress. */
  isBusy: boolean;
  /** Remaining reads. */
  looks: number;
}

/** Reads after each hook: an agent writes its transcript some time later. */
const looksForEach = 3;

/** Counts the tokens in transcripts, one read at a time for each. */
export class TokenCounter {
  readonly #dispatch: (message: Message) => void;
  readonly #fail: (error: unknown) => void;
  readonly #counted = new Map<string, Counted>();

  constructor(dispatch: (message: Message) => void, fail: (error: unknown) => void) {
    this.#dispatch = dispatch;
    this.#fail = fail;
  }

  /** Schedules reads of a transcript that has changed. */
  ask(id: string, session: string, path: string): void {
    const counted = this.#counted.get(path) ?? {
      reader: new TranscriptReader(path),
      isBusy: false,
      looks: 0,
    };
    this.#counted.set(path, counted);
    counted.looks = looksForEach;
    if (!counted.isBusy) this.#look(id, session, counted).catch(this.#fail);
  }

  async #look(id: string, session: string, counted: Counted): Promise<void> {
    counted.isBusy = true;
    try {
      while (counted.looks > 0) {
        counted.looks -= 1;
        const days = await counted.reader.count();
        if (Object.keys(days).length > 0) this.#dispatch({ type: 'tokens-counted', id, session, days });
        await pause(pauseMs, { keepsAlive: false });
      }
    } finally {
      counted.isBusy = false;
    }
  }
}
