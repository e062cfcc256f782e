import type { GuardRules, OrchestratorRules, WorkerRules } from '../core/worker.ts';
import { quoteWord } from '../lib/quote.ts';
import { oneLine } from '../lib/sanitize.ts';
import { isObject } from '../lib/shape.ts';
import { type Files, type GuardPlace, judgeKey, judgeWrite, type Locate, type ToolCall } from './places.ts';
import { type Denial, denial } from './text.ts';
import { judgeScript } from './walk.ts';

/**
 * Returns the reason why a session may not use a tool in this way; null when it may. Pure except for its look at the
 * file system.
 *
 * For the orchestrator this is a second line of defence: it does not get tools that write. For a worker it is best
 * effort: file tools are judged by their resolved paths, a command line by how a shell would run it, and anything
 * unresolvable is refused. Contents of scripts, package scripts and Makefiles are not judged. It stops habits and
 * mistakes of a model; it is no sandbox against one that hides what it does.
 */
export function judge(call: ToolCall, rules: GuardRules, files: Files): Denial | null {
  const denial = judgeKey(call, rules, files.locate);
  if (denial) return denial;
  if (rules.role === 'orchestrator') return judgeOrchestrator(call, rules);
  const locate = memoized(files.locate);
  return judgeWorker(call, rules, { rules, locate, exists: files.exists, cwd: call.cwd });
}

/** Limits for one use of a tool: resolved folders, and characters of one path (PATH_MAX of Linux). */
const mostFolders = 20_000;
const longestPath = 4096;

/**
 * Resolves each path once, because a command line may name the same path thousands of times. Paths beyond the limits
 * count as unresolvable: each lookup costs time of the host.
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

/** Tools that take a file and only read it. */
const readOnlyTools = new Set(['Read', 'Glob', 'Grep', 'LS', 'LSP', 'NotebookRead']);

/** Names of parameters for files that a tool works on. */
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
  // Tools of the person's own servers cannot be judged.
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
    return judgeScript(command.map(quoteWord).join(' '), place);
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

/** A refusal: the agent's answer, and the text for the record. */
export interface GuardRefusal {
  readonly answer: object;
  /** Such as `Bash: git stash`, one line. */
  readonly what: string;
  readonly why: string;
}

/** Maximum characters of a tool's input in the record. */
const keptOfInput = 200;

/**
 * Judges the message of a PreToolUse hook; ignores any other.
 * @returns null when the session may go on
 */
export function refusalFor(body: unknown, rules: GuardRules, files: Files): GuardRefusal | null {
  if (!isObject(body) || body.hook_event_name !== 'PreToolUse') return null;
  const call = callOf(body);
  if (!call) return refuse('?', 'What the tool is to do cannot be read.');
  const denial = judge(call, rules, files);
  return denial && refuse(describe(call), denial.reason);
}

/** Returns the hook answer that denies a tool. Hooks fail open: only this answer, or an exit code of 2, denies. */
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
