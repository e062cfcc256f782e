import { judgeKey } from './key.ts';
import { judgeWrite, type Place } from './places.ts';
import type { Denial, GuardRules, Locate, OrchestratorRules, ToolCall, WorkerRules } from './rules.ts';
import { judgeScript } from './script.ts';

/**
 * Whether a session may use a tool in this way. Pure but for `locate`.
 *
 * For the orchestrator this is a wall, and the second one: the tools it could write with are not given to it at all.
 * For a worker it is honest best effort: the file tools are judged by where their paths lead, but a shell is a
 * programming language, and nobody can tell from a text all that it will do. It keeps a model from what it does by
 * habit or by mistake; it is no sandbox against one that hides what it does.
 * @returns null when it may
 */
export function judge(call: ToolCall, rules: GuardRules, locate: Locate): Denial | null {
  const denial = judgeKey(call, rules, locate);
  if (denial) return denial;
  if (rules.role === 'orchestrator') return judgeOrchestrator(call, rules);
  return judgeWorker(call, rules, { rules, locate: remembering(locate), cwd: call.cwd });
}

/** Looks at each path once: a command line may name the same ones thousands of times. */
function remembering(locate: Locate): Locate {
  const known = new Map<string, readonly string[] | null>();
  return (path, from) => {
    const key = `${from}\0${path}`;
    let places = known.get(key);
    if (places === undefined) {
      places = locate(path, from);
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
const lookers = new Set(['Read', 'Glob', 'Grep', 'LS', 'LSP']);

function judgeWorker({ tool, input }: ToolCall, rules: WorkerRules, place: Place): Denial | null {
  const leaves = tool === 'EnterWorktree' || input.isolation === 'worktree';
  if (leaves && !rules.allow.includes('worktrees'))
    return {
      topic: 'worktrees',
      reason: 'You have a worktree already; others are made by the control room. Work in yours.',
    };
  // What servers of the person's do behind their tools nobody can tell.
  if (tool.startsWith('mcp__')) return null;
  if (typeof input.command === 'string') return judgeScript(input.command, place);
  const path = input.file_path ?? input.notebook_path;
  return typeof path === 'string' && !lookers.has(tool) ? judgeWrite(path, place) : null;
}
