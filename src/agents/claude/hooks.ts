import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import type { Report } from '../../core/observation.ts';
import {
  type AgentRequest,
  type Choice,
  chosenOptions,
  type Question,
  type RequestAnswer,
} from '../../core/queue.ts';
import { countHidden, oneLine, paragraphs, speltControls } from '../../lib/sanitize.ts';
import { isObject } from '../../lib/shape.ts';

/** A report from a hook's message. */
export interface HookReport {
  readonly report: Report;
  /** Id of the conversation; it changes within a process when the person clears it. */
  readonly sessionId: string | null;
}

/** Maximum characters of a text from a hook. */
const textLimit = 200;

/**
 * Parses a message of a Claude Code hook. The sender is anyone with the worker's token, so everything is validated.
 * @param at when it was posted; its times are near to that, and it may have waited for us
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
      // After `/clear` the same process continues with another conversation.
      return hook.reason === 'clear' ? null : { kind: 'session-ended' };
    default:
      return null;
  }
}

/** Reports whether a prompt is Claude Code's own message about a finished background task. */
function isNotification(prompt: unknown): boolean {
  return typeof prompt === 'string' && prompt.startsWith('<task-notification>');
}

function turnEnded(hook: Fields): Report {
  const text = line(hook.last_assistant_message);
  const tasks: readonly unknown[] = Array.isArray(hook.background_tasks) ? hook.background_tasks : [];
  return { kind: 'turn-ended', said: text, ...(tasks.some(isWork) && { goesOn: true as const }) };
}

/**
 * Reports whether a background task is the agent's own work. While one runs, Claude Code shows itself as working, in
 * its title and in its session file, and at its end begins a turn by itself. Shells and monitors are not: a server or a
 * watch may run for days beside a resting agent. The other kinds are housekeeping or run elsewhere.
 */
function isWork(task: unknown): boolean {
  return isObject(task) && workTypes.has(task.type) && !endStatuses.has(task.status);
}

const workTypes: ReadonlySet<unknown> = new Set(['subagent', 'workflow']);
/** A finished task may be listed until the agent gets its result. */
const endStatuses: ReadonlySet<unknown> = new Set(['completed', 'failed', 'killed', 'stopped']);

/**
 * Only dialogs are reported: `permission_prompt` comes 6 s after PermissionRequest and `idle_prompt` 60 s after Stop,
 * both late repetitions.
 */
function notified(hook: Fields): Report | null {
  if (hook.notification_type !== 'elicitation_dialog') return null;
  return { kind: 'asked', what: line(hook.message) ?? 'input' };
}

function failed(hook: Fields, at: Date): Report {
  const code = line(hook.error) ?? 'unknown';
  const said = line(hook.last_assistant_message);
  const limited = code === 'rate_limit' || (said !== null && mentionsLimit(said));
  const until = limited && said !== null ? limitEnd(said, at) : null;
  return { kind: 'turn-failed', error: said ?? code, limited, ...(until !== null && { until }) };
}

/** Returns the subject of a permission dialog, such as `Bash: npm install jsonwebtoken`. */
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

/** Returns the file of a tool's input, relative to the worker's folder if inside. */
function file(input: Fields, cwd: unknown): string | null {
  const path = input.file_path ?? input.notebook_path;
  if (typeof path !== 'string') return null;
  const inside = typeof cwd === 'string' && cwd !== '' && path.startsWith(`${cwd}/`);
  return line(inside ? relative(cwd, path) : path);
}

type Fields = Readonly<Record<string, unknown>>;

function line(value: unknown): string | null {
  const text = typeof value === 'string' ? oneLine(value, textLimit) : '';
  return text === '' ? null : text;
}

/** Returns a valid session id, because ids become arguments of a later start. */
function uuid(value: unknown): string | null {
  return typeof value === 'string' && uuidPattern.test(value) ? value : null;
}

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Fields of a request from a PermissionRequest hook. */
type AskedFor = Pick<AgentRequest, 'kind' | 'detail' | 'isWhole' | 'isCut' | 'bySubagent' | 'questions'>;

/** Maximum characters of a shown detail; a longer one can only be allowed where all of it is visible. */
const detailLimit = 20_000;

/**
 * Returns all details of a request.
 * @param text the line that is shown for it
 */
export function askedFor(body: unknown, text: string): AskedFor {
  const { tool, input } = callIn(body);
  const questions = tool === 'AskUserQuestion' ? questionsIn(input) : [];
  const raw = detailOf(tool, input);
  const hidden = countHidden(raw);
  const spelt = speltControls(raw);
  const shown = paragraphs(spelt, detailLimit);
  const kind = tool === 'AskUserQuestion' ? 'question' : tool === 'ExitPlanMode' ? 'plan' : 'permission';
  return {
    kind,
    detail: hidden > 0 ? `${holds(hidden)}\n${shown}` : shown,
    isWhole: kind === 'permission' && hidden === 0 && isOneLine(tool, input, text),
    isCut: [...raw].length > detailLimit || [...paragraphs(spelt)].length > detailLimit,
    ...(typeof fields(body).agent_id === 'string' && { bySubagent: true as const }),
    questions,
  };
}

