import { readTitleBy } from '../../agents/abilities.ts';
import { readTitle } from '../../agents/claude/screen.ts';
import {
  type Observation,
  type OpenQuestion,
  observe,
  type SessionSignal,
  type Signal,
  type TitleSignal,
} from '../../core/observation.ts';
import { draftId } from '../../core/proposal.ts';
import { type AskedQuestion, isLive, isOrchestrator, type Worker } from '../../core/worker.ts';
import type { AgentPreset } from '../../core/workspace.ts';
import type { TerminalRecord } from '../../ipc/hostApi.ts';
import { type Problem, problemOf } from '../../lib/result.ts';
import type { DomainEvent } from '../log.ts';
import type { Message, MessageOf } from '../messages.ts';
import {
  addNotice,
  type Consequence,
  type ControllerState,
  type Decision,
  type Effect,
  type Moment,
  noConsequence,
  onlyState,
} from '../state.ts';
import type { ToolsContact } from './workerState.ts';

/** Compares the log's workers with the terminals that the host has. */
export function hostConnected(state: ControllerState, terminals: readonly TerminalRecord[]): Decision {
  const known: ControllerState = { ...state, terminals: new Map(terminals.map((one) => [one.id, one])) };
  const met = [...state.log.workers.values()]
    .filter(({ id }) => !state.busy.has(id))
    .map((worker) => reconcile(known, worker, known.terminals.get(worker.id)));
  const strangers = terminals.filter((one) => !state.log.workers.has(one.id));
  const running = strangers.filter((one) => one.exit === null);
  return {
    state: running.map(unknownTerminal).reduce(addNotice, known),
    events: met.flatMap(({ events }) => events),
    effects: [
      ...met.flatMap(({ effects }) => effects),
      // An earlier controller ended before it could forget these; the next worker of that name needs the terminal's id.
      ...strangers.filter((one) => one.exit).map(({ id }) => ({ type: 'forget-terminal', id }) as const),
    ],
  };
}

type Observed = Pick<Decision, 'events' | 'effects'>;

function reconcile(state: ControllerState, worker: Worker, terminal: TerminalRecord | undefined): Observed {
  if (isLive(worker.state))
    return terminal
      ? observeTerminal(state, worker, undefined, terminal)
      : { events: [{ type: 'lost', id: worker.id }], effects: [] };
  if (!terminal || terminal.exit) return { events: [], effects: [] };
  // It runs although the log says that it ended: the last lines of the log did not survive.
  return { events: [{ type: 'observed', id: worker.id, state: 'idle', asks: null }], effects: [] };
}

function unknownTerminal({ id, pid }: TerminalRecord): Problem {
  return problemOf(
    'unknown_terminal',
    `Found an unrecorded process for ${id} (pid ${pid}).`,
    'End it with: orch-tui host stop',
  );
}

/** Marks all live workers as lost: their processes ended with the host. */
export function hostLost(state: ControllerState): Decision {
  const gone = [...state.log.workers.values()].filter((worker) => isLive(worker.state));
  return {
    state: { ...state, terminals: new Map() },
    events: gone.map(({ id }) => ({ type: 'lost', id })),
    effects: [],
  };
}

export function terminalChanged(state: ControllerState, terminal: TerminalRecord): Decision {
  const before = state.terminals.get(terminal.id);
  const known = { ...state, terminals: new Map(state.terminals).set(terminal.id, terminal) };
  const worker = state.log.workers.get(terminal.id);
  if (!worker || !isLive(worker.state)) return onlyState(known);
  const seen = observeTerminal(known, worker, before, terminal);
  const operation = state.busy.get(terminal.id);
  if (!terminal.exit || !operation || operation.kind === 'launching') return { state: known, ...seen };
  return { state: known, ...seen, events: seen.events.map(wanted) };
}

/** Marks an exit as wanted: the worker was being stopped, finished or cleaned. */
function wanted(event: DomainEvent): DomainEvent {
  return event.type === 'exited' ? { ...event, wanted: true } : event;
}

/** The settings by which an agent's output is read. */
type OutputFormat = Pick<AgentPreset, 'speaks' | 'titles'>;

function outputFormatOf({ config }: ControllerState, worker: Worker): OutputFormat {
  return config.agents[worker.agent] ?? { speaks: 'none' };
}

