import { draftId } from '../../core/proposal.ts';
import type { Worker } from '../../core/worker.ts';
import {
  foreignStateProblem,
  untrustedProblem,
  usualStaggerMs,
  type WorkspaceConfig,
} from '../../core/workspace.ts';
import type { Message, RequestId } from '../../features/messages.ts';
import type { RadarWatch } from '../../features/radar/service/watch.ts';
import { type ControllerState, type Effect, noSuchWorker } from '../../features/state.ts';
import { toolsTimeoutMs } from '../../features/workers/signals.ts';
import { takenPorts } from '../../features/workers/start.ts';
import type { Git } from '../../git/run.ts';
import { readStatuses } from '../../git/status/status.ts';
import { helpFor, type Problem, problemOf, type Result, success, whyOf } from '../../lib/result.ts';
import { pause, Stagger } from '../../lib/schedule.ts';
import type { RunEffect, WorldEffect } from '../core.ts';
import type { Documents } from '../documents.ts';
import { lookAtAgent, lookAtRestless, TokenCounter } from './agentState.ts';
import { keepUncommitted, undoEnd } from './backups.ts';
import type { HostPort } from './hostPort.ts';
import { launch } from './launch.ts';
import { findLeftProcesses } from './leftovers.ts';
import { makePlan } from './plan.ts';
import { checksChanged, checksOf, cleanWorker, finishWorker, runChecks } from './removal.ts';
import type { Environments, Tools } from './tools.ts';
import type { Typist } from './typist.ts';

/** Services that effects run with. */
export interface Edge {
  readonly git: Git;
  readonly host: HostPort;
  readonly radar: RadarWatch;
  readonly documents: Pick<Documents, 'run'>;
  /** Types into agents. */
  readonly typist: Pick<Typist, 'type'>;
  /** Opens the endpoint for agents' tools, and returns its address. */
  openTools(): Promise<Result<string>>;
  readonly environments: Pick<Environments, 'ambientOf'>;
  /** The controller's own. */
  readonly ambient: Tools['ambient'];
  /** Returns the name of the environment that the client of a request has lent. */
  environmentOf(ticket: RequestId): string | undefined;
  dispatch(message: Message): void;
  /** Reports a bug. Expected failures do not come here. */
  fail(error: unknown): void;
}

interface Ongoing {
  /** Cancels the checks before a finish, by worker. */
  readonly checks: Map<string, AbortController>;
  readonly starts: Stagger;
  readonly tokens: TokenCounter;
}

/** Returns a runner of effects, which dispatches their results. */
export function createRunner(edge: Edge): RunEffect {
  const tokens = new TokenCounter(edge.dispatch, edge.fail);
  const ongoing: Ongoing = { checks: new Map(), starts: new Stagger(), tokens };
  return (effect, state) => {
    run(edge, effect, state, ongoing).catch((error) => {
      edge.fail(error);
      const failed = afterFault(effect, state, error as Error);
      if (failed) edge.dispatch(failed);
    });
  };
}

/** Returns the result of an effect that threw, so that a waiting client gets an answer and the worker is free again. */
function afterFault(effect: WorldEffect, state: ControllerState, error: Error): Message | null {
  const problem = problemIn(error);
  const result = { ok: false, problem } as const;
  switch (effect.type) {
    case 'plan': {
      const draft = state.log.proposals.get(effect.n)?.draft;
      const { config, environment } = state;
      return draft ? { type: 'planned', n: effect.n, draft, config, environment, plan: result } : null;
    }
    case 'launch':
      return { type: 'launch-failed', id: effect.id, stage: 'spawn', problem, ticket: effect.ticket };
    case 'end-process':
      return { type: 'process-ended', id: effect.id, result, ticket: effect.ticket };
    case 'finish':
      return { type: 'finish-ended', id: effect.id, result, ticket: effect.ticket };
    case 'clean':
      return { type: 'clean-ended', id: effect.id, result, ticket: effect.ticket };
    case 'undo':
      return { type: 'undo-ended', id: effect.id, result, ticket: effect.ticket };
    case 'type-prompt':
      return { type: 'prompt-typed', id: effect.id, key: effect.key, result };
    default:
      return null;
  }
}

