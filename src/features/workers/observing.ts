import { readTitleBy } from '../../agents/abilities.ts';
import { readTitle } from '../../agents/claude/screen.ts';
import {
  type Observation,
  type OpenQuestion,
  observe,
  type SessionSign,
  type Signal,
  type TitleSign,
} from '../../core/observation.ts';
import { draftId } from '../../core/proposal.ts';
import { type AskedQuestion, isLive, isOrchestrator, type Worker } from '../../core/worker.ts';
import type { AgentPreset } from '../../core/workspace.ts';
import type { TerminalRecord } from '../../ipc/hostApi.ts';
import { type Problem, problemOf } from '../../lib/result.ts';
import type { DomainEvent } from '../log.ts';
import type { Message, Told } from '../messages.ts';
import {
  addNotice,
  type Consequence,
  type ControllerState,
  type Decision,
  type Effect,
  type Moment,
  noConsequence,
} from '../state.ts';
import type { ToolsContact } from './workerState.ts';

/** Compares what the log believes with the terminals that are really there. */
export function hostConnected(state: ControllerState, terminals: readonly TerminalRecord[]): Decision {
  const known: ControllerState = { ...state, terminals: new Map(terminals.map((one) => [one.id, one])) };
  const met = [...state.log.workers.values()]
    .filter(({ id }) => !state.busy.has(id))
    .map((worker) => meet(known, worker, known.terminals.get(worker.id)));
  const strangers = terminals.filter((one) => !state.log.workers.has(one.id));
  const running = strangers.filter((one) => one.exit === null);
  return {
    state: running.map(unknownTerminal).reduce(addNotice, known),
    happenings: met.flatMap(({ happenings }) => happenings),
    effects: [
      ...met.flatMap(({ effects }) => effects),
      // Left by a controller that ended before it could do this: the next worker of that name needs the place.
      ...strangers.filter((one) => one.exit).map(({ id }) => ({ type: 'forget-terminal', id }) as const),
    ],
  };
}

type Seen = Pick<Decision, 'happenings' | 'effects'>;

function meet(state: ControllerState, worker: Worker, terminal: TerminalRecord | undefined): Seen {
  if (isLive(worker.state))
    return terminal
      ? see(state, worker, undefined, terminal)
      : { happenings: [{ type: 'lost', id: worker.id }], effects: [] };
  if (!terminal || terminal.exit) return { happenings: [], effects: [] };
  // Believed dead, yet it runs: the last lines of the log did not survive.
  return { happenings: [{ type: 'observed', id: worker.id, state: 'idle', asks: null }], effects: [] };
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
  if (!worker || !isLive(worker.state)) return { state: known, happenings: [], effects: [] };
  const seen = see(known, worker, before, terminal);
  const operation = state.busy.get(terminal.id);
  if (!terminal.exit || !operation || operation.kind === 'launching') return { state: known, ...seen };
  return { state: known, ...seen, happenings: seen.happenings.map(wanted) };
}

/** What ends while it is being stopped, finished or cleaned, ends because a person wants that. */
function wanted(happening: DomainEvent): DomainEvent {
  return happening.type === 'exited' ? { ...happening, wanted: true } : happening;
}

/** How an agent can be understood. */
type Speech = Pick<AgentPreset, 'speaks' | 'titles'>;

function speechOf({ config }: ControllerState, worker: Worker): Speech {
  return config.agents[worker.agent] ?? { speaks: 'none' };
}

/** What the terminal of a live worker tells of it, compared with what it told before. */
function see(
  state: ControllerState,
  worker: Worker,
  before: TerminalRecord | undefined,
  now: TerminalRecord,
): Seen {
  const speech = speechOf(state, worker);
  const signs = () => signsOf(before, now, speech).filter((sign) => !isOfAnother(state, worker, sign));
  return {
    happenings: now.exit ? [exited(worker.id, now.exit)] : observed(state, worker, signs()),
    effects: speech.speaks === 'claude' ? looksNeeded(worker, before, now) : [],
  };
}

function signsOf(before: TerminalRecord | undefined, now: TerminalRecord, speech: Speech): Signal[] {
  const signs: Signal[] = [];
  const says = titleOf(now, speech);
  // Whether Claude Code rests or asks, its title is the same: `lookAtAgent` finds out which.
  const isOpen = speech.speaks === 'claude' && says === 'resting';
  if (says && !isOpen && says !== (before && titleOf(before, speech))) signs.push({ source: 'title', says });
  // Output says little where hooks say all.
  if (speech.speaks === 'none' && now.flowing !== before?.flowing)
    signs.push({ source: 'output', flowing: now.flowing });
  return signs;
}

/** A title that rests says so once nothing is printed any more: what comes next may be a question. */
function titleOf({ title, flowing }: TerminalRecord, { speaks, titles }: Speech): TitleSign['says'] | null {
  const says = speaks === 'none' ? readTitleBy(titles ?? {}, title) : readTitle(title);
  return says === 'resting' && flowing ? null : says;
}