/** Derives events and effects from the change of a live worker's terminal. */
function observeTerminal(
  state: ControllerState,
  worker: Worker,
  before: TerminalRecord | undefined,
  now: TerminalRecord,
): Observed {
  const speech = outputFormatOf(state, worker);
  const signals = () =>
    signalsOf(before, now, speech).filter((sign) => !isBesideSubagent(state, worker, sign));
  return {
    events: now.exit ? [exited(worker.id, now.exit)] : observed(state, worker, signals()),
    effects: speech.speaks === 'claude' ? screenLooks(worker, before, now) : [],
  };
}

function signalsOf(before: TerminalRecord | undefined, now: TerminalRecord, speech: OutputFormat): Signal[] {
  const signals: Signal[] = [];
  const says = titleOf(now, speech);
  // Claude Code has the same title at rest and with a question; the effect `look-at-agent` finds out which.
  const isOpen = speech.speaks === 'claude' && says === 'resting';
  if (says && !isOpen && says !== (before && titleOf(before, speech)))
    signals.push({ source: 'title', says });
  // Output is evidence only for agents without hooks.
  if (speech.speaks === 'none' && now.flowing !== before?.flowing)
    signals.push({ source: 'output', flowing: now.flowing });
  return signals;
}

/** Reads the title. A resting one counts only once nothing is printed any more, because a question may follow. */
function titleOf(
  { title, flowing }: TerminalRecord,
  { speaks, titles }: OutputFormat,
): TitleSignal['says'] | null {
  const says = speaks === 'none' ? readTitleBy(titles ?? {}, title) : readTitle(title);
  return says === 'resting' && flowing ? null : says;
}

/**
 * Returns looks at the screen for states that no hook reports: a question before the first hook, one that Esc was pressed
 * at, one without a hook, and an exit before the start was seen.
 */
function screenLooks(
  { id, state }: Worker,
  before: TerminalRecord | undefined,
  now: TerminalRecord,
): Effect[] {
  if (now.exit) return state === 'starting' ? [{ type: 'look-at-agent', id }] : [];
  if (state === 'limited') return [];
  const fellQuiet = !now.flowing && before?.flowing !== false;
  const cameToRest = titleRests(now) && !(before && titleRests(before));
  return [
    ...(fellQuiet ? [{ type: 'look-at-agent', id } as const] : []),
    ...(cameToRest && state === 'working' ? [{ type: 'look-at-agent', id, restless: true } as const] : []),
  ];
}

/** Reports whether Claude Code's title shows rest or a question, even while it prints. */
export function titleRests({ title }: Pick<TerminalRecord, 'title'>): boolean {
  return readTitle(title) === 'resting';
}

/** Takes in a signal from hook, session file, title or screen. The conversation id may change, as after `/clear`. */
export function signalReceived(
  state: ControllerState,
  message: Extract<Message, { type: 'signed' }>,
): Decision {
  const worker = state.log.workers.get(message.id);
  if (!worker) return onlyState(state);
  const { sign, sessionId, ofStateSince = worker.stateSince } = message;
  if (ofStateSince !== worker.stateSince) return onlyState(state);
  if (sign.source === 'session' && !isFresh(worker, sign)) return onlyState(state);
  if (sign.source === 'title' && sign.says === 'resting' && !stillRests(state.terminals.get(worker.id)))
    return onlyState(state);
  if (isBesideSubagent(state, worker, sign)) return onlyState(state);
  const events = withLimitEnd(worker, sign, observed(state, worker, [sign]));
  if (sessionId !== null && sessionId !== worker.sessionId && isSessionStart(sign))
    events.push({ type: 'session-changed', id: worker.id, sessionId });
  const said = sign.source === 'hook' && sign.report.kind === 'turn-ended' ? sign.report.said : null;
  if (said) events.push({ type: 'said', id: worker.id, text: said });
  return { state, events, effects: [] };
}

/** Adds when a usage limit ends, where the agent reported it; a later report may name another time. */
function withLimitEnd(
  { id, state, limitedUntil }: Worker,
  sign: Signal,
  seen: readonly DomainEvent[],
): DomainEvent[] {
  const until = sign.source === 'hook' && sign.report.kind === 'turn-failed' ? sign.report.until : undefined;
  if (until === undefined) return [...seen];
  if (seen.length === 0 && state === 'limited' && until !== limitedUntil)
    return [{ type: 'observed', id, state, asks: null, until }];
  return seen.map((event) => (event.type === 'observed' ? { ...event, until } : event));
}

function isSessionStart(sign: Signal): boolean {
  return sign.source === 'hook' && sign.report.kind === 'session-started';
}

