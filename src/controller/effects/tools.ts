import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { forwardedVariables, type Variables, withForwarded } from '../../core/clientVariables.ts';
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
 * Writes the file for `--mcp-config`. Each agent takes the token from its environment.
 * @param others further servers for sessions
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

type Ambient = Readonly<Record<string, string | undefined>>;

/** Far more than the clients that a person has open; the least recent ones are dropped. */
const maxKept = 50;

/**
 * The environments that clients have lent, only in memory. State, messages and traces have a name for each, which reveals
 * nothing of its content; the empty name is the controller's own.
 */
export class Environments {
  readonly #own: Ambient;
  readonly #key = randomBytes(32);
  readonly #kept = new Map<string, Ambient>();
  readonly #ownName: string;

  constructor(own: Ambient) {
    this.#own = own;
    this.#ownName = this.#nameOf(forwardedVariables(own));
  }

  /** Keeps variables, and returns their name for `ambientOf`. */
  keep(variables: Variables): string {
    const name = this.#nameOf(variables);
    if (name === this.#ownName) return '';
    const ambient = this.#kept.get(name) ?? withForwarded(this.#own, variables);
    this.#kept.delete(name);
    this.#kept.set(name, ambient);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > maxKept && oldest !== undefined) this.#kept.delete(oldest);
    return name;
  }

  /** Returns the whole environment of a name; the controller's own for an unknown one. */
  ambientOf(name: string): Ambient {
    return this.#kept.get(name) ?? this.#own;
  }

  #nameOf(variables: Variables): string {
    const sorted = Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1));
    return createHmac('sha256', this.#key).update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
  }
}
