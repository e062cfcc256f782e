import { oneLine } from '../lib/sanitize.ts';
import { judge } from './judge.ts';
import type { GuardRules, Locate, ToolCall } from './rules.ts';

/** What the guard says of a tool that is about to be used: the agent's answer, and what the record keeps. */
export interface Refusal {
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
export function refusalOf(body: unknown, rules: GuardRules, locate: Locate): Refusal | null {
  if (!isObject(body) || body.hook_event_name !== 'PreToolUse') return null;
  const call = callOf(body);
  if (!call) return refuse('?', 'What the tool is to do cannot be read.');
  const denial = judge(call, rules, locate);
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

function refuse(what: string, why: string): Refusal {
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