function problemIn(error: Error & { readonly code?: unknown }): Problem {
  const isFull = error.code === 'ENOSPC' || error.code === 'EDQUOT';
  const hint = helpFor(error) ?? 'Its log says more.';
  return problemOf(isFull ? 'disk_full' : 'internal', `orch-tui could not do this: ${whyOf(error)}`, hint);
}

type EffectOf<T extends WorldEffect['type']> = Extract<WorldEffect, { readonly type: T }>;

/** Parts of the controller that one run of an effect works with. */
interface EffectContext {
  readonly edge: Edge;
  readonly tools: Tools;
  /** State when the effect was decided on. */
  readonly state: ControllerState;
  readonly ongoing: Ongoing;
}

type Runner<T extends WorldEffect['type']> = (
  effect: EffectOf<T>,
  context: EffectContext,
) => Promise<void> | void;

async function run<T extends WorldEffect['type']>(
  edge: Edge,
  effect: EffectOf<T>,
  state: ControllerState,
  ongoing: Ongoing,
): Promise<void> {
  const usual = toolsFor(edge, state, environmentFor(edge, effect, state));
  const tools = 'id' in effect ? tellingSigner(edge, usual, effect.id) : usual;
  const runner: Runner<T> = runners[effect.type as T];
  return runner(effect, { edge, tools, state, ongoing });
}

/** Runners by the type of the effect. Every type has a row. */
const runners: { readonly [T in WorldEffect['type']]: Runner<T> } = {
  plan: ({ n }, { edge, tools, state }) => plan(edge, tools, n, state),
  launch: async (effect, { edge, tools, state, ongoing }) => {
    const worker = state.log.workers.get(effect.id);
    if (worker) await launchWorker(edge, await withTools(edge, tools), worker, effect, ongoing.starts);
  },
  'end-process': async ({ id, ticket }, { edge }) => {
    const call = await edge.host.find();
    const result = call.ok ? await call.value('end', { id }) : call;
    edge.dispatch({ type: 'process-ended', id, result, ticket });
  },
  finish,
  clean: async (effect, { edge, tools, state }) => {
    const { id, ticket } = effect;
    const result = await remove(state, id, (worker) => cleanWorker(tools, edge.host, worker, effect));
    edge.dispatch({ type: 'clean-ended', id, result, ticket });
  },
  'cancel-checks': ({ id }, { ongoing }) => ongoing.checks.get(id)?.abort(),
  undo: async (effect, { edge, tools, state }) => {
    const { id, ticket } = effect;
    edge.dispatch({ type: 'undo-ended', id, result: await undoEnd(tools, state, effect), ticket });
  },
  snapshot: async (effect, { edge, tools, state }) => {
    const result = await keepUncommitted(tools, state, effect);
    edge.dispatch({ type: 'snapshot-ended', id: effect.id, result });
  },
  'forget-terminal': async ({ id }, { edge }) => {
    const call = await edge.host.find();
    if (call.ok) await call.value('forget', { id });
  },
  'look-at-agent': ({ id, restless }, { edge, state }) =>
    restless ? lookAtRestless(edge, state, id) : lookAtAgent(edge, state, id),
  'await-tools': runWait,
  'await-listing': runWait,
  'await-limit-end': runWait,
  'await-turn': runWait,
  'move-card': (effect, { edge }) => edge.documents.run(effect),
  'enter-time': (effect, { edge }) => edge.documents.run(effect),
  'write-entries': (effect, { edge }) => edge.documents.run(effect),
  'look-at-radar': ({ repo, changed }, { edge }) => edge.radar.wake(repo, changed),
  'type-prompt': async (effect, { edge }) => edge.dispatch(await typed(edge, effect)),
  'count-tokens': ({ id, session, path }, { ongoing }) => ongoing.tokens.ask(id, session, path),
  'look-for-left': (_, { edge, state }) => findLeftProcesses(edge.dispatch, state),
  'look-at-repos': async (_, { edge, state }) =>
    edge.dispatch({ type: 'repos-looked-at', repos: await lookAtRepos(edge.git, state) }),
};

