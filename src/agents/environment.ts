import type { AgentPreset } from '../core/workspace.ts';

/** What a coding agent, git, ssh and package managers need. `PREFIX_*` stands for every name with that prefix. */
const common = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_*', 'TZ', 'TMPDIR'],
  ...['XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_CACHE_HOME', 'XDG_STATE_HOME'],
  ...['SSH_AUTH_SOCK', 'GIT_SSH_COMMAND', 'GNUPGHOME', 'GPG_AGENT_INFO'],
  ...[
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'NO_PROXY',
    'ALL_PROXY',
    'http_proxy',
    'https_proxy',
    'no_proxy',
    'all_proxy',
  ],
  ...['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
  ...[
    'ANTHROPIC_*',
    'CLAUDE_CONFIG_DIR',
    'CLAUDE_CODE_USE_*',
    'CLAUDE_CODE_OAUTH_TOKEN',
    'AWS_*',
    'GOOGLE_*',
  ],
];

/** Our own secrets and marks: not even a preset lets them through. */
const never = ['NOTION_*', 'ORCH_*'];

/** What our panes can show. A TERM_PROGRAM, TMUX or KITTY_* of the person's terminal would promise more. */
const terminal = { TERM: 'xterm-256color', COLORTERM: 'truecolor' };

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
    if (value === undefined || matches(never, name)) continue;
    if (matches(common, name) || matches(preset.pass, name)) environment[name] = value;
  }
  Object.assign(environment, preset.env, extra, terminal);
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
