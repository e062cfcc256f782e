import { randomBytes } from 'node:crypto';
import { endingManners } from '../../agents/abilities.ts';
import { claudeSettings } from '../../agents/claude/launch.ts';
import { agentEnvironment, agentPrograms } from '../../agents/launch.ts';
import { workerId } from '../../core/ids.ts';
import type { ProposalDraft, StartPlan } from '../../core/proposal.ts';
import type { Repo } from '../../core/repo.ts';
import { isOrchestrator, type PortBlock, type Worker } from '../../core/worker.ts';
import type { AgentPreset } from '../../core/workspace.ts';
import type { Size } from '../../features/state.ts';
import { readFlow } from '../../git/flow/flow.ts';
import { copyIncluded } from '../../git/worktrees/include.ts';
import { addWorktree, lfsEnvironment, restoreWorktree } from '../../git/worktrees/worktrees.ts';
import { replaceFile } from '../../lib/files.ts';
import { type Problem, type Result, success } from '../../lib/result.ts';
import { askTopic, type TerminalRecord } from '../../protocol/hostApi.ts';
import { guardRules } from './guarding.ts';
import type { HostPort } from './hostPort.ts';
import { copilotWorkspace } from './memories.ts';
import { readyingCommand } from './readying.ts';
import { findPreset, findRepo, settingsFile, type Tools } from './tools.ts';

/** Which half of a launch failed decides what is left of it. */
export type Launched =
  | { readonly ok: true; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly stage: 'worktree' | 'spawn'; readonly problem: Problem };

/**
 * Carries out an approved plan: the worktree first, then the process in it.
 * @param turn resolves when the process may be started
 */
export async function launch(
  tools: Tools,
  host: HostPort,
  worker: Worker,
  plan: StartPlan,
  size: Size,
  turn: () => Promise<void> = () => Promise.resolve(),
): Promise<Launched> {
  const worktree = await prepareWorktree(tools, worker, plan);
  if (!worktree.ok) return { ok: false, stage: 'worktree', problem: worktree.problem };
  await turn();
  const spawned = await spawn(tools, host, worker, plan, size);
  if (!spawned.ok) return { ok: false, stage: 'spawn', problem: spawned.problem };
  return { ok: true, warnings: worktree.value };
}

/** The worktree, with copies of what was approved to be copied. */
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

/** New for a first run; for a later one it is there already, or made again on its branch. */
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
  // Its first start was cut off before the branch was made.
  if (!restored.ok && restored.problem.code === 'branch_missing') return create();
  return restored.ok ? success(restored.value.warnings) : restored;
}

async function spawn(
  tools: Tools,
  host: HostPort,
  worker: Worker,
  plan: StartPlan,
  size: Size,
): Promise<Result<TerminalRecord>> {
  const preset = findPreset(tools.config, plan.agent);
  if (!preset.ok) return preset;
  const command = await readyingCommand(tools, plan);
  if (!command.ok) return command;
  const call = await host.reach();
  if (!call.ok) return call;
  const inbox = await call.value('inbox', {});
  if (!inbox.ok) return inbox;
  const settled = writeSettings(tools.config.root, inbox.value.url);
  if (!settled.ok) return settled;
  // The last run's screen makes room for the new one; there may be none.
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
    ...(preset.value.quit && { ending: endingManners(preset.value.quit, tools.config.limits) }),
  });
}

/**
 * The allow-listed environment and what tells an agent, and our own commands run by it, who it is and which ports are
 * its own: as many as `ORCH_PORT_COUNT` says, from `ORCH_PORT` on.
 */
export function workerEnvironment(
  tools: Tools,
  preset: AgentPreset,
  draft: ProposalDraft | Worker,
  ports?: PortBlock,
): Record<string, string> {
  return agentEnvironment(tools.ambient, preset, {
    ORCH_WORKER: workerId(draft.repo, draft.task),
    ORCH_WORKSPACE: tools.config.root,
    ORCH_REPO: draft.repo,
    ORCH_TASK: draft.task,
    ORCH_BRIEF: draft.brief,
    ...(tools.mcpUrl && { ORCH_MCP_URL: tools.mcpUrl }),
    ...(tools.config.memory?.copilot && { WORKSPACE_ID: copilotWorkspace(tools.config.root) }),
    ...(ports && { ORCH_PORT: `${ports.first}`, ORCH_PORT_COUNT: `${ports.count}` }),
    ...lfsEnvironment(tools.config.setup?.[draft.repo]?.lfs),
  });
}

/** The hooks' settings name the inbox, whose port is another after each start of the host. */
function writeSettings(root: string, inboxUrl: string): Result<null> {
  const { node, hook, statusLine } = agentPrograms();
  const settings = claudeSettings({
    node,
    hookProgram: hook,
    statusProgram: statusLine,
    hookUrl: `${inboxUrl}/hook`,
    guardUrl: `${inboxUrl}/guard`,
    askUrl: `${inboxUrl}/${askTopic}`,
  });
  return replaceFile(root, settingsFile(root), JSON.stringify(settings, null, 2));
}
