import { execFile } from 'node:child_process';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { type Address, McpClient, mcpOf, postToInbox } from '../agents/inbox.ts';
import { printable } from './text.ts';

/** What a tool came to, in words to show. */
export interface Outcome {
  readonly ok: boolean;
  readonly text: string;
}

/** Milliseconds a command may run. */
const commandPatience = 60_000;

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
      timeout: commandPatience,
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

/** Commits everything in the worktree; what git says is the result. */
export async function commitAll(cwd: string, message: string): Promise<Outcome> {
  const added = await runTool(cwd, ['git', 'add', '--all']);
  if (!added.ok) return added;
  const who = await runTool(cwd, ['git', 'config', 'user.email']);
  const identity = who.ok ? [] : ['-c', 'user.name=Demo agent', '-c', 'user.email=demo@localhost'];
  return runTool(cwd, ['git', ...identity, 'commit', '--message', message]);
}

/** How many files git knows here, and a few of them. */
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
 * Branch of a worktree and git folder of its repository, null for each where there is none. The folder that worktrees
 * share, so that a conversation kept there outlives its worktree.
 */
export async function whereami(cwd: string): Promise<{ branch: string | null; gitFolder: string | null }> {
  const [branch, folder] = await Promise.all([
    runTool(cwd, ['git', 'symbolic-ref', '--short', 'HEAD']),
    runTool(cwd, ['git', 'rev-parse', '--path-format=absolute', '--git-common-dir']),
  ]);
  return { branch: branch.ok ? branch.text : null, gitFolder: folder.ok ? folder.text : null };
}

/** The control room's tools, met as a real agent meets them. */
export class ControlTools {
  readonly #client: McpClient | null;
  #lastId = 0;

  constructor(environment: Readonly<Record<string, string | undefined>>) {
    const address = mcpOf(environment);
    this.#client = address && new McpClient(address);
  }

  /** Says hello and asks which there are. A demonstration goes on without. */
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
      // Nobody is there; a use of a tool says so.
    }
  }

  /** Uses a tool; what it answers, or why it could not be used, is the outcome. */
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

/** A tool's result as JSON-RPC brings it. */
interface ToolAnswer {
  readonly result?: { readonly content?: readonly { readonly text?: string }[]; readonly isError?: boolean };
  readonly error?: { readonly message?: string };
}

function outcomeOf({ result, error }: ToolAnswer): Outcome {
  const text = result?.content?.map((part) => part.text ?? '').join('\n') ?? error?.message ?? 'No answer.';
  return { ok: result !== undefined && result.isError !== true, text: printable(text) };
}

/** Milliseconds; the same for an agent that is worth its name and for us: hooks fail open. */
const hookPatience = 2000;
/** An answer to a question may take as long as a person does. */
const questionPatience = 10 * 60 * 1000;

/** Posts what happens in the shape of Claude Code's hooks. */
export class Hooks {
  readonly #inbox: Address | null;
  readonly #common: Readonly<Record<string, unknown>>;

  /** Without an inbox nothing is posted. */
  constructor(inbox: Address | null, common: { session_id: string; transcript_path: string; cwd: string }) {
    this.#inbox = inbox;
    this.#common = { ...common, permission_mode: 'default' };
  }

  /** Tells of an event and waits until it has been taken. */
  async post(event: string, fields: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.#post(event, fields, hookPatience);
  }

  /** Tells of a tool that is about to be used; why it must not be, or null. */
  async judge(fields: Readonly<Record<string, unknown>>): Promise<string | null> {
    return denialOf(await this.#post('PreToolUse', fields, hookPatience));
  }

  /** Asks for a decision; null while nobody but the person in the pane decides. */
  async ask(tool: string, input: object): Promise<'allow' | 'deny' | null> {
    const fields = { tool_name: tool, tool_input: input };
    const answer = await this.#post('PermissionRequest', fields, questionPatience, 'ask');
    return decisionOf(answer);
  }

  async #post(event: string, fields: object, patience: number, topic?: string): Promise<string> {
    if (this.#inbox === null) return '';
    try {
      const body = JSON.stringify({ ...this.#common, hook_event_name: event, ...fields });
      const url = topic === undefined ? this.#inbox.url : new URL(topic, this.#inbox.url).href;
      return await postToInbox({ ...this.#inbox, url }, body, patience);
    } catch {
      // Hooks fail open: an agent goes on when nobody listens.
      return '';
    }
  }
}

function denialOf(answer: string): string | null {
  try {
    const said = JSON.parse(answer)?.hookSpecificOutput;
    return said?.permissionDecision === 'deny' ? String(said.permissionDecisionReason ?? 'Denied.') : null;
  } catch {
    // No decision in it.
    return null;
  }
}

function decisionOf(answer: string): 'allow' | 'deny' | null {
  try {
    const behavior: unknown = JSON.parse(answer)?.hookSpecificOutput?.decision?.behavior;
    return behavior === 'allow' || behavior === 'deny' ? behavior : null;
  } catch {
    // No decision in it.
    return null;
  }
}
