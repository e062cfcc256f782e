import { createHash, randomBytes } from 'node:crypto';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { shutdownPolicy } from '../../agents/abilities.ts';
import { claudeFolder } from '../../agents/claude/files.ts';
import { claudeSettings, orchestratorTools } from '../../agents/claude/launch.ts';
import { agentEnvironment, agentPrograms, withSetup } from '../../agents/launch.ts';
import { findPreset, findRepo } from '../../config/workspaceConfig.ts';
import { workerId } from '../../core/ids.ts';
import { processNames } from '../../core/leftProcess.ts';
import type { ProposalDraft, StartPlan } from '../../core/proposal.ts';
import type { Repo } from '../../core/repo.ts';
import {
  type GuardRules,
  isOrchestrator,
  type PortBlock,
  type RepoSetup,
  type Role,
  type SetupPlan,
  type Worker,
} from '../../core/worker.ts';
import type { AgentPreset } from '../../core/workspace.ts';
import { memoryId, memoryServers, memoryTools } from '../../features/memory/service/memoryServer.ts';
import type { TerminalSize } from '../../features/state.ts';
import { exists, gitDirectory, readTextOrEmpty } from '../../git/directories.ts';
import { ceilings } from '../../git/environment.ts';
import { readFlow } from '../../git/flow.ts';
import type { Git } from '../../git/run.ts';
import { copyIncluded, listMissing } from '../../git/worktrees/include.ts';
import { addWorktree, lfsEnvironment, restoreWorktree } from '../../git/worktrees/worktrees.ts';
import { askTopic, type TerminalRecord } from '../../ipc/hostApi.ts';
import { replaceFile } from '../../lib/files.ts';
import { type Problem, type Result, success } from '../../lib/result.ts';
import { stateFolder } from '../../lib/stateFolder.ts';
import type { HostPort } from './hostPort.ts';
import { endLeft } from './leftovers.ts';
import { agentSettingsFile, type Tools, worktreePath, writeMcpConfig } from './tools.ts';

/** The result of a launch. The failed stage decides what is left of it. */
type Launched =
  | { readonly ok: true; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly stage: 'worktree' | 'spawn'; readonly problem: Problem };

/**
 * Carries out an approved plan: creates the worktree, then starts the process in it.
 * @param turn resolves when the process may be started
 */
export async function launch(
  tools: Tools,
  host: HostPort,
  worker: Worker,
  plan: StartPlan,
  size: TerminalSize,
  turn: () => Promise<void> = () => Promise.resolve(),
): Promise<Launched> {
  // First, so that no old process writes beside the new run.
  const remaining = plan.left ? await endLeft(tools.config.root, worker.id, plan.left) : [];
  const worktree = await prepareWorktree(tools, worker, plan);
  if (!worktree.ok) return { ok: false, stage: 'worktree', problem: worktree.problem };
  await turn();
  const spawned = await spawn(tools, host, worker, plan, size);
  if (!spawned.ok) return { ok: false, stage: 'spawn', problem: spawned.problem };
  const alive =
    remaining.length > 0 ? [`What could not be ended runs beside it: ${processNames(remaining)}.`] : [];
  return { ok: true, warnings: [...alive, ...worktree.value] };
}

/** Creates or restores the worktree, and copies the approved files. */
async function prepareWorktree(
  tools: Tools,
  worker: Worker,
  plan: StartPlan,
): Promise<Result<readonly string[]>> {
  if (isOrchestrator(worker)) return success([]);
  const repo = findRepo(tools.config, worker.repo);
  if (!repo.ok) return repo;
  const made = await makeWorktree(tools, repo.value, worker, plan);
  if (!made.ok || !plan.copies) return made;
  return success([...made.value, ...(await copyIncluded(tools.git, repo.value, plan.worktree, plan.copies))]);
}

