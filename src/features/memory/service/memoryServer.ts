import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { agentEnvironment } from '../../../agents/launch.ts';
import type { WorkspaceConfig } from '../../../core/workspace.ts';

/** The trusted memory server of `.mcp.json`. A third-party program: its configuration is validated. */

type Variables = Readonly<Record<string, string | undefined>>;
type MemoryConfig = Pick<WorkspaceConfig, 'root' | 'memory'>;

/** No NUL, at which the system would cut a word. */
const word = z.string().check(z.regex(/^[^\0]*$/), z.maxLength(10_000));
const words = z.record(word, word);

const program = z.looseObject({
  command: word.check(z.minLength(1)),
  args: z._default(z.array(word).check(z.maxLength(200)), []),
  env: z._default(words, {}),
});

const address = z.looseObject({ type: z.enum(['http', 'sse']), url: word, headers: z.optional(words) });

/** Its command: runs in the workspace's top folder, with paths relative to it resolved. */
export interface MemoryProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Returns the id of the memory that all sessions of the workspace share. An existing id wins: that of the
 * server's `env`, then that of the environment; another one would be an empty memory. Ours is for servers
 * without one, so that worktrees do not get separate memories.
 * @returns null where there is neither an id nor a server
 */
export function memoryId({ root, memory }: MemoryConfig, ambient: Variables): string | null {
  const parsed = program.safeParse(memory?.server);
  const named = parsed.success ? parsed.data.env.WORKSPACE_ID : undefined;
  const known = { ...passedOn(ambient), WORKSPACE_ID: ambient.WORKSPACE_ID };
  const theirs = (named && expanded(named, known)) || ambient.WORKSPACE_ID;
  if (theirs) return theirs;
  const isUsed = memory?.copilot === true || (memory?.server ?? null) !== null;
  return isUsed ? copilotWorkspace(root) : null;
}

/**
 * Returns the command that reads the memory, with variables expanded as in Claude Code; null where it is no
 * program.
 */
export function memoryProgram(config: MemoryConfig, ambient: Variables): MemoryProgram | null {
  const parsed = program.safeParse(config.memory?.server);
  if (!parsed.success) return null;
  const id = memoryId(config, ambient) ?? '';
  const known = { ...passedOn(ambient), WORKSPACE_ID: id };
  const { command, args, env } = atTop(config.root, parsed.data);
  const own = Object.entries({ ...env, WORKSPACE_ID: id }).map(([name, value]) => [
    name,
    expanded(value, known),
  ]);
  return {
    command: expanded(command, known),
    args: args.map((argument) => expanded(argument, known)),
    env: agentEnvironment(ambient, { env: Object.fromEntries(own), pass: [] }),
  };
}

/**
 * Returns which functions are unavailable with the server, as a sentence; null where all are available, or
 * there is none.
 */
export function leftOutOf({ memory }: Pick<WorkspaceConfig, 'memory'>): string | null {
  const server = memory?.server ?? null;
  if (server === null || program.safeParse(server).success) return null;
  return address.safeParse(server).success
    ? 'sessions use it, but it is reached at an address, and our own search reads only servers that are started as a program'
    : 'it has neither a command nor an address of the type http or sse, so neither sessions nor our own search use it';
}

/** Returns the server as sessions get it, by its name; empty where there is none or it is invalid. */
export function memoryServers(config: MemoryConfig, ambient: Variables): Readonly<Record<string, unknown>> {
  const { server, serverName = 'copilot-memory' } = config.memory ?? {};
  const parsed = program.safeParse(server);
  if (parsed.success) {
    const { command, args, env } = atTop(config.root, parsed.data);
    const id = memoryId(config, ambient);
    return {
      [serverName]: { type: 'stdio', command, args, env: { ...env, ...(id && { WORKSPACE_ID: id }) } },
    };
  }
  const remote = address.safeParse(server);
  if (!remote.success) return {};
  const { type, url, headers } = remote.data;
  return { [serverName]: { type, url, ...(headers && { headers }) } };
}

/** Tools that sessions may call without asking: the server was trusted, and these change only the memory. */
const freeTools = [
  ...['memory_store', 'memory_search', 'memory_list', 'memory_get'],
  ...['initiative_get', 'initiative_start', 'initiative_update', 'initiative_complete'],
];

/** Returns those tools under Claude Code's names. */
export function memoryTools({ memory }: Pick<WorkspaceConfig, 'memory'>): readonly string[] {
  const { server, serverName = 'copilot-memory' } = memory ?? {};
  if (!program.safeParse(server).success && !address.safeParse(server).success) return [];
  const name = serverName.replace(/[^\w-]/g, '_');
  return freeTools.map((tool) => `mcp__${name}__${tool}`);
}

/**
 * Returns an id shared by the workspace and all its worktrees; without it each folder has its own database.
 */
export function copilotWorkspace(root: string): string {
  return `orch-${Buffer.from(root).toString('base64url').slice(-40)}`;
}

/**
 * Resolves relative paths at the top folder, because sessions run in worktrees, where a path of `.mcp.json`
 * names another file or none.
 */
function atTop(root: string, { command, args, env }: z.output<typeof program>): MemoryProgram {
  const there = (text: string) =>
    /^\.\.?\//.test(text) || (text.includes('/') && !isAbsolute(text) && existsSync(join(root, text)))
      ? resolve(root, text)
      : text;
  return { command: there(command), args: args.map(there), env };
}

/** Returns the environment that an agent would get, so that no secret of the user can be referenced. */
function passedOn(ambient: Variables): Variables {
  return agentEnvironment(ambient, { env: {}, pass: [] });
}

/** Expands `${NAME}` and `${NAME:-otherwise}`. */
function expanded(text: string, known: Variables): string {
  return text.replace(
    /\$\{(\w+)(?::-([^}]*))?\}/g,
    (whole, name: string, otherwise?: string) =>
      known[name] || (otherwise ?? (known[name] === undefined ? whole : '')),
  );
}
