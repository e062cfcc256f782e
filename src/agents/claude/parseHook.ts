import { relative } from 'node:path';
import type { Report } from '../../domain/observation.ts';
import { oneLine } from '../../lib/sanitize.ts';
import { limitEnd, speaksOfLimit } from './limit.ts';

/** What a hook's message comes to. */
export interface HookReport {
  readonly report: Report;
  /** The conversation it speaks for; it changes within a process when the person clears it. */
  readonly sessionId: string | null;
}

/** Longest text taken from a hook, in characters. */
const textLimit = 200;

/**
 * Reads what a hook of Claude Code posted. The sender is whoever holds the worker's token, so nothing is trusted.
 * @param at when it was posted: it speaks of times that are near to that, and may have waited for us
 * @returns null for events and shapes that change nothing
 */
export function parseHook(body: unknown, at = new Date()): HookReport | null {
  if (!isObject(body)) return null;
  const sessionId = uuid(body.session_id);
  const report = reportOf(body, sessionId, at);
  return report && { report, sessionId };
}

function reportOf(hook: Fields, sessionId: string | null, at: Date): Report | null {
  switch (hook.hook_event_name) {
    case 'SessionStart':
      return sessionId === null ? null : { kind: 'session-started', sessionId };
    case 'UserPromptSubmit':
      return { kind: 'prompted', ...(isNotification(hook.prompt) && { byItself: true as const }) };
    case 'PreToolUse':
      return { kind: 'tool-started' };
    case 'PostToolUse':
    case 'PostToolUseFailure':
      return { kind: 'tool-ended', what: question(hook) };
    case 'PermissionRequest':
      return { kind: 'asked', what: question(hook) };
    case 'Notification':
      return notified(hook);
    case 'Stop':
      return turnEnded(hook);
    case 'StopFailure':
      return failed(hook, at);
    case 'SessionEnd':
      // After `/clear` the same process goes on with another conversation.
      return hook.reason === 'clear' ? null : { kind: 'session-ended' };
    default:
      return null;
  }
}

/** Reports whether a prompt is the word that Claude Code gives itself when a task in the background ends. */
function isNotification(prompt: unknown): boolean {
  return typeof prompt === 'string' && prompt.startsWith('<task-notification>');
}

function turnEnded(hook: Fields): Report {
  const said = line(hook.last_assistant_message);
  const tasks: readonly unknown[] = Array.isArray(hook.background_tasks) ? hook.background_tasks : [];
  return { kind: 'turn-ended', said, ...(tasks.some(isWork) && { goesOn: true as const }) };
}

/**
 * Reports whether a background task is the agent's own work. While one runs, Claude Code itself shows that it works,
 * in its title and in its session file, and it begins a turn by itself at the end. A shell is not, nor a monitor: a
 * server or a watch may run for days, and the agent rests beside it. The other kinds keep house or run elsewhere.
 */
function isWork(task: unknown): boolean {
  return isObject(task) && workTypes.has(task.type) && !endStatuses.has(task.status);
}

const workTypes: ReadonlySet<unknown> = new Set(['subagent', 'workflow']);
/** A task that has ended may be listed until the agent was given its result. */
const endStatuses: ReadonlySet<unknown> = new Set(['completed', 'failed', 'killed', 'stopped']);

/** `permission_prompt` comes 6 s after PermissionRequest, `idle_prompt` 60 s after Stop: both late repetitions. */
function notified(hook: Fields): Report | null {
  if (hook.notification_type !== 'elicitation_dialog') return null;
  return { kind: 'asked', what: line(hook.message) ?? 'input' };
}

function failed(hook: Fields, at: Date): Report {
  const code = line(hook.error) ?? 'unknown';
  const said = line(hook.last_assistant_message);
  const limited = code === 'rate_limit' || (said !== null && speaksOfLimit(said));
  const until = limited && said !== null ? limitEnd(said, at) : null;
  return { kind: 'turn-failed', error: said ?? code, limited, ...(until !== null && { until }) };
}

/** What a permission dialog is about, such as `Bash: npm install jsonwebtoken`. */
function question(hook: Fields): string {
  const tool = line(hook.tool_name) ?? 'permission';
  const input = isObject(hook.tool_input) ? hook.tool_input : {};
  if (tool === 'ExitPlanMode') return 'plan approval';
  if (tool === 'AskUserQuestion') return firstQuestion(input) ?? 'a question';
  const subject = line(input.command) ?? file(input, hook.cwd) ?? line(input.url) ?? line(input.query);
  const name = tool.startsWith('mcp__') ? tool.slice('mcp__'.length).replace('__', ' ') : tool;
  return oneLine(subject === null ? name : `${name}: ${subject}`, textLimit);
}

function firstQuestion(input: Fields): string | null {
  const questions = input.questions;
  const first: unknown = Array.isArray(questions) ? questions[0] : undefined;
  return isObject(first) ? line(first.question) : null;
}

/** The file a tool is about, relative to the worker's folder where it lies inside. */
function file(input: Fields, cwd: unknown): string | null {
  const path = input.file_path ?? input.notebook_path;
  if (typeof path !== 'string') return null;
  const inside = typeof cwd === 'string' && cwd !== '' && path.startsWith(`${cwd}/`);
  return line(inside ? relative(cwd, path) : path);
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function line(value: unknown): string | null {
  const text = typeof value === 'string' ? oneLine(value, textLimit) : '';
  return text === '' ? null : text;
}

/** Session ids become arguments of a later start, so nothing else is let through. */
function uuid(value: unknown): string | null {
  return typeof value === 'string' && uuidPattern.test(value) ? value : null;
}

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
