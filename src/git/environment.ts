import { dirname, join } from 'node:path';

/**
 * Ambient `GIT_*` variables that are kept: identity and transport. `GIT_DIR` and the like would select another
 * repository.
 */
const keptVariables = new Set([
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

/**
 * Settings that a person gives git in the environment, such as `safe.directory`; git reports errors in them. Our `-c`
 * options take precedence. https://git-scm.com/docs/git-config#ENVIRONMENT `GIT_CONFIG_PARAMETERS` is not kept: git
 * uses it to pass the `-c` options of one command to its child processes.
 */
const configVariables = /^GIT_CONFIG_(?:COUNT|(?:KEY|VALUE)_\d+)$/;

/** Returns these settings as one text, to compare them. */
export function environmentSettings(ambient: NodeJS.ProcessEnv): string {
  return JSON.stringify(Object.entries(ambient).filter(([name]) => configVariables.test(name)));
}

/** Variables of programs that would open a window or wait at a terminal. */
const droppedVariables = new Set(['EDITOR', 'VISUAL', 'PAGER', 'SSH_ASKPASS']);

/** Forces English, no prompts and no optional locks. */
const fixedVariables = {
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
  GIT_EDITOR: 'true',
  GIT_PAGER: 'cat',
  GIT_OPTIONAL_LOCKS: '0',
};

/** Returns the environment of a git process in `dir`. */
export function environmentFor(
  ambient: NodeJS.ProcessEnv,
  dir: string,
  added: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(ambient)) {
    if (value === undefined || droppedVariables.has(name)) continue;
    if (name.startsWith('GIT_') && !keptVariables.has(name) && !configVariables.test(name)) continue;
    env[name] = value;
  }
  return { ...env, ...fixedVariables, GIT_CEILING_DIRECTORIES: ceilings({}, dir), ...added };
}

/**
 * Returns `GIT_CEILING_DIRECTORIES` for programs in a checkout: when its `.git` is gone, git must not find a repository
 * around it. https://git-scm.com/docs/git#Documentation/git.txt-codeGITCEILINGDIRECTORIEScode
 * @param ambient environment whose own ceilings are kept
 */
export function ceilings({ GIT_CEILING_DIRECTORIES: others }: NodeJS.ProcessEnv, dir: string): string {
  return [dirname(dir), ...(others ? [others] : [])].join(':');
}

/**
 * Returns the files from which git reads settings of a checkout, includes aside: system, person, repository and
 * worktree. They need not exist. https://git-scm.com/docs/git-config#FILES
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

/*
 * Programs that git may run while it only reads. A look at a repository happens in the background, without a key press,
 * so it must not run programs that the repository's settings name: no fsmonitor, hooks, pager, external diff, textconv
 * or check of signatures, in the repository and in its submodules, to which `-c` is passed on. Aliases cannot replace
 * git's own commands, and no others are called.
 *
 * Two kinds of program stay, because the answer would be wrong without them. Clean filters decide how a file would be
 * stored as a blob: without that of Git LFS each such file would count as changed. Merge drivers decide whether two
 * sides merge: without them the radar and the preview of a finish would show other conflicts than the merge itself.
 * Checked-in files can only name a filter or driver. Its command is defined in the person's own settings or in
 * `.git/config`, which a clone does not bring along, and which the person has to trust.
 */

/** Settings for every command that reads. */
const readingSettings = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.pager=cat',
  'log.showSignature=false',
  // A patch of a submodule would be made there, by a git without the flags below.
  'diff.submodule=short',
  'status.submoduleSummary=false',
  'submodule.recurse=false',
  // A partial clone fetches missing objects; an `ext::` address is a command line.
  'protocol.ext.allow=never',
];

const noPrograms = ['--no-ext-diff', '--no-textconv'];

/** Flags of commands that print contents and would run programs from attributes and settings. */
const flags: Readonly<Record<string, readonly string[]>> = {
  blame: ['--no-textconv'],
  diff: noPrograms,
  'diff-files': noPrograms,
  'diff-index': noPrograms,
  'diff-tree': noPrograms,
  grep: ['--no-textconv'],
  log: noPrograms,
  show: noPrograms,
};

/** Global options of git with a separate value. */
const withValue = new Set(['-c', '-C', '--git-dir', '--work-tree', '--namespace', '--config-env']);

/** Returns the arguments of a command that only reads, with all programs turned off that it would run. */
export function readingArguments(args: readonly string[]): readonly string[] {
  const at = commandAt(args);
  const command = args[at] ?? '';
  const added = Object.hasOwn(flags, command) ? (flags[command] ?? []) : [];
  return [
    '--no-pager',
    ...readingSettings.flatMap((setting) => ['-c', setting]),
    ...args.slice(0, at + 1),
    ...added,
    ...args.slice(at + 1),
  ];
}

/** Returns the index of the command behind git's global options. */
function commandAt(args: readonly string[]): number {
  for (let at = 0; at < args.length; at++) {
    const argument = args[at] ?? '';
    if (withValue.has(argument)) at++;
    else if (!argument.startsWith('-')) return at;
  }
  return args.length;
}