/**
 * Where hooks are silent: a question before the first of them, one that Esc was pressed at, one without a hook, and an
 * end without a beginning.
 */
function looksNeeded(
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

/** Reports whether Claude Code's title says that it rests or waits, though it may print on. */
export function titleRests({ title }: Pick<TerminalRecord, 'title'>): boolean {
  return readTitle(title) === 'resting';
}

/** A sign from hook, session file, title or screen. The agent may go on under another conversation id, after `/clear` for instance. */
export function signed(state: ControllerState, message: Extract<Message, { type: 'signed' }>): Decision {
  const worker = state.log.workers.get(message.id);
  if (!worker) return { state, happenings: [], effects: [] };
  const { sign, sessionId, ofStateSince = worker.stateSince } = message;
  if (ofStateSince !== worker.stateSince) return { state, happenings: [], effects: [] };
  if (sign.source === 'session' && !isFresh(worker, sign)) return { state, happenings: [], effects: [] };
  if (sign.source === 'title' && sign.says === 'resting' && !stillRests(state.terminals.get(worker.id)))
    return { state, happenings: [], effects: [] };
  if (isOfAnother(state, worker, sign)) return { state, happenings: [], effects: [] };
  const happenings = withEnd(worker, sign, observed(state, worker, [sign]));
  if (sessionId !== null && sessionId !== worker.sessionId && isSessionStart(sign))
    happenings.push({ type: 'session-changed', id: worker.id, sessionId });
  const said = sign.source === 'hook' && sign.report.kind === 'turn-ended' ? sign.report.said : null;
  if (said) happenings.push({ type: 'said', id: worker.id, text: said });
  return { state, happenings, effects: [] };
}

/** When a limit ends, where the agent said so; it may say so again, of another time. */
function withEnd(
  { id, state, limitedUntil }: Worker,
  sign: Signal,
  seen: readonly DomainEvent[],
): DomainEvent[] {
  const until = sign.source === 'hook' && sign.report.kind === 'turn-failed' ? sign.report.until : undefined;
  if (until === undefined) return [...seen];
  if (seen.length === 0 && state === 'limited' && until !== limitedUntil)
    return [{ type: 'observed', id, state, asks: null, until }];
  return seen.map((happening) => (happening.type === 'observed' ? { ...happening, until } : happening));
}

function isSessionStart(sign: Signal): boolean {
  return sign.source === 'hook' && sign.report.kind === 'session-started';
}

/** A prompt may have come while the agent was looked at. */
function stillRests(terminal: TerminalRecord | undefined): boolean {
  return terminal !== undefined && !terminal.flowing && titleRests(terminal);
}

/**
 * Reports whether an agent has written that of itself since its worker came to the state that we know. One that says
 * that it waits is believed at rest, however old that is: it may have opened a dialog just before the hook that told of
 * the end of its turn was read.
 */
export function isFresh(
  { state, stateSince }: Pick<Worker, 'state' | 'stateSince'>,
  sign: SessionSign,
): boolean {
  return sign.at > Date.parse(stateSince) || (state === 'idle' && sign.says === 'asking');
}

/**
 * Reports whether a sign tells of the worker's own conversation, while a subagent waits for an answer. Claude Code 2.1.332
 * goes on above such a question: it takes prompts, its title and its session file say that it works or rests, and its
 * screen may show the dialog no more. Only a key can have answered the question there.
 */
function isOfAnother({ held, terminals }: ControllerState, { id, state }: Worker, sign: Signal): boolean {
  if (state !== 'waiting' || sign.source === 'process') return false;
  const asked = [...held.values()].filter(({ request }) => request.worker === id && request.bySubagent);
  if (asked.length === 0) return false;
  if (sign.source === 'hook') return sign.report.kind === 'prompted';
  const { typedAt } = terminals.get(id) ?? {};
  return typedAt === undefined || asked.every(({ request }) => typedAt < request.since);
}

/** What signs make of a worker; nothing when they say nothing new. */
export function observed(state: ControllerState, worker: Worker, signs: readonly Signal[]): DomainEvent[] {
  const now: Observation = {
    state: worker.state,
    questions: worker.questions.map((question) => withCall(state, question)),
  };
  const next = signs.reduce(observe, now);
  if (next === now) return [];
  const questions = next.questions.map(({ call: _, ...question }) => question);
  const asks = questions.at(-1)?.text ?? null;
  return [
    { type: 'observed', id: worker.id, state: next.state, asks, ...(questions.length > 0 && { questions }) },
  ];
}

/** With the use of a tool that it is about, as long as its agent waits for our answer. */
function withCall({ held }: ControllerState, question: AskedQuestion): OpenQuestion {
  const call = held.get(question.request ?? '')?.call;
  return call === undefined ? question : { ...question, call };
}

function exited(id: string, exit: NonNullable<TerminalRecord['exit']>): DomainEvent {
  return { type: 'exited', id, exitCode: exit.code, signal: exit.signal };
}

/** Said once to people, too: what they know it by has changed. */
export function branchRenamed(state: ControllerState, { id, branch }: Told<'branch-renamed'>): Decision {
  const worker = state.log.workers.get(id);
  if (!worker || worker.branch === branch || state.busy.has(id))
    return { state, happenings: [], effects: [] };
  const message = `The branch of ${id} is called ${branch} now, no longer ${worker.branch}.`;
  return {
    state: addNotice(state, problemOf('branch_renamed', message)),
    happenings: [{ type: 'branch-renamed', id, branch }],
    effects: [],
  };
}

/** What the worker's process says of itself just before it ends. */
export function setupFailed(state: ControllerState, { id, failed }: Told<'setup-failed'>): Decision {
  const happenings = state.log.workers.has(id) ? [{ type: 'setup-failed', id, failed } as const] : [];
  return { state, happenings, effects: [] };
}

/** There is nothing to resume: the next start begins anew, under another conversation id. */
export function conversationMissing(state: ControllerState, message: Told<'conversation-missing'>): Decision {
  const worker = endedWorker(state, message.id);
  if (!worker?.hasConversation) return { state, happenings: [], effects: [] };
  const hint = 'Resume it to start over with its brief, in the same worktree.';
  return corrected(state, worker, `Nothing is left of the conversation of ${worker.id}.`, hint, {
    type: 'conversation-lost',
    id: worker.id,
    sessionId: message.sessionId,
  });
}

/** It had begun, and the last lines of the log that told of it did not survive. */
export function conversationFound(state: ControllerState, message: Told<'conversation-found'>): Decision {
  const worker = endedWorker(state, message.id);
  if (!worker || worker.hasConversation) return { state, happenings: [], effects: [] };
  return corrected(state, worker, `${worker.id} has begun its conversation before.`, 'Resume it to go on.', {
    type: 'session-changed',
    id: worker.id,
    sessionId: worker.sessionId,
  });
}

/** A process that runs again knows better. */
function endedWorker({ log }: ControllerState, id: string): Worker | null {
  const worker = log.workers.get(id);
  return worker?.state === 'exited' ? worker : null;
}

/** The person is told, and whoever wishes to resume already gets another plan. */
function corrected(
  state: ControllerState,
  { id }: Worker,
  text: string,
  hint: string,
  happening: DomainEvent,
): Decision {
  const wishes = [...state.log.proposals.values()].filter(
    (open) => open.kind === 'resume' && draftId(open.draft) === id,
  );
  return {
    state: addNotice(state, problemOf('conversation_differs', text, hint)),
    happenings: [happening],
    effects: wishes.map(({ n }) => ({ type: 'plan', n })),
  };
}

/** Milliseconds from an agent's first turn until its silence is told. */
export const toolsPatienceMs = 20_000;

/** Notes a run that begins under our eyes; of others nothing is known. */
export function noteRun({ now }: Moment, { id }: Told<'launched'>): Consequence {
  return { now: fresh(now, id) };
}

/** Begins to wait for an agent's tools at the first turn of a run. */
export function awaitTools({ now }: Moment, { id, sign }: Told<'signed'>): Consequence {
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

/** An agent asked. */
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

/** Keeps the work of a worker whose turn ends: it may have changed files. */
export function keepWork(
  { before: { log, busy } }: Moment,
  happening: Extract<DomainEvent, { type: 'observed' | 'exited' | 'lost' }>,
): Consequence {
  const { id } = happening;
  const state = happening.type === 'observed' ? happening.state : happening.type;
  const worker = log.workers.get(id);
  if (state === 'working' || busy.has(id) || !worker || isOrchestrator(worker)) return noConsequence;
  const was = worker.state;
  // Waiting for an answer it has often just been about to change something, and has changed something before.
  const hasWorked = was === 'working' || was === 'waiting';
  if (!hasWorked || state === was) return noConsequence;
  return { effects: [{ type: 'snapshot', id, why: `Was ${was}, now ${state}` }] };
}

/** Looks what a killed host left running, where there is a worker that it can be of. */
export function lookForLeft({ now: { log } }: Moment): Consequence {
  return log.workers.size === 0 ? noConsequence : { effects: [{ type: 'look-for-left' }] };
}

/** A worktree that is being removed cannot be kept any more, and need not be. */
export function snapshotEnded(state: ControllerState, { id, result }: Told<'snapshot-ended'>): Decision {
  const unchanged: Decision = { state, happenings: [], effects: [] };
  if (result.ok || state.busy.has(id) || !state.log.workers.has(id)) return unchanged;
  const message = `Uncommitted work of ${id} could not be kept: ${result.problem.message}`;
  return {
    ...unchanged,
    state: addNotice(state, problemOf('snapshot_failed', message, result.problem.hint)),
  };
}