/** Returns a warning, because the spelled form could also be literal text. */
function holds(hidden: number): string {
  return hidden === 1
    ? '(Holds 1 character that does not show by itself.)'
    : `(Holds ${hidden} characters that do not show by themselves.)`;
}

/** Identifies the tool use of a hook: equal for its request and its end. */
export function callOf(body: unknown): string {
  const { tool, input } = callIn(body);
  // The input gets the person's answers before the tool ends.
  const said = tool === 'AskUserQuestion' ? questionsIn(input) : tool === 'ExitPlanMode' ? null : input;
  return createHash('sha256')
    .update(`${tool} ${sortedJson(said)}`)
    .digest('base64url');
}

/** Returns the hook's answer for Claude Code; `{}` leaves the question in its pane. */
export function requestAnswer(body: unknown, answer: RequestAnswer | null): object {
  if (answer === null) return {};
  const decision = decisionOf(callIn(body).input, answer);
  return { hookSpecificOutput: { hookEventName: 'PermissionRequest', decision } };
}

function decisionOf(input: Fields, answer: RequestAnswer): object {
  switch (answer.say) {
    case 'allow':
      return { behavior: 'allow' };
    case 'deny':
      return { behavior: 'deny', message: answer.why || 'The person said no.' };
    case 'choose':
      return { behavior: 'allow', updatedInput: { ...input, answers: chosen(input, answer.options) } };
  }
}

/**
 * Returns answers by question text, with the given labels; "multi-select answers are comma-separated" (sdk-tools.d.ts
 * of Claude Code).
 */
function chosen(input: Fields, choices: readonly Choice[]): Record<string, string> {
  const asked = Array.isArray(input.questions) ? input.questions : [];
  const pairs = choices.map((choice, n) => {
    const { question, options } = fields(asked[n]);
    const labels = chosenOptions(choice).map(
      (one) => fields(Array.isArray(options) ? options[one] : null).label,
    );
    return [String(question ?? ''), labels.map((label) => String(label ?? '')).join(', ')];
  });
  return Object.fromEntries(pairs);
}

function questionsIn(input: Fields): Question[] {
  const asked = Array.isArray(input.questions) ? input.questions.map(fields) : [];
  if (asked.length > 4) return [];
  return asked.map(({ question, options, multiSelect }) => ({
    text: oneLine(String(question ?? ''), 500),
    options: (Array.isArray(options) ? options.slice(0, 9) : []).map(fields).map((option) => ({
      label: oneLine(String(option.label ?? ''), 200),
      description: oneLine(String(option.description ?? ''), 500),
    })),
    ...(multiSelect === true && { several: true as const }),
  }));
}

function detailOf(tool: string, input: Fields): string {
  const { command, description, file_path: file, content, old_string: old, new_string: next, plan } = input;
  if (tool === 'Bash' && typeof command === 'string')
    return [command, ...(description ? ['', `# ${description}`] : []), ...others(input, bashKeys)].join('\n');
  if (typeof file === 'string' && typeof content === 'string')
    return [file, ...others(input, writeKeys), '', content].join('\n');
  if (typeof file === 'string' && typeof old === 'string' && typeof next === 'string')
    return [...[file, ''], ...prefixed('- ', old), ...prefixed('+ ', next), ...others(input, editKeys)].join(
      '\n',
    );
  // Newer versions may request permissions beside the plan.
  if (tool === 'ExitPlanMode' && typeof plan === 'string')
    return [plan, ...others(input, planKeys).flatMap((line) => ['', line])].join('\n');
  if (tool === 'AskUserQuestion') return '';
  return [tool, ...others(input, [])].join('\n');
}

const bashKeys = ['command', 'description'];
const writeKeys = ['file_path', 'content'];
const planKeys = ['plan'];
const editKeys = ['file_path', 'old_string', 'new_string'];

function others(input: Fields, known: readonly string[]): string[] {
  const rest = Object.entries(input).filter(([key]) => !known.includes(key));
  return rest.map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
}

function prefixed(mark: string, text: string): string[] {
  return text.split('\n').map((line) => mark + line);
}

/** Reports whether the line shows the whole request. */
function isOneLine(tool: string, input: Fields, text: string): boolean {
  const keys = Object.keys(input).filter((key) => key !== 'description');
  const [only = ''] = keys;
  const value = input[only];
  return (
    keys.length === 1 &&
    typeof value === 'string' &&
    (oneLineKeys[tool] ?? 'url') === only &&
    // The line collapses spaces and cuts long texts.
    !/\s{2}|[^\S ]/.test(value.trim()) &&
    !text.endsWith('…')
  );
}

