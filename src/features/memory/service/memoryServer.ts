import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { agentEnvironment } from '../../../agents/launch.ts';
import type { WorkspaceConfig } from '../../../core/workspace.ts';

/** The memory server that a person trusted, as `.mcp.json` names it. A program of others: nothing in it is believed. */

type Variables = Readonly<Record<string, string | undefined>>;
type MemoryConfig = Pick<WorkspaceConfig, 'root' | 'memory'>;

/** No NUL, which the system would end a word at. */
const word = z.string().check(z.regex(/^[^\0]*$/), z.maxLength(10_000));
const words = z.record(word, word);

const program = z.looseObject({
  command: word.check(z.minLength(1)),
  args: z._default(z.array(word).check(z.maxLength(200)), []),
  env: z._default(words, {}),
});

const address = z.looseObject({ type: z.enum(['http', 'sse']), url: word, headers: z.optional(words) });

/** How it is started: with the workspace's top as its folder, and paths as they are there. */
export interface MemoryProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The id of the memory that all sessions of the workspace share. Theirs wins: that of the server's `env`, then that of
 * the environment; another one would be an empty memory. Ours is for servers that are given none, so that each worktree
 * does not come to have its own.
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

/** What is run to read the memory, with variables filled in as Claude Code does; null where it is no program. */
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

/** Returns what is not done with the server, in words; null where nothing is left out, or there is none. */
export function leftOutOf({ memory }: Pick<WorkspaceConfig, 'memory'>): string | null {
  const server = memory?.server ?? null;
  if (server === null || program.safeParse(server).success) return null;
  return address.safeParse(server).success
    ? 'sessions use it, but it is reached at an address, and our own search reads only servers that are started as a program'
    : 'it has neither a command nor an address of the type http or sse, so neither sessions nor our own search use it';
}

/** The server as sessions are given it, by its name; empty where there is none that could be. */
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

/** Tools that sessions may call without asking: the server was trusted, and these change nothing but the memory. */
const freeTools = [
  ...['memory_store', 'memory_search', 'memory_list', 'memory_get'],
  ...['initiative_get', 'initiative_start', 'initiative_update', 'initiative_complete'],
];

/** Names of those tools as Claude Code has them. */
export function memoryTools({ memory }: Pick<WorkspaceConfig, 'memory'>): readonly string[] {
  const { server, serverName = 'copilot-memory' } = memory ?? {};
  if (!program.safeParse(server).success && !address.safeParse(server).success) return [];
  const name = serverName.replace(/[^\w-]/g, '_');
  return freeTools.map((tool) => `mcp__${name}__${tool}`);
}

/** The same database for the workspace and all its worktrees; without it each folder has its own. */
export function copilotWorkspace(root: string): string {
  return `orch-${Buffer.from(root).toString('base64url').slice(-40)}`;
}

/** Sessions run in worktrees, where a path of `.mcp.json` names another file or none. */
function atTop(root: string, { command, args, env }: z.output<typeof program>): MemoryProgram {
  const there = (text: string) =>
    /^\.\.?\//.test(text) || (text.includes('/') && !isAbsolute(text) && existsSync(join(root, text)))
      ? resolve(root, text)
      : text;
  return { command: there(command), args: args.map(there), env };
}

/** No more than an agent is given, so that no secret of the person's can be named. */
function passedOn(ambient: Variables): Variables {
  return agentEnvironment(ambient, { env: {}, pass: [] });
}

/** `${NAME}` and `${NAME:-otherwise}`. */
function expanded(text: string, known: Variables): string {
  return text.replace(
    /\$\{(\w+)(?::-([^}]*))?\}/g,
    (whole, name: string, otherwise?: string) =>
      known[name] || (otherwise ?? (known[name] === undefined ? whole : '')),
  );
}
