import { dirname, join } from 'node:path';

/** Of the ambient `GIT_*`: who one is and how one reaches a server. `GIT_DIR` and its kin would lead elsewhere. */
const kept = new Set([
  'GIT_AUTHOR_NAME',
  'GIT_AUTHOR_EMAIL',
  'GIT_COMMITTER_NAME',
  'GIT_COMMITTER_EMAIL',
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_SYSTEM',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_EXEC_PATH',
  'GIT_PROXY_COMMAND',
  'GIT_SSH',
  'GIT_SSH_COMMAND',
  'GIT_SSH_VARIANT',
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
  'GIT_SSL_NO_VERIFY',
]);

/** Programs that would open a window or wait at a terminal. */
const dropped = new Set(['EDITOR', 'VISUAL', 'PAGER', 'SSH_ASKPASS']);

/** English, without questions, without optional locks, and blind to repositories above the folder. */
const fixed = {
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
  GIT_EDITOR: 'true',
  GIT_PAGER: 'cat',
  GIT_OPTIONAL_LOCKS: '0',
};

/** The environment of a git process in `dir`. */
export function environmentFor(
  ambient: NodeJS.ProcessEnv,
  dir: string,
  added: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(ambient)) {
    if (value === undefined || dropped.has(name)) continue;
    if (name.startsWith('GIT_') && !kept.has(name)) continue;
    env[name] = value;
  }
  return { ...env, ...fixed, GIT_CEILING_DIRECTORIES: dirname(dir), ...added };
}

/**
 * Where git reads settings of a checkout, includes aside: the system's, the person's, the repository's and the
 * worktree's own. They need not exist. https://git-scm.com/docs/git-config#FILES
 */
export function configFiles(
  ambient: NodeJS.ProcessEnv,
  gitDir: string,
  commonDir: string,
): readonly string[] {
  const { HOME = '', XDG_CONFIG_HOME, GIT_CONFIG_GLOBAL, GIT_CONFIG_SYSTEM } = ambient;
  const personal = GIT_CONFIG_GLOBAL
    ? [GIT_CONFIG_GLOBAL]
    : [join(HOME, '.gitconfig'), join(XDG_CONFIG_HOME || join(HOME, '.config'), 'git', 'config')];
  return [
    GIT_CONFIG_SYSTEM || '/etc/gitconfig',
    ...personal,
    join(commonDir, 'config'),
    join(gitDir, 'config.worktree'),
  ];
}
