import { createHash, createHmac, randomBytes } from 'node:crypto';
import { asPlainText, canResume, missingAbilities, takesBrief } from '../../agents/abilities.ts';
import { untestedNote } from '../../agents/claude/launch.ts';
import { agentPrograms, commandLine } from '../../agents/launch.ts';
import {
  findSession,
  type KnownSession,
  listedFlags,
  probeAgent,
  type QueriedProgram,
} from '../../agents/probe.ts';
import { findPreset, findRepo } from '../../config/workspaceConfig.ts';
import { type BaseCommit, draftId, type StartPlan } from '../../core/proposal.ts';
import {
  freePorts,
  isOrchestrator,
  overlapsAny,
  type PortBlock,
  usualPorts,
  type Worker,
} from '../../core/worker.ts';
import type { AgentPreset } from '../../core/workspace.ts';
import { memoryTools } from '../../features/memory/service/memoryServer.ts';
import type { OpenProposal } from '../../features/workers/workerState.ts';
import { readFlow } from '../../git/flow.ts';
import { chooseBase, describeCommit } from '../../git/worktrees/branch.ts';
import { checkNewWorktree, checkOldWorktree } from '../../git/worktrees/worktrees.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { personKey } from '../../lib/stateFolder.ts';
import { guardRules, guardWarnings, planReadying, type Readying, workerEnvironment } from './launch.ts';
import { leftOf } from './leftovers.ts';
import { agentSettingsFile, mcpConfigFile, type Tools, worktreePath } from './tools.ts';

/**
 * Returns the plan of an approval. Fetches, but changes nothing that a person could see.
 * @param taken ports of other workers
 */
export async function makePlan(
  tools: Tools,
  open: OpenProposal,
  worker: Worker | null,
  taken: readonly PortBlock[] = [],
): Promise<Result<StartPlan>> {
  const { config } = tools;
  const agent = chooseAgent(config, open);
  const preset = findPreset(config, agent);
  if (!preset.ok) return preset;
  if (isOrchestrator(open.draft) && preset.value.speaks !== 'claude') return cannotCoordinate(agent);
  const place = await choosePlace(tools, open, worker);
  if (!place.ok) return place;
  const readying = await readyingOf(tools, open, place.value.worktree);
  if (!readying.ok) return readying;
  const ports = isOrchestrator(open.draft) ? null : choosePorts(config, worker, taken);
  const environment = workerEnvironment(tools, preset.value, open.draft, ports ?? undefined);
  const found = await probeAgent(agent, preset.value, environment, config.root);
  if (!found.ok) return found;
  const program = { file: found.value.file, env: environment, cwd: config.root };
  const flags = await listedFlags(preset.value, program);
  const session = await sessionOf(preset.value, program, worker);
  const start = { agent, preset: preset.value, environment, ports };
  const { version } = found.value;
  const ending = await leftOf(config.root, draftId(open.draft), worker);
  const known = { ending, ...start, version, flags, session, readying: readying.value };
  return success(assemble(tools, open, worker, { ...known, ...place.value }));
}

/** Keeps a worker's ports unless another one has them now. */
function choosePorts(
  { ports = usualPorts }: Tools['config'],
  worker: Worker | null,
  taken: readonly PortBlock[],
): PortBlock | null {
  const own = worker?.ports;
  return own && !overlapsAny(own, taken) ? own : freePorts(ports, taken);
}

function cannotCoordinate(agent: string): Result<never> {
  return failure(
    'cannot_be_orchestrator',
    `The agent ${agent} cannot be kept from writing.`,
    'Choose one that speaks claude.',
  );
}

/** Chooses the agent. Only Claude Code can be the orchestrator, which is limited by its flags and hooks. */
function chooseAgent({ agents, defaultAgent }: Tools['config'], { draft }: OpenProposal): string {
  if (draft.agent !== null) return draft.agent;
  const canBe = !isOrchestrator(draft) || agents[defaultAgent]?.speaks === 'claude';
  return canBe ? defaultAgent : 'claude';
}

