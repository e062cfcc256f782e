import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { claudeFolder } from '../../agents/claude/files.ts';
import { orchestratorTools } from '../../agents/claude/launch.ts';
import { type GuardRules, isOrchestrator, type Role } from '../../core/worker.ts';
import type { AgentPreset } from '../../core/workspace.ts';
import { stateFolder } from '../../lib/stateFolder.ts';
import type { Tools } from './tools.ts';

/** Which tools of ours may be called is decided where they are served. */
const ownTools = 'mcp__orch__*';

/**
 * What a session is kept from, by its role and the configuration of the workspace.
 * @returns null where the workspace keeps its workers from nothing, and for agents whose hooks we do not know
 */
export function guardRules(
  { config, ambient }: Tools,
  session: { readonly role?: Role; readonly worktree: string; readonly branch: string },
  preset: AgentPreset,
): GuardRules | null {
  const state = stateFolder(ambient);
  if (isOrchestrator(session))
    return { role: 'orchestrator', tools: [...orchestratorTools, ownTools], state };
  if (config.guard === false || preset.speaks !== 'claude') return null;
  const { allow = [], writable = [] } = config.guard ?? {};
  const home = preset.env.HOME ?? ambient.HOME ?? homedir();
  const temporary = ambient.TMPDIR ?? tmpdir();
  // Where Claude Code itself has a session write what it plans.
  const plans = join(claudeFolder(preset, ambient), 'plans');
  const { worktree, branch } = session;
  return {
    ...{ role: 'worker', worktree, branch, allow, workspace: config.root, state },
    // Programs write to `/tmp` also where TMPDIR names another folder.
    writable: [temporary, '/tmp', plans, ...writable],
    variables: { HOME: home, TMPDIR: temporary },
  };
}

/** What a person should know of it before they say yes. */
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
