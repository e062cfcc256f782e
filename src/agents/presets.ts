import { failure, type Result, success } from '../domain/problem.ts';
import { parseSlug } from '../domain/slug.ts';
import type { AgentPreset } from '../domain/workspace.ts';
import { type AgentPrograms, agentPrograms } from './programs.ts';

export type Presets = Readonly<Record<string, AgentPreset>>;

/** The presets that are always there. */
export function builtInPresets(
  programs: Pick<AgentPrograms, 'node' | 'demoAgent'>,
): Readonly<Record<'claude' | 'demo', AgentPreset>> {
  return {
    claude: { command: ['claude'], env: {}, pass: [], speaks: 'claude' },
    demo: { command: [programs.node, programs.demoAgent], env: {}, pass: [], speaks: 'claude' },
  };
}

/**
 * The built-in presets and those of the configuration's `agents`, which may also change a built-in one's command
 * and environment.
 * @param agents that part of `.orch/config.json` as parsed JSON; undefined when absent
 * @returns `config_invalid` naming the first entry that is wrong
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

const fields = ['command', 'env', 'pass', 'speaks'];

function parsePreset(name: string, entry: unknown, builtIn: AgentPreset | undefined): Result<AgentPreset> {
  const at = `agents.${plain(name)}`;
  if (!parseSlug(name, 'task').ok)
    return refuse(at, 'has a name with other than letters, digits, ".", "_" and "-"');
  if (!isObject(entry)) return refuse(at, 'must be an object');
  const unknown = Object.keys(entry).find((field) => !fields.includes(field));
  if (unknown !== undefined)
    return refuse(`${at}.${plain(unknown)}`, `is unknown; known are ${fields.join(', ')}`);

  const {
    command = builtIn?.command,
    env = builtIn?.env ?? {},
    pass = builtIn?.pass ?? [],
    speaks = builtIn?.speaks ?? 'none',
  } = entry;
  if (!isCommand(command)) return refuse(`${at}.command`, 'must be a list of texts, the program first');
  if (!isEnvironment(env)) return refuse(`${at}.env`, 'must be an object of texts by variable name');
  if (!isNameList(pass))
    return refuse(`${at}.pass`, 'must be a list of variable names, such as "FOO" or "FOO_*"');
  if (speaks !== 'claude' && speaks !== 'none') return refuse(`${at}.speaks`, 'must be "claude" or "none"');
  if (builtIn && speaks !== builtIn.speaks) return refuse(`${at}.speaks`, `must stay "${builtIn.speaks}"`);
  return success({ command, env, pass, speaks });
}

function refuse(where: string, why: string): Result<never> {
  return failure('config_invalid', `${where} ${why}.`, 'Mend .orch/config.json.');
}

/** Names come from a file that anyone may have written. */
function plain(name: string): string {
  return name.replace(/[^\x21-\x7e]/g, '?').slice(0, 40);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** NUL would end a text early on its way into the kernel. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0');
}

function isCommand(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText) && value[0] !== undefined && value[0] !== '';
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
