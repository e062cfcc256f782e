import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FailedSetup, SetupPlan } from '../core/worker.ts';
import type { AgentPreset } from '../core/workspace.ts';
import { oneLine } from '../lib/sanitize.ts';
import { claudeArguments, type SessionStart } from './claude/launch.ts';

/** A start of an agent. */
interface AgentStart extends SessionStart {
  readonly preset: Pick<AgentPreset, 'command' | 'speaks' | 'prompt' | 'resume'>;
  /** Flags of the preset's `ifListed` that this program supports. */
  readonly flags?: readonly string[];
}

/** Returns program and arguments that start an agent. Never passes through a shell. */
export function commandLine(start: AgentStart): string[] {
  const { preset, brief } = start;
  if (preset.speaks === 'claude') return [...preset.command, ...claudeArguments(preset.command, start)];
  const flags = (start.flags ?? []).filter((flag) => !preset.command.includes(flag));
  if (start.resume && preset.resume) {
    const resume = preset.resume.map((argument) => argument.replaceAll('{session}', () => start.sessionId));
    return [...preset.command, ...flags, ...resume];
  }
  // A function, because `$` has a meaning in a replacement text.
  const filled = (argument: string) => argument.replaceAll('{brief}', () => brief);
  const prompt = brief === '' ? [] : (preset.prompt ?? []);
  return [...preset.command.map(filled), ...flags, ...prompt.map(filled)];
}

/** Variables for coding agents, git, ssh and package managers. `PREFIX_*` matches every name with that prefix. */
const commonVariables = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_*', 'TZ', 'TMPDIR'],
  ...['XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_CACHE_HOME', 'XDG_STATE_HOME'],
  ...['SSH_AUTH_SOCK', 'GIT_SSH_COMMAND', 'GNUPGHOME', 'GPG_AGENT_INFO', 'KRB5CCNAME'],
  // No GPG_TTY: a pinentry there would draw over the person's own terminal.
  ...['LANGUAGE', 'DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY'],
  ...['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'],
  ...['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
  ...['ANTHROPIC_*', 'CLAUDE_CONFIG_DIR', 'CLAUDE_CODE_USE_*', 'CLAUDE_CODE_OAUTH_TOKEN'],
  ...['AWS_*', 'GOOGLE_*'],
];

/** Our own secrets and marks; a preset cannot pass them either. */
const neverPassed = ['NOTION_*', 'ORCH_*'];

/** Terminal of our panes. A TERM_PROGRAM, TMUX or KITTY_* of the person's terminal would promise more. */
const terminalVariables = { TERM: 'xterm-256color', COLORTERM: 'truecolor' };

/**
 * Builds the environment of an agent's process from an allow list: workers run arbitrary commands, and an inherited
 * variable such as CLAUDE_CODE_CHILD_SESSION silently turns an agent's transcript off.
 * @param ambient the person's environment
 * @param extra overrides everything except the terminal's variables
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

/**
 * Excludes loopback addresses from proxies: hooks are posted to 127.0.0.1, and Claude Code would send even those
 * through a proxy.
 */
function keepLoopbackDirect(environment: Record<string, string>): Record<string, string> {
  if (!Object.keys(environment).some((name) => /^(https?|all)_proxy$/i.test(name))) return environment;
  const listed = environment.no_proxy ?? environment.NO_PROXY ?? '';
  const direct = [...listed.split(',').filter((host) => host !== ''), '127.0.0.1', 'localhost'];
  const value = [...new Set(direct)].join(',');
  return { ...environment, no_proxy: value, NO_PROXY: value };
}

/** Absolute paths of programs that agents run. */
export type AgentPrograms = ReturnType<typeof agentPrograms>;

/** Returns the paths of the programs: beside the running bundle, or as sources. */
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
    /** Folder of the plugin with our skills, passed to sessions at each start. */
    plugin: program('../../.claude', '../.claude'),
  };
}

/** First argument of the setup program: the approved commands cannot change on their way. */
export interface SetupSpec extends SetupPlan {
  /** Absolute path of the log of commands. */
  readonly logFile: string;
  /** Absolute; gets `stamp` once all commands have succeeded. */
  readonly doneFile: string;
  readonly stamp: string;
}

/** Returns a command that prepares its folder and then executes the agent. */
export function withSetup(
  { node, setup }: { readonly node: string; readonly setup: string },
  spec: SetupSpec,
  agent: readonly string[],
): string[] {
  return [node, setup, JSON.stringify(spec), ...agent];
}

/**
 * Reads a report of the setup program. The sender is anyone with the worker's token, so everything is validated.
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