/** Reports whether the agent still rests: a prompt may have come while its screen was read. */
function stillRests(terminal: TerminalRecord | undefined): boolean {
  return terminal !== undefined && !terminal.flowing && titleRests(terminal);
}

/**
 * Reports whether a session file is newer than the worker's known state. A resting worker's file that says `asking` counts
 * at any age: the agent may have opened a dialog just before the hook of its turn's end was read.
 */
export function isFresh(
  { state, stateSince }: Pick<Worker, 'state' | 'stateSince'>,
  sign: SessionSignal,
): boolean {
  return sign.at > Date.parse(stateSince) || (state === 'idle' && sign.says === 'asking');
}

/**
 * Reports whether a signal is about the worker's own conversation while a subagent waits for an answer. Claude Code
 * 2.1.332 goes on above such a question: it takes prompts, its title and session file show work or rest, and its screen
 * may no longer show the dialog. Only a key can have answered the question there.
 */
function isBesideSubagent(
  { held, terminals }: ControllerState,
  { id, state }: Worker,
  sign: Signal,
): boolean {
  if (state !== 'waiting' || sign.source === 'process') return false;
  const asked = [...held.values()].filter(({ request }) => request.worker === id && request.bySubagent);
  if (asked.length === 0) return false;
  if (sign.source === 'hook') return sign.report.kind === 'prompted';
  const { typedAt } = terminals.get(id) ?? {};
  return typedAt === undefined || asked.every(({ request }) => typedAt < request.since);
}

/** Returns the events that signals cause for a worker; none when nothing changes. */
export function observed(state: ControllerState, worker: Worker, signals: readonly Signal[]): DomainEvent[] {
  const now: Observation = {
    state: worker.state,
    questions: worker.questions.map((question) => withCall(state, question)),
  };
  const next = signals.reduce(observe, now);
  if (next === now) return [];
  const questions = next.questions.map(({ call: _, ...question }) => question);
  const asks = questions.at(-1)?.text ?? null;
  return [
    { type: 'observed', id: worker.id, state: next.state, asks, ...(questions.length > 0 && { questions }) },
  ];
}

/** Adds the tool call that a question is about, while its agent waits for our answer. */
function withCall({ held }: ControllerState, question: AskedQuestion): OpenQuestion {
  const call = held.get(question.request ?? '')?.call;
  return call === undefined ? question : { ...question, call };
}

function exited(id: string, exit: NonNullable<TerminalRecord['exit']>): DomainEvent {
  return { type: 'exited', id, exitCode: exit.code, signal: exit.signal };
}

/** Records a renamed branch, and shows one notice, because people know the worker by its branch. */
export function branchRenamed(state: ControllerState, { id, branch }: MessageOf<'branch-renamed'>): Decision {
  const worker = state.log.workers.get(id);
  if (!worker || worker.branch === branch || state.busy.has(id)) return onlyState(state);
  const message = `The branch of ${id} is called ${branch} now, no longer ${worker.branch}.`;
  return {
    state: addNotice(state, problemOf('branch_renamed', message)),
    events: [{ type: 'branch-renamed', id, branch }],
    effects: [],
  };
}

/** Records a failed setup, which the worker's process reports just before it ends. */
export function setupFailed(state: ControllerState, { id, failed }: MessageOf<'setup-failed'>): Decision {
  const events = state.log.workers.has(id) ? [{ type: 'setup-failed', id, failed } as const] : [];
  return { state, events, effects: [] };
}

/** Records that there is nothing to resume: the next start begins a new conversation. */
export function conversationMissing(
  state: ControllerState,
  message: MessageOf<'conversation-missing'>,
): Decision {
  const worker = endedWorker(state, message.id);
  if (!worker?.hasConversation) return onlyState(state);
  const hint = 'Resume it to start over with its brief, in the same worktree.';
  return corrected(state, worker, `Nothing is left of the conversation of ${worker.id}.`, hint, {
    type: 'conversation-lost',
    id: worker.id,
    sessionId: message.sessionId,
  });
}

/** Records a conversation that exists although the log lost the lines about it. */
export function conversationFound(
  state: ControllerState,
  message: MessageOf<'conversation-found'>,
): Decision {
  const worker = endedWorker(state, message.id);
  if (!worker || worker.hasConversation) return onlyState(state);
  return corrected(state, worker, `${worker.id} has begun its conversation before.`, 'Resume it to go on.', {
    type: 'session-changed',
    id: worker.id,
    sessionId: worker.sessionId,
  });
}