/** Chooses branch and folder; the orchestrator runs in the root of the workspace. */
async function choosePlace(tools: Tools, open: OpenProposal, worker: Worker | null): Promise<Result<Place>> {
  if (isOrchestrator(open.draft))
    return success({ branch: '', base: null, worktree: tools.config.root, warnings: [] });
  return worker ? placeOf(tools, worker) : newPlace(tools, open);
}

async function readyingOf(tools: Tools, open: OpenProposal, worktree: string): Promise<Result<Readying>> {
  if (isOrchestrator(open.draft)) return success({ warnings: [] });
  const repo = findRepo(tools.config, open.draft.repo);
  return repo.ok ? planReadying(tools, repo.value, worktree) : repo;
}

interface Place {
  readonly branch: string;
  /** Null for the orchestrator. */
  readonly base: BaseCommit | null;
  readonly worktree: string;
  readonly warnings: readonly string[];
}

async function newPlace({ git, config }: Tools, open: OpenProposal): Promise<Result<Place>> {
  const repo = findRepo(config, open.draft.repo);
  if (!repo.ok) return repo;
  const base = await chooseBase(git, repo.value);
  if (!base.ok) return base;
  const flow = await readFlow(git, repo.value);
  if (!flow.ok) return flow;
  const branch = flow.value.prefixes.feature + open.draft.task;
  const worktree = worktreePath(config.root, repo.value.name, open.draft.task);
  const free = await checkNewWorktree(git, repo.value, { path: worktree, branch });
  if (!free.ok) return free;
  return success({ branch, worktree, base: base.value.base, warnings: base.value.warnings });
}

/** Returns the place of a resumed worker, at the tip of its branch. */
async function placeOf({ git, config }: Tools, worker: Worker): Promise<Result<Place>> {
  const repo = findRepo(config, worker.repo);
  if (!repo.ok) return repo;
  const kept = await checkOldWorktree(git, repo.value, worker.worktree);
  if (!kept.ok) return kept;
  const tip = await describeCommit(git, repo.value, worker.branch, worker.branch);
  const base = tip.ok ? tip : await describeCommit(git, repo.value, worker.base.commit, worker.base.branch);
  if (!base.ok) return base;
  return success({ branch: worker.branch, worktree: worker.worktree, base: base.value, warnings: [] });
}

/** Finds the conversation that a worker's agent would continue; null where none is looked for. */
async function sessionOf(
  preset: AgentPreset,
  program: QueriedProgram,
  worker: Worker | null,
): Promise<KnownSession | null> {
  if (preset.speaks === 'claude' || !worker?.hasConversation || !canResume(preset)) return null;
  return findSession(preset, program, worker.worktree);
}

/** Reports whether a start continues a conversation, which has to be known by id where the preset names it. */
function goesOn(preset: AgentPreset, worker: Worker | null, session: KnownSession | null): boolean {
  if (!worker?.hasConversation || !canResume(preset)) return false;
  if (session === null) return true;
  const isNamed = preset.resume?.some((argument) => argument.includes('{session}')) ?? false;
  return isNamed ? session.kind === 'found' && session.id !== null : session.kind !== 'none';
}

/** Returns warnings about an unusual start or resume. */
function beginning(
  { preset, session }: Pick<Start, 'preset' | 'session'>,
  brief: string,
  isAnew: boolean,
): readonly string[] {
  const isKept = brief.trim() !== '' && !takesBrief(preset);
  const isUnlisted = session?.kind === 'unknown' && preset.sessions !== undefined;
  const why = isUnlisted
    ? 'Its conversations could not be looked through'
    : 'No earlier conversation was found';
  const anew = `${why}: it starts over`;
  if (!isAnew) return isKept ? ['It takes no brief when it starts: type it into its pane.'] : [];
  if (isKept) return [`${anew}, and takes no brief when it does: type it into its pane.`];
  return [brief.trim() === '' ? `${anew}.` : `${anew}, and is given the brief again.`];
}

