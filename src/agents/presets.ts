import { parseSlug } from '../core/ids.ts';
import type { AgentPreset, TitleRules } from '../core/workspace.ts';
import { failure, type Result, success } from '../lib/result.ts';
import { isObject } from '../lib/shape.ts';
import { type AgentPrograms, agentPrograms } from './launch.ts';

export type Presets = Readonly<Record<string, AgentPreset>>;

/**
 * Returns the built-in presets and those of the configuration's `agents`, which may also change a built-in one's
 * command and environment.
 * @param agents that part of `.orch/config.json` as parsed JSON; undefined when absent
 * @returns `config_invalid` naming the first invalid entry
 */
export function resolvePresets(
  agents: unknown,
  builtIn: Presets = builtInPresets(agentPrograms()),
): Result<Presets> {
  if (agents === undefined) return success(builtIn);
  if (!isObject(agents)) return refuse('agents', 'must be an object of presets by name');
  const presets: Record<string, AgentPreset> = { ...builtIn };
  for (const [name, entry] of Object.entries(agents)) {
    const preset = parsePreset(name, entry, Object.hasOwn(builtIn, name) ? builtIn[name] : undefined);
    if (!preset.ok) return preset;
    presets[name] = preset.value;
  }
  return success(presets);
}

/** Settings of a preset. Others have no effect, and reading the file reports them. */
export const presetFields = [
  ...(['command', 'env', 'pass', 'speaks', 'prompt', 'resume', 'quit', 'titles', 'delivery'] as const),
  ...(['sessions', 'ifListed'] as const),
] as const;

function parsePreset(name: string, entry: unknown, builtIn: AgentPreset | undefined): Result<AgentPreset> {
  const at = `agents.${plain(name)}`;
  if (!parseSlug(name, 'task').ok)
    return refuse(at, 'has a name with other than letters, digits, ".", "_" and "-"');
  if (!isObject(entry)) return refuse(at, 'must be an object');

  const {
    command = builtIn?.command,
    env = builtIn?.env ?? {},
    pass = builtIn?.pass ?? [],
    speaks = builtIn?.speaks ?? 'none',
  } = entry;
  if (!isCommand(command)) return refuse(`${at}.command`, 'must be a list of texts, the program first');
  if (command.some(isScriptOfBrief))
    return refuse(
      `${at}.command`,
      'must not put "{brief}" into a script: a shell would run what is in it. Make it an argument of its own',
    );
  if (!isEnvironment(env)) return refuse(`${at}.env`, 'must be an object of texts by variable name');
  if (!isNameList(pass))
    return refuse(`${at}.pass`, 'must be a list of variable names, such as "FOO" or "FOO_*"');
  if (speaks !== 'claude' && speaks !== 'none') return refuse(`${at}.speaks`, 'must be "claude" or "none"');
  if (builtIn && speaks !== builtIn.speaks) return refuse(`${at}.speaks`, `must stay "${builtIn.speaks}"`);
  const ways = parseWays(at, { ...builtIn, ...entry });
  return ways.ok ? success({ command, env, pass, speaks, ...ways.value }) : ways;
}

/**
 * Reports whether an argument is a script that contains the brief: behind a flag of a shell or an interpreter for one.
 */
function isScriptOfBrief(argument: string, at: number, command: readonly string[]): boolean {
  const flag = command[at - 1] ?? '';
  return (
    at > 0 &&
    argument.includes('{brief}') &&
    /^(-[a-z]*[ceEr]|--eval|--print|--command)$/.test(flag) &&
    /\s/.test(argument)
  );
}

/** Validates the optional settings for talking to an agent. */
function parseWays(
  at: string,
  { prompt, resume, quit, titles, delivery, sessions, ifListed }: Readonly<Record<string, unknown>>,
): Result<Omit<AgentPreset, 'command' | 'env' | 'pass' | 'speaks'>> {
  if (prompt !== undefined && !(isTexts(prompt) && prompt.some((text) => text.includes('{brief}'))))
    return refuse(`${at}.prompt`, 'must be a list of texts with "{brief}" in one of them');
  if (resume !== undefined && !isTexts(resume)) return refuse(`${at}.resume`, 'must be a list of texts');
  if (quit !== undefined && !isQuit(quit))
    return refuse(`${at}.quit`, 'must be an object of two texts, "interrupt" and "type"');
  if (delivery !== undefined && delivery !== 'typed' && delivery !== 'argument')
    return refuse(`${at}.delivery`, 'must be "typed" or "argument"');
  if (titles !== undefined && !isTitleRules(titles))
    return refuse(`${at}.titles`, 'must hold lists of texts, "asking", "working" and "resting"');
  if (sessions !== undefined && sessions !== 'codex' && sessions !== 'gemini' && !isTexts(sessions))
    return refuse(`${at}.sessions`, 'must be a list of texts, "codex" or "gemini"');
  if (ifListed !== undefined && !isTexts(ifListed))
    return refuse(`${at}.ifListed`, 'must be a list of texts');
  return success({
    ...(sessions !== undefined && { sessions }),
    ...(ifListed !== undefined && { ifListed }),
    ...(prompt !== undefined && { prompt }),
    ...(resume !== undefined && { resume }),
    ...(quit !== undefined && { quit }),
    ...(titles !== undefined && { titles }),
    ...(delivery !== undefined && { delivery }),
  });
}