async function finish(
  effect: EffectOf<'finish'>,
  { edge, tools, state, ongoing }: EffectContext,
): Promise<void> {
  const { id, ticket, skipChecks } = effect;
  const runChecksFirst = (worker: Worker) =>
    skipChecks ? Promise.resolve(success([])) : check(edge, tools, worker, effect.checks, ongoing.checks);
  const result = await remove(state, id, (worker) =>
    finishWorker(tools, edge.host, worker, effect, runChecksFirst),
  );
  edge.dispatch({ type: 'finish-ended', id, result, ticket });
}

/** Returns the environment of the asking client; plans, and approvals of older clients, have that of the plans. */
function environmentFor(edge: Edge, effect: WorldEffect, { environment }: ControllerState): string {
  if (effect.type === 'plan') return environment;
  return 'ticket' in effect ? (edge.environmentOf(effect.ticket) ?? environment) : '';
}

/** Returns tools that work in the environment of that name. */
export function toolsFor(
  { git, environments }: Pick<Edge, 'git' | 'environments'>,
  { config }: Pick<ControllerState, 'config'>,
  environment: string,
): Tools {
  const ambient = environments.ambientOf(environment);
  return { git: git.withEnvironment(ambient), ambient, config };
}

/** Returns tools for effects on a worker, which report that a signature waits for the person. */
export function tellingSigner({ dispatch }: Pick<Edge, 'dispatch'>, tools: Tools, id: string): Tools {
  return {
    ...tools,
    git: tools.git.withSignerCallback((program) => dispatch({ type: 'signing', id, program })),
  };
}

/** Adds the address of our tools. A failure is only a notice, because agents work without them. */
async function withTools(edge: Edge, tools: Tools): Promise<Tools> {
  const mcpUrl = await edge.openTools();
  if (mcpUrl.ok) return { ...tools, mcpUrl: mcpUrl.value };
  edge.dispatch({ type: 'noticed', problem: mcpUrl.problem });
  return tools;
}

export function lookAtRepos(git: Git, state: ControllerState) {
  return readStatuses(git, state.config.repos);
}

async function plan(edge: Edge, tools: Tools, n: number, state: ControllerState): Promise<void> {
  const open = state.log.proposals.get(n);
  if (!open) return;
  const { config, trust, environment } = state;
  if (trust.configuration !== 'trusted') {
    const problem = untrustedProblem(config.root, trust);
    const plan = { ok: false, problem } as const;
    return edge.dispatch({ type: 'planned', n, draft: open.draft, config, environment, plan });
  }
  const worker = open.kind === 'resume' ? (state.log.workers.get(draftId(open.draft)) ?? null) : null;
  const plan = await makePlan(await withTools(edge, tools), open, worker, takenPorts(state, open));
  edge.dispatch({ type: 'planned', n, draft: open.draft, config, environment, plan });
}

async function launchWorker(
  edge: Edge,
  tools: Tools,
  worker: Worker,
  { id, plan, size, ticket }: Extract<WorldEffect, { type: 'launch' }>,
  starts: Stagger,
): Promise<void> {
  const launched = await launch(tools, edge.host, worker, plan, size, () => starts.turn(gapOf(tools)));
  if (!launched.ok)
    return edge.dispatch({
      type: 'launch-failed',
      id,
      stage: launched.stage,
      problem: launched.problem,
      ticket,
    });
  for (const warning of launched.warnings)
    edge.dispatch({ type: 'noticed', problem: { code: 'worktree_warning', message: `${id}: ${warning}` } });
  edge.dispatch({ type: 'launched', id, ticket });
}

