import { gitCommands, isOwnPast } from './gitCommands.ts';
import { judgeGitVariables, judgeSettings } from './gitConfig.ts';
import { type GuardPlace, isOwn, isTemporary, judgeWrite } from './places.ts';
import type { GitCall, Run, Shell } from './shell.ts';
import {
  anything,
  type Choices,
  type Denial,
  denial,
  denyUnknown,
  fileText,
  isKnown,
  readable,
  readOptions,
  someName,
  valuesOf,
} from './text.ts';

/** Judges a git command: a worker may do anything that stays on its branch and in its worktree. */
export function runGit({ args: words, environment, walk }: Run): Choices<string> {
  judgeGitVariables(environment, walk);
  const before = readGlobalOptions(words, environment, walk);
  if (before.settings.length > 0) judgeSettings(before.settings, walk);
  const [command = '', ...args] = before.rest;
  if (command === '' || before.isHelp) return [''];
  if (!isKnown(command)) {
    walk.refuse(denyUnknown(`git ${command}`, 'It cannot be told which command of git this is.'));
    return [''];
  }
  for (const place of walk.places) {
    for (const cwd of before.folders(place)) {
      const call = callOf(command, args, { ...place, cwd }, walk, before.isElsewhere);
      walk.refuse(judgeGit(call, before.isElsewhere));
    }
  }
  return printedByGit(command, args, walk);
}

interface GlobalOptions {
  readonly rest: readonly string[];
  readonly settings: readonly string[];
  /** True when options or variables name a repository other than that of the current folder. */
  readonly isElsewhere: boolean;
  readonly isHelp: boolean;
  folders(place: GuardPlace): readonly string[];
}

/** Options before the command with a separate value. */
const withValue = new Set(
  '-C -c --git-dir --work-tree --namespace --super-prefix --config-env --exec-path --attr-source --list-cmds'.split(
    ' ',
  ),
);

/** Variables that name a repository, or a part of it. */
const repositoryVariables = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_COMMON_DIR',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
];

/** Reads git's options and variables before the command's name. */
function readGlobalOptions(
  words: readonly string[],
  environment: ReadonlyMap<string, string>,
  walk: Shell,
): GlobalOptions {
  const { options, rest } = leadingOptions(words);
  const values = (...names: string[]) =>
    options.flatMap(([name, value]) => (names.includes(name) ? [value] : []));
  const variables = repositoryVariables.flatMap(
    (name) => environment.get(name) ?? walk.valueOf(name)?.[0]?.[0] ?? [],
  );
  for (const path of values('--exec-path'))
    if (path !== '') walk.refuse(denyUnknown(`--exec-path=${path}`, 'Git would run programs from there.'));
  const named = [...values('--git-dir', '--work-tree'), ...variables.filter((value) => value !== '')];
  return {
    rest,
    settings: values('-c', '--config-env'),
    isHelp: options.some(([name]) =>
      /^(--help|-h|--version|-v|--html-path|--man-path|--info-path)$/.test(name),
    ),
    isElsewhere: named.some(
      (path) =>
        !isKnown(path) || walk.places.some((place) => !isOwn(path, place) && !isTemporary(path, place)),
    ),
    folders: (place) =>
      values('-C').reduce<readonly string[]>(
        (folders, to) =>
          folders.flatMap((cwd) =>
            isKnown(to) && isKnown(cwd) ? (place.locate(to, cwd) ?? [anything]) : [anything],
          ),
        [place.cwd],
      ),
  };
}

/** Splits git's words into global options, each with its value or an empty text, and the rest. */
function leadingOptions(words: readonly string[]) {
  const options: (readonly [name: string, value: string])[] = [];
  let at = 0;
  for (; words[at]?.startsWith('-'); at += 1) {
    const word = words[at] ?? '';
    const [name = '', ...inline] = word.startsWith('--') ? word.split('=') : [word];
    const takesNext = inline.length === 0 && withValue.has(name);
    if (takesNext) at += 1;
    options.push([name, takesNext ? (words[at] ?? '') : inline.join('=')]);
  }
  return { options, rest: words.slice(at) };
}