function refuse(where: string, why: string): Result<never> {
  return failure('config_invalid', `${where} ${why}.`, 'Fix .orch/config.json.');
}

/** Makes a name safe to show: anyone may have written the file. */
function plain(name: string): string {
  return name.replace(/[^\x21-\x7e]/g, '?').slice(0, 40);
}

/** NUL would truncate a text in the kernel. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0');
}

function isCommand(value: unknown): value is readonly string[] {
  return isTexts(value) && value[0] !== undefined && value[0] !== '';
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}

function isQuit(value: unknown): value is NonNullable<AgentPreset['quit']> {
  return isObject(value) && isText(value.interrupt) && isText(value.type);
}

function isTitleRules(value: unknown): value is TitleRules {
  const kinds = ['asking', 'working', 'resting'];
  return isObject(value) && kinds.every((kind) => value[kind] === undefined || isTexts(value[kind]));
}

function isEnvironment(value: unknown): value is Readonly<Record<string, string>> {
  return (
    isObject(value) && Object.entries(value).every(([name, text]) => variable.test(name) && isText(text))
  );
}

function isNameList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' && passed.test(name));
}

const variable = /^[A-Za-z_][A-Za-z0-9_]*$/;
const passed = /^[A-Za-z_][A-Za-z0-9_]*\*?$/;

/** Key that interrupts most agents. */
const escapeKey = '\x1b';

/** Key that clears the input line. */
const clearLine = '\x15';

/** Returns the built-in presets. `parsePreset` says what a configuration may change. */
export function builtInPresets(
  programs: Pick<AgentPrograms, 'node' | 'demoAgent'>,
): Readonly<Record<'claude' | 'demo' | 'codex' | 'gemini' | 'opencode' | 'aider', AgentPreset>> {
  const quit = { interrupt: escapeKey, type: `${clearLine}/exit` };
  const plain = { env: {}, pass: [], speaks: 'none' } as const;
  return {
    claude: { command: ['claude'], env: {}, pass: [], speaks: 'claude', quit, delivery: 'typed' },
    demo: { command: [programs.node, programs.demoAgent], env: {}, pass: [], speaks: 'claude', quit },
    codex: {
      ...plain,
      command: ['codex'],
      // Without this flag one background server runs the turns and commands of all workers, with the environment of the
      // first.
      ifListed: ['--no-daemon'],
      prompt: ['--', '{brief}'],
      // The last conversation of its folder, which is the worker's alone.
      resume: ['resume', '--last'],
      sessions: 'codex',
      quit: { interrupt: escapeKey, type: `${clearLine}/quit` },
      pass: ['OPENAI_*', 'CODEX_*'],
      titles: { asking: ['Action Required'], working: [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'] },
    },
    gemini: {
      ...plain,
      command: ['gemini'],
      prompt: ['--prompt-interactive={brief}'],
      resume: ['--resume', 'latest'],
      sessions: 'gemini',
      quit: { interrupt: escapeKey, type: `${clearLine}/quit` },
      pass: ['GEMINI_*'],
      titles: { asking: ['✋'], working: ['✦', '⏲'], resting: ['◇'] },
    },
    opencode: {
      ...plain,
      command: ['opencode'],
      prompt: ['--prompt={brief}'],
      // `--continue` continues the last session of the repository, which may be another worker's.
      resume: ['--session', '{session}'],
      // No plugins: a repository may bring some along.
      sessions: ['session', 'list', '--format', 'json', '--pure'],
      quit: { interrupt: escapeKey, type: `${clearLine}/exit` },
      pass: ['OPENCODE_*', 'OPENAI_*'],
    },
    // Its brief is typed: with `--message` it would exit after the answer.
    aider: {
      ...plain,
      command: ['aider'],
      resume: ['--restore-chat-history'],
      quit: { interrupt: '\x03', type: '/exit' },
      pass: ['AIDER_*', 'OPENAI_*', 'GEMINI_*'],
    },
  };
}
