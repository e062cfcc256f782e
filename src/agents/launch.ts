import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FailedSetup, SetupPlan } from '../core/worker.ts';
import type { AgentPreset } from '../core/workspace.ts';
import { oneLine } from '../lib/sanitize.ts';
import { claudeArguments, type SessionStart } from './claude/launch.ts';

/** One start of an agent. */
export interface AgentStart extends SessionStart {
  readonly preset: Pick<AgentPreset, 'command' | 'speaks' | 'prompt' | 'resume'>;
  /** Of the preset's `ifListed`, what this program knows. */
  readonly flags?: readonly string[];
}

/** Program and arguments that start an agent. Never passes through a shell. */
export function commandLine(start: AgentStart): string[] {
  const { preset, brief } = start;
  if (preset.speaks === 'claude') return [...preset.command, ...claudeArguments(preset.command, start)];
  const flags = (start.flags ?? []).filter((flag) => !preset.command.includes(flag));
  if (start.resume && preset.resume) {
    const resume = preset.resume.map((argument) => argument.replaceAll('{session}', () => start.sessionId));
    return [...preset.command, ...flags, ...resume];
  }
  // A function, for in a text for `replaceAll` some signs have a meaning.
  const filled = (argument: string) => argument.replaceAll('{brief}', () => brief);
  const prompt = brief === '' ? [] : (preset.prompt ?? []);
  return [...preset.command.map(filled), ...flags, ...prompt.map(filled)];
}

/** What a coding agent, git, ssh and package managers need. `PREFIX_*` stands for every name with that prefix. */
const commonVariables = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_*', 'TZ', 'TMPDIR'],
  ...['XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_CACHE_HOME', 'XDG_STATE_HOME'],
  ...['SSH_AUTH_SOCK', 'GIT_SSH_COMMAND', 'GNUPGHOME', 'GPG_AGENT_INFO', 'KRB5CCNAME'],
  // No GPG_TTY: what asks there would draw over the person's own terminal.
  ...['LANGUAGE', 'DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY'],
  ...['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'],
  ...['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
  ...['ANTHROPIC_*', 'CLAUDE_CONFIG_DIR', 'CLAUDE_CODE_USE_*', 'CLAUDE_CODE_OAUTH_TOKEN'],
  ...['AWS_*', 'GOOGLE_*'],
];

/** Our own secrets and marks: not even a preset lets them through. */
const neverPassed = ['NOTION_*', 'ORCH_*'];

/** What our panes can show. A TERM_PROGRAM, TMUX or KITTY_* of the person's terminal would promise more. */
const terminalVariables = { TERM: 'xterm-256color', COLORTERM: 'truecolor' };

/**
 * The environment of an agent's process, built from nothing: workers run arbitrary commands, and a variable such
 * as CLAUDE_CODE_CHILD_SESSION, inherited, silently turns an agent's transcript off.
 * @param ambient the person's environment
 * @param extra wins over everything but the terminal's own variables
 */
export function agentEnvironment(
  ambient: Readonly<Record<string, string | undefined>>,
  preset: Pick<AgentPreset, 'env' | 'pass'>,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(ambient)) {
    if (value === undefined || matches(neverPassed, name)) continue;
    if (matches(commonVariables, name) || matches(preset.pass, name)) environment[name] = value;
  }
  Object.assign(environment, preset.env, extra, terminalVariables);
  return keepLoopbackDirect(environment);
}

function matches(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
}

/** Hooks are posted to 127.0.0.1, and Claude Code would send even those through a proxy. */
function keepLoopbackDirect(environment: Record<string, string>): Record<string, string> {
  if (!Object.keys(environment).some((name) => /^(https?|all)_proxy$/i.test(name))) return environment;
  const listed = environment.no_proxy ?? environment.NO_PROXY ?? '';
  const direct = [...listed.split(',').filter((host) => host !== ''), '127.0.0.1', 'localhost'];
  const value = [...new Set(direct)].join(',');
  return { ...environment, no_proxy: value, NO_PROXY: value };
}

/** Absolute paths of what agents are given to run. */
export type AgentPrograms = ReturnType<typeof agentPrograms>;

/** Returns where the programs lie: beside the running bundle, or as sources when those are run. */
export function agentPrograms() {
  const here = fileURLToPath(import.meta.url);
  const isSource = here.endsWith('.ts');
  const program = (source: string, bundle: string) => resolve(dirname(here), isSource ? source : bundle);
  return {
    node: process.execPath,
    hook: program('../programs/hook.ts', 'hook.js'),
    statusLine: program('../programs/statusLine.ts', 'status-line.js'),
    demoAgent: program('../programs/demoAgent.ts', 'demo-agent.js'),
    setup: program('../programs/setup.ts', 'setup.js'),
    /** Folder of the plugin that sessions are given for one start: our skills. */
    plugin: program('../../.claude', '../.claude'),
  };
}

/** What the setup program is told, in its first argument: what was approved cannot change on its way. */
export interface SetupSpec extends SetupPlan {
  /** Absolute; what was run is written there. */
  readonly logFile: string;
  /** Absolute; gets `stamp` once all commands have succeeded. */
  readonly doneFile: string;
  readonly stamp: string;
}

/** A command that first prepares its folder and then becomes the agent. */
export function withSetup(
  { node, setup }: { readonly node: string; readonly setup: string },
  spec: SetupSpec,
  agent: readonly string[],
): string[] {
  return [node, setup, JSON.stringify(spec), ...agent];
}

/**
 * Reads what the setup program posts. The sender is whoever holds the worker's token, so nothing is trusted.
 * @returns null for anything else
 */
export function parseFailedSetup(body: unknown): FailedSetup | null {
  if (typeof body !== 'object' || body === null) return null;
  const { command, exitCode } = body as Record<string, unknown>;
  if (!Array.isArray(command) || !command.every((word) => typeof word === 'string')) return null;
  if (exitCode !== null && (!Number.isInteger(exitCode) || Number(exitCode) > 255)) return null;
  const words = command.slice(0, 20).map((word) => oneLine(word, 80));
  return { command: words, exitCode: exitCode === null ? null : Number(exitCode) };
}