function callOf(
  command: string,
  args: readonly string[],
  place: GuardPlace,
  walk: Shell,
  isElsewhere: boolean,
): GitCall {
  const end = args.indexOf('--');
  const options = end < 0 ? args : args.slice(0, end);
  return {
    command,
    args,
    named: [...options.filter((arg) => !/^-./.test(arg)), ...(end < 0 ? [] : args.slice(end + 1))],
    place,
    branch: place.rules.branch,
    walk,
    isTemporary: !isElsewhere && isKnown(place.cwd) && isTemporary('.', place),
    has: (...names) =>
      options.some((arg) =>
        names.some((name) =>
          name.startsWith('--')
            ? arg === name || arg.startsWith(`${name}=`)
            : !arg.startsWith('--') && new RegExp(`^-[A-Za-z]*${name[1]}`).test(arg),
        ),
      ),
  };
}

function judgeGit(call: GitCall, isElsewhere: boolean): Denial | null {
  const { command, args, place } = call;
  if (args.some((arg) => arg === '--help' || arg === '-h') && args.length === 1) return null;
  const reaching = judgeRemotes(call);
  if (reaching) return reaching;
  const judged = Object.hasOwn(gitCommands, command) ? gitCommands[command] : undefined;
  const written = judgeOutput(call);
  if (written) return written;
  if (call.isTemporary && !/^(push|remote)$/.test(command) && !commandRunners.has(command)) return null;
  const refused = judged?.(call) ?? null;
  if (refused) return refused;
  if (judged === undefined && !harmless.has(command) && !isReading(call))
    return denial(
      'switch',
      `git ${command}`,
      'This is no command of git that the guard knows: an alias could be any.',
      'Name the command itself.',
    );
  if (command === 'clone' || command === 'init') return null;
  const isOutside = !call.isTemporary && (isElsewhere || !isKnown(place.cwd) || !isOwn('.', place));
  if (!isOutside || isReading(call)) return null;
  return denial(
    'outside',
    `git ${command}`,
    'This would change a repository outside your worktree.',
    `Run it in ${place.rules.worktree}; if something else must change, say so to the person.`,
  );
}

/** Commands that can run another command. */
const commandRunners = new Set([
  'submodule',
  'bisect',
  'rebase',
  'difftool',
  'mergetool',
  'clone',
  'worktree',
  'grep',
]);

/**
 * Refuses programs that git would run on either side of a transfer, addresses that are commands, and hooks from other
 * folders.
 */
function judgeRemotes({ command, args, walk, place }: GitCall): Denial | null {
  const isTransfer = /^(clone|fetch|pull|push|ls-remote|archive|send-pack)$/.test(command);
  for (const [at, arg] of args.entries()) {
    const [name = '', ...inline] = arg.split('=');
    const value = inline.length > 0 ? inline.join('=') : (args[at + 1] ?? '');
    if (arg.startsWith('ext::')) walk.subshell(arg.slice(5));
    const names =
      /^(--upload-pack|--receive-pack|--exec)$/.test(name) || (command === 'clone' && /^-u/.test(arg));
    if (isTransfer && names && !/^git-(upload|receive)-pack$/.test(value))
      return denial('outside', arg, 'Git would run that program.', 'Leave the option out.');
    if (name === '--template' && /^(clone|init)$/.test(command) && value !== '' && !isOwn(value, place))
      return denial('outside', arg, 'Hooks would come from there.', 'Leave the option out.');
  }
  return null;
}

/** Judges files that a command writes by an option. */
function judgeOutput({ command, args, place }: GitCall): Denial | null {
  if (
    /^(diff|log|show|diff-tree|diff-index|format-patch|archive|range-diff|shortlog|whatchanged)$/.test(
      command,
    )
  ) {
    const read = readOptions(args, {
      short: command === 'format-patch' || command === 'archive' ? 'o' : '',
      long: ['output', 'output-directory'],
      anywhere: true,
    });
    for (const path of valuesOf(read, 'output', 'output-directory', ...(command === 'log' ? [] : ['o']))) {
      const denial = judgeWrite(path, place);
      if (denial) return denial;
    }
  }
  if (command === 'bundle' && args[0] === 'create')
    return judgeWrite(args.slice(1).find((arg) => !arg.startsWith('-')) ?? '', place);
  return null;
}

const listing =
  /^(-l|--list|-a|-r|-v+|--all|--show-current|--contains|--merged|--no-merged|--get.*|--points-at|--sort.*|--format.*|--column)$/;