/** Milliseconds from one start to the next. */
function gapOf({ config }: { readonly config: WorkspaceConfig }): number {
  return config.limits?.staggerMs ?? usualStaggerMs;
}

/** Runs the checks that a person was shown, and dispatches their begin and end. */
async function check(
  edge: Edge,
  tools: Tools,
  worker: Worker,
  shown: readonly string[] | null,
  checks: Map<string, AbortController>,
): Promise<Result<readonly string[]>> {
  const command = checksOf(tools, worker.repo);
  if (JSON.stringify(command) !== JSON.stringify(shown)) return checksChanged(worker.id);
  if (!command) return success([]);
  const stop = new AbortController();
  checks.set(worker.id, stop);
  edge.dispatch({ type: 'checks-begun', id: worker.id });
  try {
    return await runChecks(tools, worker, stop.signal);
  } finally {
    checks.delete(worker.id);
    edge.dispatch({ type: 'checks-ended', id: worker.id });
  }
}

async function remove<T>(
  state: ControllerState,
  id: string,
  use: (worker: Worker) => Promise<Result<T>>,
): Promise<Result<T>> {
  const worker = state.log.workers.get(id);
  return worker ? use(worker) : noSuchWorker(state, id);
}

async function typed(
  { typist }: Edge,
  { id, key, text, kind }: Extract<Effect, { type: 'type-prompt' }>,
): Promise<Message> {
  return { type: 'prompt-typed', id, key, result: await typist.type({ id, text, kind }) };
}

/** Longest wait for an agent to list our tools. */
const listingMs = 15_000;

/** The limit of Node's timers. */
const longestMs = 2 ** 31 - 1;

/** Effects that only wait. */
type Wait = Extract<Effect, { type: `await-${string}` }>;

/** Dispatches a message after a time; `update` decides whether it still matters. */
async function runWait(wait: Wait, { edge: { dispatch }, state, ongoing }: EffectContext): Promise<void> {
  switch (wait.type) {
    case 'await-tools':
      await after(toolsTimeoutMs);
      return dispatch({ type: 'tools-overdue', id: wait.id, run: wait.run });
    case 'await-listing':
      await after(listingMs);
      return dispatch({ type: 'brief-overdue', id: wait.id, key: wait.key });
    case 'await-limit-end':
      // Timers may fire a fraction early.
      await after(Date.parse(wait.until) - Date.now() + 50);
      return dispatch({ type: 'clock-read', now: Date.now() });
    case 'await-turn':
      await ongoing.starts.turn(gapOf(state));
      return dispatch({ type: 'turn-came', id: wait.id, key: wait.key });
  }
}

function after(ms: number): Promise<void> {
  return pause(Math.min(Math.max(0, ms), longestMs), { keepsAlive: false });
}

/**
 * Effects allowed with a foreign log: reading, and ending processes. None may start, merge, remove, move a card or enter
 * time.
 */
const allowedEffects: ReadonlySet<WorldEffect['type']> = new Set([
  'end-process',
  'look-at-agent',
  'look-at-repos',
  'look-for-left',
  'count-tokens',
]);

/** Runs the allowed effects only. A plan fails with the reason; every other effect is dropped. */
export function onlyForLiveWorkers(run: RunEffect, dispatch: (message: Message) => void): RunEffect {
  return (effect, state) => {
    if (allowedEffects.has(effect.type)) return run(effect, state);
    const draft = effect.type === 'plan' && state.log.proposals.get(effect.n)?.draft;
    if (!draft || effect.type !== 'plan') return;
    const { config, environment } = state;
    const plan = { ok: false, problem: foreignStateProblem(config.root) } as const;
    queueMicrotask(() => dispatch({ type: 'planned', n: effect.n, draft, config, environment, plan }));
  };
}
