import { join } from 'node:path';
import type { WorkspaceConfig } from '../../core/workspace.ts';
import type { Git } from '../../git/run.ts';
import { replaceFile } from '../../lib/files.ts';
import type { Result } from '../../lib/result.ts';

/** Tools of the controller's effects. */
export interface Tools {
  readonly git: Git;
  readonly config: WorkspaceConfig;
  /** The person's environment; agents get an allow-listed part of it. */
  readonly ambient: Readonly<Record<string, string | undefined>>;
  /** Address of our tools for agents; absent when they cannot be offered. */
  readonly mcpUrl?: string;
}

/** Returns the file of hooks and flags for agents. It holds no secret, so that it may be named in a command line. */
export function agentSettingsFile(root: string): string {
  return join(root, '.orch', 'agent-settings.json');
}

/** Returns the file with the address of our tools. It has no secret of ours, but the variables of a memory server. */
export function mcpConfigFile(root: string): string {
  return join(root, '.orch', 'agent-mcp.json');
}

/**
 * Writes what `--mcp-config` names: the token is filled in from each agent's environment.
 * @param others servers that sessions get beside ours
 */
export function writeMcpConfig(
  root: string,
  url: string,
  others: Readonly<Record<string, unknown>> = {},
): Result<null> {
  const headers = { Authorization: 'Bearer $' + '{ORCH_TOKEN}' };
  const config = { mcpServers: { orch: { type: 'http', url, headers }, ...others } };
  return replaceFile(root, mcpConfigFile(root), JSON.stringify(config, null, 2));
}

/** Returns the path of a task's worktree. */
export function worktreePath(root: string, repo: string, task: string): string {
  return join(root, '.worktrees', `${repo}-${task}`);
}