/** Creates a worktree for a first run; for a later one restores it on its branch if it is missing. */
async function makeWorktree(
  tools: Tools,
  repo: Repo,
  worker: Worker,
  plan: StartPlan,
): Promise<Result<readonly string[]>> {
  const { branch, worktree: path } = plan;
  const lfs = tools.config.setup?.[repo.name]?.lfs ?? 'files';
  const create = async () => {
    const flow = await readFlow(tools.git, repo);
    if (!flow.ok) return flow;
    const base = flow.value.base ?? worker.base.branch;
    const added = await addWorktree(tools.git, repo, {
      path,
      branch,
      commit: worker.base.commit,
      base,
      lfs,
    });
    return added.ok ? success(added.value.warnings) : added;
  };
  if (worker.run === 1) return create();
  const restored = await restoreWorktree(tools.git, repo, { path, branch, lfs });
  // The first start was cut off before the branch was created.
  if (!restored.ok && restored.problem.code === 'branch_missing') return create();
  return restored.ok ? success(restored.value.warnings) : restored;
}

async function spawn(
  tools: Tools,
  host: HostPort,
  worker: Worker,
  plan: StartPlan,
  size: TerminalSize,
): Promise<Result<TerminalRecord>> {
  const preset = findPreset(tools.config, plan.agent);
  if (!preset.ok) return preset;
  const command = await setupCommand(tools, plan);
  if (!command.ok) return command;
  const call = await host.reach();
  if (!call.ok) return call;
  const inbox = await call.value('inbox', {});
  if (!inbox.ok) return inbox;
  const settled = writeSettings(tools, inbox.value.url);
  if (!settled.ok) return settled;
  // Removes the terminal of the last run, if there is one.
  if (worker.run > 1) await call.value('forget', { id: worker.id });
  const scrollback = tools.config.limits?.scrollback;
  const guard = guardRules(tools, worker, preset.value);
  return call.value('open', {
    id: worker.id,
    command: command.value,
    cwd: plan.worktree,
    env: workerEnvironment(tools, preset.value, worker, plan.ports),
    ...size,
    token: randomBytes(32).toString('base64url'),
    ...(scrollback && { scrollback }),
    ...(guard && { guard }),
    ...(preset.value.quit && { ending: shutdownPolicy(preset.value.quit, tools.config.limits) }),
  });
}

/**
 * Returns the allow-listed environment, with the variables that identify a worker for its agent and our own commands, and
 * its ports: `ORCH_PORT_COUNT` of them from `ORCH_PORT` on.
 */
export function workerEnvironment(
  tools: Tools,
  preset: AgentPreset,
  draft: ProposalDraft | Worker,
  ports?: PortBlock,
): Record<string, string> {
  const id = memoryId(tools.config, tools.ambient);
  return agentEnvironment(tools.ambient, preset, {
    ORCH_WORKER: workerId(draft.repo, draft.task),
    ORCH_WORKSPACE: tools.config.root,
    ORCH_REPO: draft.repo,
    ORCH_TASK: draft.task,
    ORCH_BRIEF: draft.brief,
    ...(tools.mcpUrl && { ORCH_MCP_URL: tools.mcpUrl }),
    ...(id !== null && { WORKSPACE_ID: id }),
    ...(ports && { ORCH_PORT: `${ports.first}`, ORCH_PORT_COUNT: `${ports.count}` }),
    ...lfsEnvironment(tools.config.setup?.[draft.repo]?.lfs),
    GIT_CEILING_DIRECTORIES: ceilings(tools.ambient, placeOf(tools.config.root, draft)),
  });
}

/** Returns the folder where a session works. */
function placeOf(root: string, draft: ProposalDraft | Worker): string {
  if ('worktree' in draft) return draft.worktree;
  return isOrchestrator(draft) ? root : worktreePath(root, draft.repo, draft.task);
}

/**
 * Writes the agents' settings with the address of the inbox, whose port changes with each start of the host. The memory server
 * is listed beside our tools as it was trusted, whatever `.mcp.json` has now.
 */
function writeSettings({ config, ambient, mcpUrl }: Tools, inboxUrl: string): Result<null> {
  const { root } = config;
  const servers = mcpUrl === undefined ? null : writeMcpConfig(root, mcpUrl, memoryServers(config, ambient));
  if (servers?.ok === false) return servers;
  const { node, hook, statusLine } = agentPrograms();
  const settings = claudeSettings({
    node,
    hookProgram: hook,
    statusProgram: statusLine,
    hookUrl: `${inboxUrl}/hook`,
    guardUrl: `${inboxUrl}/guard`,
    askUrl: `${inboxUrl}/${askTopic}`,
  });
  return replaceFile(root, agentSettingsFile(root), JSON.stringify(settings, null, 2));
}

