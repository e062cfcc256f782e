import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { claudeFolder } from '../../agents/claude/folder.ts';
import { showsKeptConversation, showsMissingConversation } from '../../agents/claude/resume.ts';
import { readScreen } from '../../agents/claude/screen.ts';
import { readSession } from '../../agents/claude/session.ts';
import type { SessionSign, Sign } from '../../domain/observation.ts';
import { findTree, listProcesses, processStart } from '../../protocol/processes.ts';
import type { Message } from '../update/messages.ts';
import { isFresh, titleRests } from '../update/observing.ts';
import type { ControllerState } from '../update/state.ts';
import type { HostPort } from './hostPort.ts';
import type { Tools } from './tools.ts';

interface World {
  readonly host: Pick<HostPort, 'find'>;
  readonly ambient: Tools['ambient'];
  tell(message: Message): void;
}

/** Where hooks say nothing: what the agent keeps of itself, and, where that is not news, what its pane shows. */
export async function lookAtAgent(world: World, state: ControllerState, id: string): Promise<void> {
  const sign = await sessionOf(world.ambient, state, id);
  const worker = state.log.workers.get(id);
  const isNews = sign !== null && worker !== undefined && isFresh(worker, sign);
  if (isNews) world.tell({ type: 'signed', id, sign, sessionId: null });
  const call = await world.host.find();
  const screen = call.ok ? await call.value('text', { id }) : call;
  const text = screen.ok ? screen.value.text : '';
  const terminal = state.terminals.get(id);
  const rests = terminal !== undefined && !terminal.flowing && titleRests(terminal);
  // A hook may have come meanwhile, and what it tells of is drawn later.
  const only = worker && { ofStateSince: worker.stateSince };
  for (const sign of isNews ? [] : signsOfPane(readScreen(text), rests))
    world.tell({ type: 'signed', id, sign, sessionId: null, ...only });
  if (showsMissingConversation(text))
    world.tell({ type: 'conversation-missing', id, sessionId: randomUUID() });
  if (showsKeptConversation(text)) world.tell({ type: 'conversation-found', id });
}

/** What a quiet pane tells: a title that rests says no more than that nothing is done, so a question comes first. */
export function signsOfPane(shows: 'question' | 'prompt' | null, titleRests: boolean): Sign[] {
  const screen: Sign[] = shows ? [{ source: 'screen', says: shows }] : [];
  return shows !== 'question' && titleRests ? [{ source: 'title', says: 'resting' }, ...screen] : screen;
}

/** Milliseconds: the agent's own file follows its title by some tens of them, its hooks by more on a busy machine. */
const restlessMs = 1500;

/**
 * Looks whether an agent asks whose title came to rest while it prints on, as beside a dialog that blinks. Anything
 * else than a question is left to its hooks.
 */
export async function lookAtRestless(world: World, state: ControllerState, id: string): Promise<void> {
  await pause(restlessMs, undefined, { ref: false });
  const sign = await sessionOf(world.ambient, state, id);
  const worker = state.log.workers.get(id);
  if (sign?.says !== 'asking' || worker === undefined) return;
  world.tell({ type: 'signed', id, sign, sessionId: null, ofStateSince: worker.stateSince });
}

/** Processes below a pane's own that are asked. */
const mostAsked = 50;

async function sessionOf(
  ambient: Tools['ambient'],
  { config, log, terminals }: ControllerState,
  id: string,
): Promise<SessionSign | null> {
  const preset = config.agents[log.workers.get(id)?.agent ?? ''];
  const terminal = terminals.get(id);
  if (preset?.speaks !== 'claude' || !terminal || terminal.exit) return null;
  const folder = claudeFolder(preset, ambient);
  const start = processStart(terminal.pid);
  if (start === null) return null;
  const own = await readSession(folder, terminal.pid, start);
  return own ?? (await sessionBelow(folder, terminal.pid, start));
}

/** An agent may be started by a script, which is the pane's own process then. */
async function sessionBelow(folder: string, pid: number, start: string): Promise<SessionSign | null> {
  const [, ...below] = findTree(pid, start, listProcesses());
  for (const one of below.slice(0, mostAsked)) {
    const sign = await readSession(folder, one.pid, one.start);
    if (sign) return sign;
  }
  return null;
}