/** Commands that change nothing anywhere. */
const readers = new Set(
  `status log diff show rev-parse rev-list ls-files ls-tree ls-remote cat-file blame annotate grep describe merge-base
  show-ref show-branch for-each-ref shortlog name-rev merge-tree diff-tree diff-index diff-files whatchanged count-objects
  fsck check-ignore check-attr check-mailmap check-ref-format var help version archive cherry range-diff request-pull
  verify-commit verify-tag verify-pack get-tar-commit-id patch-id stripspace interpret-trailers column difftool gitk gui
  bugreport diagnose hash-object bundle format-patch diff-pairs for-each-repo last-modified repo`.split(
    /\s+/,
  ),
);

/** Commands that stay in the worktree and on its branch, or only add objects. */
const harmless = new Set(
  `add commit merge mv rm clean am apply cherry-pick revert restore citool merge-file merge-index merge-one-file mktag
  mktree commit-tree commit-graph write-tree read-tree checkout-index update-index update-server-info sparse-checkout
  rerere unpack-objects index-pack pack-objects repack pack-refs multi-pack-index prune-packed shell-i18n absorb delta
  credential hook fsmonitor--daemon backfill history last stage scalar`.split(/\s+/),
);

/** Reports whether a call only reads, for commands that can also write. */
function isReading({ command, args, named }: GitCall): boolean {
  if (readers.has(command)) return true;
  const [first] = args;
  switch (command) {
    case 'stash':
    case 'worktree':
    case 'notes':
      return named[0] === 'list' || named[0] === 'show';
    case 'branch':
    case 'tag':
      return (
        args.length === 0 ||
        args.some((arg) => listing.test(arg)) ||
        (command === 'branch' && named.length === 0 && args.every((arg) => /^-[avrq]+$/.test(arg)))
      );
    case 'config':
      return (
        args.length === 0 ||
        listing.test(first ?? '') ||
        /^(get|list)$/.test(first ?? '') ||
        (named.length === 1 && !args.some((arg) => /^(-e|--edit|--unset|--remove|--add)/.test(arg)))
      );
    case 'remote':
      return args.length === 0 || first === '-v' || first === 'show' || first === 'get-url';
    case 'submodule':
      return args.length === 0 || /^(status|summary)$/.test(named[0] ?? '');
    case 'bisect':
      return /^(log|view|visualize|help|terms)$/.test(named[0] ?? '');
    case 'reflog':
    case 'fetch':
      return true;
    case 'lfs':
      return /^(ls-files|status|env|locks|logs|version)$/.test(named[0] ?? '');
    case 'clean':
    case 'add':
    case 'push':
    case 'rm':
    case 'mv':
    case 'commit':
      return args.some((arg) => arg === '--dry-run' || /^-[a-z]*n[a-z]*$/.test(arg)) && command !== 'commit'
        ? true
        : args.includes('--dry-run');
    default:
      return false;
  }
}

/** Returns output of git that other commands use. */
function printedByGit(command: string, args: readonly string[], walk: Shell): Choices<string> {
  const { worktree, branch } = walk.rules;
  if (command === 'rev-parse') {
    if (args.includes('--show-toplevel'))
      return walk.places.map((place) => (isKnown(place.cwd) && isOwn('.', place) ? worktree : anything));
    if (
      args.includes('--git-dir') ||
      args.includes('--git-common-dir') ||
      args.includes('--absolute-git-dir') ||
      args.includes('--git-path')
    )
      return [anything];
    if (args.includes('--abbrev-ref') && args.includes('HEAD')) return [branch];
    // Revisions of the worker's own branch keep their names, so that it can return to them.
    const revision = args.find((arg) => !arg.startsWith('-')) ?? '';
    return [isOwnPast(revision, branch) ? revision : someName];
  }
  if (command === 'merge-base' && args.some((arg) => isOwnPast(arg, branch))) return ['HEAD~1'];
  if (command === 'branch' && args.includes('--show-current')) return [branch];
  if (command === 'symbolic-ref' && args.some((arg) => readable(arg) === 'HEAD')) return [branch];
  if (command === '--exec-path') return ['/usr/lib/git-core'];
  if (/^(merge-base|hash-object|commit-tree|write-tree|describe|rev-list)$/.test(command)) return [someName];
  return [fileText];
}
