import { readTitle } from '../agents/claude/title.ts';
import { observe, type Sign } from '../domain/observation.ts';
import { type Problem, problemOf } from '../domain/problem.ts';
import { isLive, type Worker } from '../domain/worker.ts';
import type { TerminalRecord } from '../protocol/hostApi.ts';
import type { Effect } from './effects.ts';
import type { Happening } from './events.ts';
import type { Message } from './messages.ts';
import { addNotice, type ControllerState, type Decision } from './state.ts';

/** Compares what the log believes with the terminals that are really there. */
export function hostConnected(state: ControllerState, terminals: readonly TerminalRecord[]): Decision {
  const known: ControllerState = { ...state, terminals: new Map(terminals.map((one) => [one.id, one])) };
  const happenings = [...state.log.workers.values()].flatMap((worker): Happening[] => {
    if (state.busy.has(worker.id)) return [];
    const terminal = known.terminals.get(worker.id);
    if (!terminal) return isLive(worker.state) ? [{ type: 'lost', id: worker.id }] : [];
    if (terminal.exit) return isLive(worker.state) ? [exited(terminal.id, terminal.exit)] : [];
    // Believed dead, yet it runs: the last lines of the log did not survive.
    return isLive(worker.state) ? [] : [{ type: 'observed', id: worker.id, state: 'idle', asks: null }];
  });
  const strangers = terminals.filter((one) => !state.log.workers.has(one.id));
  const running = strangers.filter((one) => one.exit === null);
  return {
    state: running.map(unknownTerminal).reduce(addNotice, known),
    happenings,
    // Left by a controller that ended before it could do this: the next worker of that name needs the place.
    effects: strangers.filter((one) => one.exit).map(({ id }) => ({ type: 'forget-terminal', id })),
  };
}

function unknownTerminal({ id, pid }: TerminalRecord): Problem {
  return problemOf(
    'unknown_terminal',
    `A process for ${id} (pid ${pid}) runs, of which the log knows nothing.`,
    'End it with: orch-tui host stop',
  );
}

/** With the host every process it kept has gone. */
export function hostLost(state: ControllerState): Decision {
  const gone = [...state.log.workers.values()].filter((worker) => isLive(worker.state));
  return {
    state: { ...state, terminals: new Map() },
    happenings: gone.map(({ id }) => ({ type: 'lost', id })),
    effects: [],
  };
}

export function terminalChanged(state: ControllerState, terminal: TerminalRecord): Decision {
  const before = state.terminals.get(terminal.id);
  const known = { ...state, terminals: new Map(state.terminals).set(terminal.id, terminal) };
  const worker = state.log.workers.get(terminal.id);
  if (!worker) return { state: known, happenings: [], effects: [] };
  if (terminal.exit) {
    const happenings = isLive(worker.state) ? [exited(worker.id, terminal.exit)] : [];
    return { state: known, happenings, effects: [] };
  }
  const speaks = state.config.agents[worker.agent]?.speaks ?? 'none';
  return {
    state: known,
    happenings: observed(worker, signsOf(before, terminal, speaks)),
    effects: looksNeeded(worker, before, terminal, speaks),
  };
}

function signsOf(before: TerminalRecord | undefined, now: TerminalRecord, speaks: 'claude' | 'none'): Sign[] {
  const signs: Sign[] = [];
  const says = now.title === before?.title ? null : readTitle(now.title);
  if (says) signs.push({ source: 'title', says });
  // Output says little where hooks say all.
  if (speaks === 'none' && now.flowing !== before?.flowing)
    signs.push({ source: 'output', flowing: now.flowing });
  return signs;
}

/** Before trust is given no hook runs: only the screen shows the question. */
function looksNeeded(
  worker: Worker,
  before: TerminalRecord | undefined,
  now: TerminalRecord,
  speaks: 'claude' | 'none',
): Effect[] {
  const fellQuiet = !now.flowing && before?.flowing === true;
  return speaks === 'claude' && worker.state === 'starting' && fellQuiet
    ? [{ type: 'look-at-screen', id: worker.id }]
    : [];
}

/** A sign from hook or screen. The agent may go on under another conversation id, after `/clear` for instance. */
export function signed(state: ControllerState, message: Extract<Message, { type: 'signed' }>): Decision {
  const worker = state.log.workers.get(message.id);
  if (!worker) return { state, happenings: [], effects: [] };
  const { sign, sessionId } = message;
  const happenings = observed(worker, [sign]);
  if (sessionId !== null && sessionId !== worker.sessionId && isSessionStart(sign))
    happenings.push({ type: 'session-changed', id: worker.id, sessionId });
  const said = sign.source === 'hook' && sign.report.kind === 'turn-ended' ? sign.report.said : null;
  if (said) happenings.push({ type: 'said', id: worker.id, text: said });
  return { state, happenings, effects: [] };
}

function isSessionStart(sign: Sign): boolean {
  return sign.source === 'hook' && sign.report.kind === 'session-started';
}

function observed(worker: Worker, signs: readonly Sign[]): Happening[] {
  const now = { state: worker.state, asks: worker.asks };
  const next = signs.reduce(observe, now);
  return next === now ? [] : [{ type: 'observed', id: worker.id, state: next.state, asks: next.asks }];
}

function exited(id: string, exit: NonNullable<TerminalRecord['exit']>): Happening {
  return { type: 'exited', id, exitCode: exit.code, signal: exit.signal };
}
