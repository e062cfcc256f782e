import { execFile } from 'node:child_process';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { type Address, McpClient, mcpOf, postToInbox } from '../agents/inbox.ts';
import { printable } from './text.ts';

/** The result of a tool, as shown text. */
export interface Outcome {
  readonly ok: boolean;
  readonly text: string;
}

/** Time limit of a command in milliseconds. */
const commandMs = 60_000;

/** Writes or extends a file of the worktree. */
export async function changeFile(
  cwd: string,
  change: { readonly kind: 'write' | 'append'; readonly file: string; readonly text: string },
): Promise<Outcome> {
  const path = resolve(cwd, change.file);
  const inside = relative(cwd, path);
  if (inside === '' || inside.startsWith('..') || isAbsolute(inside))
    return { ok: false, text: `${change.file} is not inside the worktree` };
  try {
    await mkdir(dirname(path), { recursive: true });
    await (change.kind === 'write' ? writeFile : appendFile)(path, change.text);
  } catch (error) {
    return { ok: false, text: error instanceof Error ? error.message : String(error) };
  }
  const lines = change.text.split('\n').length - 1;
  return {
    ok: true,
    text: `${change.kind === 'write' ? 'Wrote' : 'Added'} ${lines} ${lines === 1 ? 'line' : 'lines'}`,
  };
}

/** Runs a program in the worktree, without a shell. */
export function runTool(cwd: string, argv: readonly string[], signal?: AbortSignal): Promise<Outcome> {
  const [program = '', ...args] = argv;
  return new Promise((done) => {
    const options = {
      cwd,
      timeout: commandMs,
      maxBuffer: 4 * 1024 * 1024,
      ...(signal ? { signal } : {}),
    };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      const output = printable(`${stdout}${stderr}`).trim();
      const why = output === '' && error ? error.message : output;
      done({ ok: error === null, text: why || 'Done, no output' });
    });
    child.stdin?.end();
  });
}

/** Commits everything in the worktree; returns git's output. */
export async function commitAll(cwd: string, message: string): Promise<Outcome> {
  const added = await runTool(cwd, ['git', 'add', '--all']);
  if (!added.ok) return added;
  const who = await runTool(cwd, ['git', 'config', 'user.email']);
  const identity = who.ok ? [] : ['-c', 'user.name=Demo agent', '-c', 'user.email=demo@localhost'];
  return runTool(cwd, ['git', ...identity, 'commit', '--message', message]);
}

/** Returns the count of git's files in a worktree, and a few of their names. */
export async function lookAround(cwd: string): Promise<Outcome> {
  const listed = await runTool(cwd, ['git', 'ls-files']);
  if (!listed.ok) return listed;
  const files = listed.text.split('\n');
  const count = files.length === 1 ? '1 file' : `${files.length} files`;
  return {
    ok: true,
    text: `${count}: ${files.slice(0, 6).join(', ')}${files.length > 6 ? ' …' : ''}`,
  };
}

/**
 * Returns the branch of a worktree and the git folder of its repository; null for none. It is the folder that all worktrees
 * share, so that a conversation kept there outlives its worktree.
 */
export async function whereami(cwd: string): Promise<{ branch: string | null; gitFolder: string | null }> {
  const [branch, folder] = await Promise.all([
    runTool(cwd, ['git', 'symbolic-ref', '--short', 'HEAD']),
    runTool(cwd, ['git', 'rev-parse', '--path-format=absolute', '--git-common-dir']),
  ]);
  return { branch: branch.ok ? branch.text : null, gitFolder: folder.ok ? folder.text : null };
}

/** A client of the control room's tools, which connects as a real agent does. */
export class ControlTools {
  readonly #client: McpClient | null;
  #lastId = 0;

  constructor(environment: Readonly<Record<string, string | undefined>>) {
    const address = mcpOf(environment);
    this.#client = address && new McpClient(address);
  }