/** Steps that a worktree still needs before an agent can work in it. */
export interface Readying extends Pick<StartPlan, 'copies' | 'setup'> {
  readonly warnings: readonly string[];
}

/** Returns the steps that a worktree, which need not exist yet, still needs. Changes nothing. */
export async function planReadying(
  { git, config }: Tools,
  repo: Repo,
  worktree: string,
): Promise<Result<Readying>> {
  const included = await listMissing(git, repo, worktree);
  if (!included.ok) return included;
  const { copies, warnings } = included.value;
  const setup = await missingSetup(git, worktree, config.setup?.[repo.name]);
  return success({ warnings, ...(copies.length > 0 && { copies }), ...(setup && { setup }) });
}

/** Returns the approved command, run after the approved setup. */
export async function setupCommand(
  { git, config }: Tools,
  plan: StartPlan,
): Promise<Result<readonly string[]>> {
  const { setup, command, worktree, id } = plan;
  if (!setup) return success(command);
  const doneFile = await doneFileOf(git, worktree);
  if (!doneFile.ok) return doneFile;
  const logFile = join(config.root, '.orch', 'setup', `${id.replace('/', '-')}.log`);
  const spec = { ...setup, logFile, doneFile: doneFile.value, stamp: stampOf(setup) };
  return success(withSetup(agentPrograms(), spec, command));
}

/** Returns the setup to run; null once exactly these commands have succeeded in the worktree. */
async function missingSetup(
  git: Git,
  worktree: string,
  configured: RepoSetup | undefined,
): Promise<SetupPlan | null> {
  if (!configured || configured.commands.length === 0) return null;
  const { commands, timeoutMs } = configured;
  const setup = { commands, timeoutMs };
  const doneFile = (await exists(worktree)) ? await doneFileOf(git, worktree) : null;
  const stamp = doneFile?.ok ? await readTextOrEmpty(doneFile.value) : '';
  return stamp === stampOf(setup) ? null : setup;
}

/** Returns the path of the stamp, in the worktree's git directory, which is removed with it. */
async function doneFileOf(git: Git, worktree: string): Promise<Result<string>> {
  const gitDir = await gitDirectory(git, worktree);
  return gitDir.ok ? success(join(gitDir.value, 'orch-setup')) : gitDir;
}

function stampOf({ commands }: SetupPlan): string {
  return createHash('sha256').update(JSON.stringify(commands)).digest('hex');
}

/** All of our tools: the endpoint decides which may be called. */
const ownTools = 'mcp__orch__*';

/**
 * Returns the guard's rules for a session, by its role and the configuration of the workspace.
 * @returns null where the workspace turns the guard off, and for agents without hooks
 */
export function guardRules(
  { config, ambient }: Tools,
  session: { readonly role?: Role; readonly worktree: string; readonly branch: string },
  preset: AgentPreset,
): GuardRules | null {
  const state = stateFolder(ambient);
  if (isOrchestrator(session))
    return { role: 'orchestrator', tools: [...orchestratorTools, ownTools, ...memoryTools(config)], state };
  if (config.guard === false || preset.speaks !== 'claude') return null;
  const { allow = [], writable = [] } = config.guard ?? {};
  const home = preset.env.HOME ?? ambient.HOME ?? homedir();
  const temporary = ambient.TMPDIR ?? tmpdir();
  // Claude Code has sessions write their plans there.
  const plans = join(claudeFolder(preset, ambient), 'plans');
  const { worktree, branch } = session;
  return {
    ...{ role: 'worker', worktree, branch, allow, workspace: config.root, state },
    // Programs write to `/tmp` even where TMPDIR names another folder.
    writable: [temporary, '/tmp', plans, ...writable],
    variables: { HOME: home, TMPDIR: temporary },
  };
}

/** Returns warnings about the guard for the person who approves. */
export function guardWarnings(
  { config }: Tools,
  session: { readonly role?: Role },
  preset: AgentPreset,
): readonly string[] {
  if (isOrchestrator(session)) return [];
  if (preset.speaks !== 'claude') return ['This agent has no hooks: nothing keeps it in its worktree.'];
  if (config.guard === false) return ['The guard is off: nothing keeps it in its worktree.'];
  const { allow = [] } = config.guard ?? {};
  return allow.length === 0 ? [] : [`The guard of this workspace allows: ${allow.join(', ')}.`];
}