const oneLineKeys: Readonly<Record<string, string>> = { Bash: 'command', Read: 'file_path' };

function callIn(body: unknown): { tool: string; input: Fields } {
  const { tool_name: tool, tool_input: input } = fields(body);
  return { tool: typeof tool === 'string' ? oneLine(tool, 200) : '', input: fields(input) };
}

function fields(value: unknown): Fields {
  return isObject(value) ? value : {};
}

/** Returns JSON with sorted keys: their order differs between hooks. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** Hooks whose answer may add context for the model. */
const contextEvents = ['UserPromptSubmit', 'PostToolUse'];

/**
 * Returns a hook answer that adds context for the model; null for a hook that takes none.
 * @param body the hook's message, untrusted like all agent output
 * @param text called only when context can be added
 */
export function contextAnswer(body: unknown, text: () => string | null): object | null {
  const event =
    typeof body === 'object' && body !== null && 'hook_event_name' in body ? body.hook_event_name : null;
  if (typeof event !== 'string' || !contextEvents.includes(event)) return null;
  const additionalContext = text();
  return additionalContext === null
    ? null
    : { hookSpecificOutput: { hookEventName: event, additionalContext } };
}

/** Texts of Claude Code for a reached usage limit; they differ between versions. */
const limitWords = /\b(?:usage|session|weekly|hourly|5-hour|Opus|Sonnet|Fable)\s+limit\b|\blimit reached\b/i;

export function mentionsLimit(text: string): boolean {
  return limitWords.test(text);
}

/**
 * Returns the end of a limit from its text: `resets 3pm (Europe/London)`, `resets Nov 25, 3:30pm`, or seconds since
 * 1970 behind a bar. A time without a zone is local.
 * @returns ISO time, never in the past; null when the text names none
 */
export function limitEnd(text: string, now: Date): string | null {
  const seconds = Number(/\|(\d{10})\b/.exec(text)?.[1]);
  if (seconds * 1000 > now.getTime()) return new Date(seconds * 1000).toISOString();
  const said = resetText.exec(text)?.groups;
  if (!said) return null;
  const hour = hourOf(Number(said.hour), said.half);
  const minute = Number(said.minute ?? 0);
  if (!(hour <= 23 && minute <= 59)) return null;
  return nextTime({ hour, minute, month: said.month, day: Number(said.day ?? 0) }, said.zone, now);
}

const resetText =
  /\bresets?\s+(?:at\s+)?(?:(?<month>[A-Z][a-z]{2})[a-z]*\s+(?<day>\d{1,2}),?\s+(?:at\s+)?)?(?<hour>\d{1,2})(?::(?<minute>\d{2}))?\s*(?<half>[ap]m)?(?:\s+\((?<zone>[\w/+-]+)\))?/i;

function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  return hour > 12 ? Number.NaN : (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
}

interface WallTime {
  readonly hour: number;
  readonly minute: number;
  readonly month: string | undefined;
  readonly day: number;
}

const minuteMs = 60_000;
const dayMinutes = 24 * 60;

/** Returns the next moment at which clocks of that zone show the time; weekly limits name their day. */
function nextTime(
  { hour, minute, month, day }: WallTime,
  zone: string | undefined,
  now: Date,
): string | null {
  const clock = clockOf(zone);
  if (!clock) return null;
  const wanted = hour * 60 + minute;
  const first = Math.floor(now.getTime() / minuteMs) + minutesAhead(clock, now, wanted);
  for (let days = 0; days <= 8; days++) {
    const guess = new Date((first + days * dayMinutes) * minuteMs);
    // A clock change in between shifts it by this offset.
    const off = minutesAhead(clock, guess, wanted);
    const at = new Date(guess.getTime() + (off > dayMinutes / 2 ? off - dayMinutes : off) * minuteMs);
    const parts = partsAt(clock, at);
    const isDay = month === undefined || (parts.month === month && Number(parts.day) === day);
    if (isDay && at > now) return at.toISOString();
  }
  return null;
}

/** Returns the minutes from a moment to the wanted clock time, less than a day. */
function minutesAhead(clock: Intl.DateTimeFormat, at: Date, wanted: number): number {
  const { hour, minute } = partsAt(clock, at);
  return (wanted - Number(hour) * 60 - Number(minute) + dayMinutes) % dayMinutes;
}

function clockOf(zone: string | undefined): Intl.DateTimeFormat | null {
  const fields = { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' } as const;
  try {
    return new Intl.DateTimeFormat('en-US', { ...fields, hourCycle: 'h23', ...(zone && { timeZone: zone }) });
  } catch {
    // Unknown zone.
    return null;
  }
}

function partsAt(clock: Intl.DateTimeFormat, at: Date): Readonly<Record<string, string>> {
  return Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]));
}