  /** Initializes the connection and lists the tools. Ignores failures: the demo works without tools. */
  async connect(): Promise<void> {
    const hello = {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'demo', version: '1' },
    };
    try {
      await this.#ask('initialize', hello);
      await this.#client?.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
      await this.#ask('tools/list', {});
    } catch {
      // No server: `use` reports that.
    }
  }

  /** Calls a tool; returns its answer or the reason of the failure. */
  async use(name: string, input: object): Promise<Outcome> {
    if (!this.#client) return { ok: false, text: 'There is no control room.' };
    try {
      const answer = await this.#ask('tools/call', { name, arguments: input });
      return outcomeOf(JSON.parse(answer));
    } catch (error) {
      return { ok: false, text: error instanceof Error ? error.message : String(error) };
    }
  }

  async #ask(method: string, params: object): Promise<string> {
    this.#lastId += 1;
    return (await this.#client?.send({ jsonrpc: '2.0', id: this.#lastId, method, params })) ?? '';
  }
}

/** A JSON-RPC response to a tool call. */
interface ToolAnswer {
  readonly result?: { readonly content?: readonly { readonly text?: string }[]; readonly isError?: boolean };
  readonly error?: { readonly message?: string };
}

function outcomeOf({ result, error }: ToolAnswer): Outcome {
  const text = result?.content?.map((part) => part.text ?? '').join('\n') ?? error?.message ?? 'No answer.';
  return { ok: result !== undefined && result.isError !== true, text: printable(text) };
}

/** Time limit of a hook in milliseconds; hooks fail open. */
const hookMs = 2000;
/** Time limit of a question to a person, in milliseconds. */
const questionMs = 10 * 60 * 1000;

/** Posts events in the form of Claude Code's hooks. */
export class Hooks {
  readonly #inbox: Address | null;
  readonly #common: Readonly<Record<string, unknown>>;

  /** @param inbox null to post nothing */
  constructor(inbox: Address | null, common: { session_id: string; transcript_path: string; cwd: string }) {
    this.#inbox = inbox;
    this.#common = { ...common, permission_mode: 'default' };
  }

  /** Posts an event and waits for the response. */
  async post(event: string, fields: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.#post(event, fields, hookMs);
  }

  /** Posts the tool that is about to be used; returns the reason of a denial, or null. */
  async judge(fields: Readonly<Record<string, unknown>>): Promise<string | null> {
    return denialOf(await this.#post('PreToolUse', fields, hookMs));
  }

  /** Posts a request for a decision; returns null when only the pane can decide. */
  async ask(tool: string, input: object): Promise<'allow' | 'deny' | null> {
    const fields = { tool_name: tool, tool_input: input };
    const answer = await this.#post('PermissionRequest', fields, questionMs, 'ask');
    return decisionOf(answer);
  }

  async #post(event: string, fields: object, patience: number, topic?: string): Promise<string> {
    if (this.#inbox === null) return '';
    try {
      const body = JSON.stringify({ ...this.#common, hook_event_name: event, ...fields });
      const url = topic === undefined ? this.#inbox.url : new URL(topic, this.#inbox.url).href;
      return await postToInbox({ ...this.#inbox, url }, body, patience);
    } catch {
      // Hooks fail open: the agent goes on without an answer.
      return '';
    }
  }
}

function denialOf(answer: string): string | null {
  const output = outputOf(answer);
  return output?.permissionDecision === 'deny' ? String(output.permissionDecisionReason ?? 'Denied.') : null;
}

function decisionOf(answer: string): 'allow' | 'deny' | null {
  const behavior = outputOf(answer)?.decision?.behavior;
  return behavior === 'allow' || behavior === 'deny' ? behavior : null;
}

interface HookOutput {
  readonly permissionDecision?: unknown;
  readonly permissionDecisionReason?: unknown;
  readonly decision?: { readonly behavior?: unknown };
}

function outputOf(answer: string): HookOutput | undefined {
  try {
    return JSON.parse(answer)?.hookSpecificOutput;
  } catch {
    // Not JSON, so there is no decision in it.
    return undefined;
  }
}
