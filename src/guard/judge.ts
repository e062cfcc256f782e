import type { GuardRules, OrchestratorRules, WorkerRules } from '../core/worker.ts';
import { oneLine } from '../lib/sanitize.ts';
import { type Files, type GuardPlace, judgeKey, judgeWrite, type Locate, type ToolCall } from './places.ts';
import { type Denial, denial } from './text.ts';
import { judgeScript } from './walk.ts';

/**
 * Reports why a session may not use a tool in this way; null where it may. Pure but for what it looks at in the file system.
 *
 * For the orchestrator this is a wall, and the second one: the tools it could write with are not given to it at all.
 * For a worker it is honest best effort: the file tools are judged by where their paths lead, a command line by what a shell
 * would do with it, and what cannot be resolved is refused. What a script, a package's script or a Makefile does is not
 * seen. It keeps a model from what it does by habit or by mistake; it is no sandbox against one that hides what it does.
 */
export function judge(call: ToolCall, rules: GuardRules, files: Files): Denial | null {
  const denial = judgeKey(call, rules, files.locate);
  if (denial) return denial;
  if (rules.role === 'orchestrator') return judgeOrchestrator(call, rules);
  const locate = memoized(files.locate);
  return judgeWorker(call, rules, { rules, locate, exists: files.exists, cwd: call.cwd });
}

/** Folders that are looked at for one use of a tool, and characters of one path (PATH_MAX of Linux). */
const mostFolders = 20_000;
const longestPath = 4096;

/**
 * Looks at each path once: a command line may name the same ones thousands of times. Paths that no system takes,
 * and all paths once too many folders were looked at, cannot be resolved: each look costs the host time.
 */
function memoized(locate: Locate): Locate {
  const known = new Map<string, readonly string[] | null>();
  let left = mostFolders;
  return (path, from) => {
    const key = `${from}\0${path}`;
    let places = known.get(key);
    if (places === undefined) {
      left -= path.split('/').length + (path.startsWith('/') ? 0 : from.split('/').length);
      places = left < 0 || path.length + from.length > longestPath ? null : locate(path, from);
      known.set(key, places);
    }
    return places;
  };
}

function judgeOrchestrator({ tool }: ToolCall, { tools }: OrchestratorRules): Denial | null {
  const isListed = tools.some((name) =>
    name.endsWith('*') ? tool.startsWith(name.slice(0, -1)) : tool === name,
  );
  if (isListed) return null;
  return {
    topic: 'tool',
    reason:
      'The orchestrator coordinates and changes nothing itself. Propose a worker for this; look at repositories with the tools of orch.',
  };
}

/** Tools that name a file and only look at it. */
const readOnlyTools = new Set(['Read', 'Glob', 'Grep', 'LS', 'LSP', 'NotebookRead']);

/** What tools call the files they work on. */
const pathFields =
  /^(file_?paths?|notebook_?paths?|paths?|target(_?(file|path))?|destination|dest|directory)$/i;

function judgeWorker({ tool, input }: ToolCall, rules: WorkerRules, place: GuardPlace): Denial | null {
  const leaves = tool === 'EnterWorktree' || input.isolation === 'worktree';
  if (leaves && !rules.allow.includes('worktrees'))
    return denial(
      'worktrees',
      tool,
      'You have a worktree already; others are made by the control room.',
      'Work in yours.',
    );
  // What servers of the person's do behind their tools nobody can tell.
  if (tool.startsWith('mcp__')) return null;
  if ('command' in input) return judgeCommand(input.command, tool, place);
  if (readOnlyTools.has(tool)) return null;
  for (const [field, value] of Object.entries(input)) {
    if (!pathFields.test(field)) continue;
    for (const path of Array.isArray(value) ? value : [value]) {
      const denial = judgePath(path, field, place);
      if (denial) return denial;
    }
  }
  return null;
}

function judgeCommand(command: unknown, tool: string, place: GuardPlace): Denial | null {
  if (typeof command === 'string') return judgeScript(command, place);
  if (Array.isArray(command) && command.every((word) => typeof word === 'string'))
    return judgeScript(command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' '), place);
  return denial('outside', tool, 'The command it is given is no text.', 'Give it as one text.');
}

/** Judges a path of a file tool, which may expand a tilde as a shell does. */
function judgePath(path: unknown, field: string, place: GuardPlace): Denial | null {
  const { rules } = place;
  if (typeof path !== 'string' || path.trim() === '')
    return denial('outside', field, 'This is no path.', 'Name the file.');
  if (!path.startsWith('~')) return judgeWrite(path, place);
  const home = rules.variables.HOME ?? '/root';
  return judgeWrite(/^~(\/|$)/.test(path) ? `${home}${path.slice(1)}` : `/home/${path.slice(1)}`, place);
}

/** What the guard says of a tool that is about to be used: the agent's answer, and what the record keeps. */
export interface GuardRefusal {
  readonly answer: object;
  /** Such as `Bash: git stash`, one line. */
  readonly what: string;
  readonly why: string;
}

/** Longest part of a tool's input that the record keeps, in characters. */
const keptOfInput = 200;

/**
 * Judges what a PreToolUse hook posted; anything else is no matter of the guard's.
 * @returns null where the session may go on
 */
export function refusalFor(body: unknown, rules: GuardRules, files: Files): GuardRefusal | null {
  if (!isObject(body) || body.hook_event_name !== 'PreToolUse') return null;
  const call = callOf(body);
  if (!call) return refuse('?', 'What the tool is to do cannot be read.');
  const denial = judge(call, rules, files);
  return denial && refuse(describe(call), denial.reason);
}

/** The answer that keeps an agent from a tool. Hooks fail open: nothing but this, or an exit code of 2, does. */
export function denyTool(why: string): object {
  return {
    hookSpecificOutput: {
      hookEventName: 'PreToolUse',
      permissionDecision: 'deny',
      permissionDecisionReason: `orch-tui: ${why}`,
    },
  };
}

function refuse(what: string, why: string): GuardRefusal {
  return { answer: denyTool(why), what, why };
}

function callOf(body: Fields): ToolCall | null {
  const { tool_name: tool, tool_input: input, cwd } = body;
  if (typeof tool !== 'string' || tool === '' || typeof cwd !== 'string' || !cwd.startsWith('/')) return null;
  return isObject(input) ? { tool, input, cwd } : null;
}

function describe({ tool, input }: ToolCall): string {
  const about = [input.command, input.file_path, input.notebook_path].find((one) => typeof one === 'string');
  const text = about === undefined ? tool : `${tool}: ${about}`;
  return oneLine(text, keptOfInput);
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