/** Returns the worker if it has exited; a running process reports its conversation itself. */
function endedWorker({ log }: ControllerState, id: string): Worker | null {
  const worker = log.workers.get(id);
  return worker?.state === 'exited' ? worker : null;
}

/** Shows a notice, and plans open resume proposals again. */
function corrected(
  state: ControllerState,
  { id }: Worker,
  text: string,
  hint: string,
  event: DomainEvent,
): Decision {
  const proposals = [...state.log.proposals.values()].filter(
    (open) => open.kind === 'resume' && draftId(open.draft) === id,
  );
  return {
    state: addNotice(state, problemOf('conversation_differs', text, hint)),
    events: [event],
    effects: proposals.map(({ n }) => ({ type: 'plan', n })),
  };
}

/** Milliseconds from an agent's first turn until its missing tools are reported. */
export const toolsTimeoutMs = 20_000;

/** Notes a run that this controller started; nothing is known of earlier runs. */
export function trackRun({ now }: Moment, { id }: MessageOf<'launched'>): Consequence {
  return { now: fresh(now, id) };
}

/** Starts the timeout for an agent's tools at the first turn of a run. */
export function awaitTools({ now }: Moment, { id, sign }: MessageOf<'signed'>): Consequence {
  const known = now.tools.get(id);
  const isTurn = sign.source === 'hook' && sign.report.kind === 'prompted' && known?.state === 'fresh';
  if (!isTurn) return noConsequence;
  const { run } = known;
  return {
    now: withContact(now, id, { run, state: 'awaited' }),
    effects: [{ type: 'await-tools', id, run }],
  };
}

function fresh(state: ControllerState, id: string): ControllerState {
  const worker = state.log.workers.get(id);
  if (!worker || state.config.agents[worker.agent]?.speaks !== 'claude') return state;
  if (state.tools.get(id)?.run === worker.run) return state;
  return withContact(state, id, { run: worker.run, state: 'fresh' });
}

/** Notes that an agent has used our tools. @param listed it has asked for their list */
export function toolsMet(state: ControllerState, id: string, listed: boolean): ControllerState {
  const run = state.log.workers.get(id)?.run;
  const known = state.tools.get(id);
  if (run === undefined || (known?.run === run && known.state === 'listed')) return state;
  return withContact(state, id, { run, state: listed ? 'listed' : 'met' });
}

export function toolsOverdue(state: ControllerState, id: string, run: number): ControllerState {
  const known = state.tools.get(id);
  if (known?.run !== run || known.state !== 'awaited') return state;
  return withContact(state, id, { run, state: 'overdue' });
}

function withContact(state: ControllerState, id: string, contact: ToolsContact): ControllerState {
  return { ...state, tools: new Map(state.tools).set(id, contact) };
}

/** Takes a snapshot when a worker's turn ends: it may have changed files. */
export function snapshotAfterTurn(
  { before: { log, busy } }: Moment,
  event: Extract<DomainEvent, { type: 'observed' | 'exited' | 'lost' }>,
): Consequence {
  const { id } = event;
  const state = event.type === 'observed' ? event.state : event.type;
  const worker = log.workers.get(id);
  if (state === 'working' || busy.has(id) || !worker || isOrchestrator(worker)) return noConsequence;
  const was = worker.state;
  // A worker that waits for an answer has often changed something before.
  const hasWorked = was === 'working' || was === 'waiting';
  if (!hasWorked || state === was) return noConsequence;
  return { effects: [{ type: 'snapshot', id, why: `Was ${was}, now ${state}` }] };
}

/** Looks for processes that a killed host left running, if there are workers. */
export function findLeftovers({ now: { log } }: Moment): Consequence {
  return log.workers.size === 0 ? noConsequence : { effects: [{ type: 'look-for-left' }] };
}

/** Reports a failed snapshot, except of a worktree that is being removed. */
export function snapshotEnded(state: ControllerState, { id, result }: MessageOf<'snapshot-ended'>): Decision {
  const unchanged: Decision = onlyState(state);
  if (result.ok || state.busy.has(id) || !state.log.workers.has(id)) return unchanged;
  const message = `Uncommitted work of ${id} could not be kept: ${result.problem.message}`;
  return {
    ...unchanged,
    state: addNotice(state, problemOf('snapshot_failed', message, result.problem.hint)),
  };
}
