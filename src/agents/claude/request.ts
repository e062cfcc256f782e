import { createHash } from 'node:crypto';
import {
  type AgentRequest,
  type Choice,
  inOrder,
  type Question,
  type RequestAnswer,
} from '../../domain/queue.ts';
import { countHidden, oneLine, paragraphs } from '../../lib/sanitize.ts';

/** What a PermissionRequest hook says of what an agent waits for. */
export type AskedFor = Pick<
  AgentRequest,
  'kind' | 'detail' | 'isWhole' | 'isCut' | 'bySubagent' | 'questions'
>;

/** Longest detail that is shown, in characters; what is longer can only be allowed where all of it can be seen. */
const detailLimit = 20_000;

/** Reads what is asked for, all of it. `text` is the line that is shown for it. */
export function askedFor(body: unknown, text: string): AskedFor {
  const { tool, input } = callIn(body);
  const questions = tool === 'AskUserQuestion' ? questionsIn(input) : [];
  const raw = detailOf(tool, input);
  const hidden = countHidden(raw);
  const shown = paragraphs(raw, detailLimit);
  const kind = tool === 'AskUserQuestion' ? 'question' : tool === 'ExitPlanMode' ? 'plan' : 'permission';
  return {
    kind,
    detail: hidden > 0 ? `(Holds ${hidden} characters that cannot be shown.)\n${shown}` : shown,
    isWhole: kind === 'permission' && hidden === 0 && isOneLine(tool, input, text),
    isCut: [...raw].length > detailLimit,
    ...(typeof fields(body).agent_id === 'string' && { bySubagent: true as const }),
    questions,
  };
}

/** Names the use of a tool that a hook is about: the same when it is asked for and when it has ended. */
export function callOf(body: unknown): string {
  const { tool, input } = callIn(body);
  // What a person answers is added to these by the time they end.
  const said = tool === 'AskUserQuestion' ? questionsIn(input) : tool === 'ExitPlanMode' ? null : input;
  return createHash('sha256')
    .update(`${tool} ${sortedJson(said)}`)
    .digest('base64url');
}

/** The hook's answer, as Claude Code takes it; `{}` leaves the question in its pane. */
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
 * Answers by the text of their question, with the labels as they were given; "multi-select answers are comma-separated"
 * (sdk-tools.d.ts of Claude Code).
 */
function chosen(input: Fields, choices: readonly Choice[]): Record<string, string> {
  const asked = Array.isArray(input.questions) ? input.questions : [];
  const pairs = choices.map((choice, n) => {
    const { question, options } = fields(asked[n]);
    const labels = inOrder(choice).map((one) => fields(Array.isArray(options) ? options[one] : null).label);
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
  // Newer ones may ask for permissions beside the plan.
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

/** Whether the line says all there is to know. */
function isOneLine(tool: string, input: Fields, text: string): boolean {
  const keys = Object.keys(input).filter((key) => key !== 'description');
  const [only = ''] = keys;
  const value = input[only];
  return (
    keys.length === 1 &&
    typeof value === 'string' &&
    (oneLineKeys[tool] ?? 'url') === only &&
    // The line keeps one space of several, and of thousands not what comes behind them.
    !/\s{2}|[^\S ]/.test(value.trim()) &&
    !text.endsWith('…')
  );
}

const oneLineKeys: Readonly<Record<string, string>> = { Bash: 'command', Read: 'file_path' };

function callIn(body: unknown): { tool: string; input: Fields } {
  const { tool_name: tool, tool_input: input } = fields(body);
  return { tool: typeof tool === 'string' ? oneLine(tool, 200) : '', input: fields(input) };
}

type Fields = Readonly<Record<string, unknown>>;

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** Keys come in another order with each hook. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