/** Returns warnings about unknown properties of the program. */
function doubts(
  { preset, flags, session }: Pick<Start, 'preset' | 'flags' | 'session'>,
  isAnew: boolean,
): readonly string[] {
  const unknown = flags === null ? (preset.ifListed ?? []).join(' ') : '';
  return [
    ...(unknown === '' ? [] : [`It gave no help, so it is started without ${unknown}.`]),
    ...(session?.kind === 'unknown' && !isAnew
      ? [
          'It goes on with the last conversation of its folder; where there is none, it starts empty and without the brief.',
        ]
      : []),
  ];
}

interface Start extends Place {
  readonly agent: string;
  readonly preset: AgentPreset;
  /** Environment of the process. */
  readonly environment: Readonly<Record<string, string>>;
  readonly ports: PortBlock | null;
  readonly readying: Readying;
  /** Processes to end first. */
  readonly ending: Awaited<ReturnType<typeof leftOf>>;
  /** Null where the program gave no help. */
  readonly flags: readonly string[] | null;
  /** Null where none was looked for. */
  readonly session: KnownSession | null;
  /** See `FoundAgent`. */
  readonly version: string | null;
}

function assemble(tools: Tools, open: OpenProposal, worker: Worker | null, start: Start): StartPlan {
  const { agent, preset, branch, base, worktree, environment, ports, flags, session, version } = start;
  const { left } = start.ending;
  const { copies, setup } = start.readying;
  const { role } = open.draft;
  const id = draftId(open.draft);
  const sessionId = worker?.sessionId ?? open.sessionId;
  const { brief } = open.draft;
  const resume = goesOn(preset, worker, session);
  const isTyped = preset.delivery === 'typed' && tools.mcpUrl !== undefined && !resume && brief.trim() !== '';
  const command = commandLine({
    preset,
    flags: flags ?? [],
    sessionId: session?.kind === 'found' && session.id !== null ? session.id : sessionId,
    resume,
    brief: isTyped ? '' : preset.speaks === 'claude' ? asPlainText(brief) : brief,
    name: id,
    settingsFile: agentSettingsFile(tools.config.root),
    role: role ?? 'worker',
    plugin: agentPrograms().plugin,
    version,
    ...(tools.mcpUrl && { mcpConfigFile: mcpConfigFile(tools.config.root) }),
    ...(tools.mcpUrl && { freeTools: memoryTools(tools.config) }),
  });
  const isAnew = worker !== null && !resume;
  const guard = guardRules(tools, { ...(role && { role }), worktree, branch }, preset);
  const warnings = [
    ...start.ending.warnings,
    ...start.warnings,
    ...guardWarnings(tools, open.draft, preset),
    ...start.readying.warnings,
    ...(worker === null || isAnew ? beginning(start, brief, isAnew) : []),
    ...doubts(start, isAnew),
    ...missingAbilities(preset),
    ...[untestedNote(version)].filter((note) => note !== null),
  ];
  const shown = {
    ...{ id, agent, branch, worktree, command, environment: Object.keys(environment).sort(), sessionId },
    ...(role && { role }),
    ...(isTyped && { delivery: 'typed' as const }),
    ...(isAnew && { anew: true as const }),
    ...(copies && { copies }),
    ...(setup && { setup }),
    ...(ports && { ports }),
    ...(left.length > 0 && { left }),
  };
  const given = markOf(environment, tools);
  const bound = { ...shown, base: base?.commit ?? null, guard, given, brief: open.draft.brief };
  const digest = createHash('sha256').update(JSON.stringify(bound)).digest('hex').slice(0, 32);
  return { digest, ...shown, base, warnings };
}

/** Key in place of one that cannot be stored; digests are then valid only for this process. */
let ownKey: Buffer | undefined;

/**
 * Returns a keyed hash of an environment with its values. Digests are shown and logged, and some values are secrets: without
 * the person's key they cannot be guessed from the hash.
 */
function markOf(environment: Readonly<Record<string, string>>, { ambient }: Tools): string {
  const key = personKey('plan-key', ambient);
  if (!key.ok) ownKey ??= randomBytes(32);
  const sorted = Object.entries(environment).sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = createHmac('sha256', key.ok ? key.value : (ownKey ?? ''));
  return hash.update(JSON.stringify(sorted)).digest('hex');
}
