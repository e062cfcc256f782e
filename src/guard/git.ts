import type { GuardTopic } from '../core/worker.ts';
import { type Denial, isOwn, judgeWrite, type Place, shown } from './places.ts';

/**
 * Whether a worker may run this git command: everything is its own that stays on its branch and in its worktree.
 * @param words arguments behind `git`
 * @param environment variables set for this command alone
 */
export function judgeGit(
  words: readonly string[],
  environment: ReadonlyMap<string, string>,
  place: Place,
): Denial | null {
  const call = readGitCall(words, environment, place);
  if (call.hasAlias)
    return deny('switch', 'An alias given on the command line could be any command.', 'Name the command.');
  const refused = judgeCommand(call);
  if (refused) return place.rules.allow.includes(refused.topic as GuardTopic) ? null : refused;
  if (call.command === 'clone' || call.command === 'init') return judgeMade(call);
  const isOutside = call.isElsewhere || !isOwn(call.place.cwd, place);
  if (!isOutside || isReading(call) || place.rules.allow.includes('outside')) return null;
  return deny(
    'outside',
    `git ${call.command} would change a repository outside your worktree.`,
    `Run it in ${place.rules.worktree}; if something else must change, say so to the person.`,
  );
}

interface Asked {
  readonly args: readonly string[];
  /** Arguments that are no flags. */
  readonly named: readonly string[];
  readonly branch: string;
  /** Whether one of these flags is given; a letter also among others, as in `-fd`. */
  has(...flags: string[]): boolean;
}

function judgeCommand({ command, args, place }: GitCall): Denial | null {
  const has = (...flags: string[]) =>
    args.some((arg) =>
      flags.some((flag) =>
        flag.startsWith('--') ? splitFlag(arg)[0] === flag : new RegExp(`^-[A-Za-z]*${flag[1]}`).test(arg),
      ),
    );
  const named = args.filter((arg) => !arg.startsWith('-'));
  const judgeOne = Object.hasOwn(commands, command) ? commands[command] : undefined;
  return judgeOne?.({ args, named, branch: place.rules.branch, has }) ?? null;
}

/** Commands that can reach beyond a worker's own branch, each with when it does. */
const commands: Readonly<Record<string, (asked: Asked) => Denial | null>> = {
  stash: ({ named: [first] }) =>
    first === 'list' || first === 'show'
      ? null
      : deny(
          'stash',
          'All worktrees of a repository share one stash, so another worker could take yours.',
          'Commit your work to your branch instead; a commit in between does no harm.',
        ),
  switch: ({ branch }) => deny('switch', 'git switch would leave your branch.', stayOn(branch)),
  checkout: ({ args, named, branch }) =>
    isRestoring(args, named)
      ? null
      : deny(
          'switch',
          'git checkout of a branch or commit would leave your branch.',
          `${stayOn(branch)} To put files back: git restore, or git checkout -- FILE.`,
        ),
  rebase: ({ named, branch, has }) =>
    named.length > (has('--onto') ? 2 : 1)
      ? deny('switch', 'git rebase with a branch named switches to it.', stayOn(branch))
      : null,
  branch: ({ branch, has }) =>
    has('-d', '-D', '-m', '-M', '-c', '-C', '-f', '--delete', '--move', '--copy', '--force')
      ? deny('branches', 'Branches may be another worker’s.', stayOn(branch))
      : null,
  'update-ref': movesBranches,
  'filter-branch': movesBranches,
  'filter-repo': movesBranches,
  replace: movesBranches,
  'symbolic-ref': ({ named, branch, has }) =>
    named.length > 1 || has('-d', '--delete')
      ? deny('switch', 'HEAD stays where it is.', stayOn(branch))
      : null,
  tag: ({ has }) =>
    has('-d', '-f', '--delete', '--force')
      ? deny('branches', 'Tags belong to the whole repository.', 'Leave them to the person.')
      : null,
  reflog: ({ named: [first] }) =>
    first === 'expire' || first === 'delete'
      ? deny('branches', 'The reflog keeps what others may want back.', 'Leave it.')
      : null,
  fetch: ({ named }) =>
    named.slice(1).some((arg) => arg.includes(':'))
      ? deny('branches', 'git fetch with a refspec moves branches here.', 'Fetch without “:”.')
      : null,
  config: ({ args }) =>
    args.some(isAlias) ? deny('switch', 'An alias could be any command.', 'Name the command itself.') : null,
  push: leavesMachine,
  'send-pack': leavesMachine,
  lfs: pushesBelow,
  subtree: pushesBelow,
  worktree: ({ named: [first] }) =>
    first === 'list'
      ? null
      : deny('worktrees', 'Worktrees are made and removed by the control room.', 'Work in your own.'),
  reset: ({ args, named, branch }) => judgeReset(args, named, branch),
  flow: () => deny('approve', 'Branches are started and finished by the person.', 'Say that you are done.'),
};

function stayOn(branch: string): string {
  return `Stay on ${branch}; the person decides about other branches.`;
}

function movesBranches({ branch }: Asked): Denial {
  return deny('branches', 'This can move or rewrite the branches of others.', stayOn(branch));
}

/** Also for what the command lines of GitHub and GitLab send. */
export function leavesMachine(): Denial {
  return deny(
    'push',
    'Nothing leaves this machine before a person has looked at it.',
    'Commit, and report that you are done; the person finishes and pushes.',
  );
}

function pushesBelow({ named: [first] }: Asked): Denial | null {
  return first === 'push' ? leavesMachine() : null;
}

/** Whether a checkout is about files; those stay on their branch. */
function isRestoring(args: readonly string[], named: readonly string[]): boolean {
  if (args.some((arg) => /^(-[bBdt]|--orphan|--detach|--track|--guess)/.test(arg))) return false;
  if (args.includes('--') || args.some((arg) => /^(--ours|--theirs|--patch|-p)$/.test(arg))) return true;
  const [first = ''] = named;
  return named.length > 1 || /^\.{1,2}(\/|$)/.test(first);
}

/** Back along its own branch a worker may go; what is lost by that is kept in snapshots and the reflog. */
function judgeReset(args: readonly string[], named: readonly string[], branch: string): Denial | null {
  if (!args.some((arg) => /^--(hard|keep|merge)$/.test(arg))) return null;
  const [to = 'HEAD'] = named;
  const isOwnPast = /^(HEAD|@|ORIG_HEAD)([~^@{].*)?$/.test(to) || /^[0-9a-f]{7,40}$/.test(to);
  if (isOwnPast || to === branch || to.startsWith('$')) return null;
  return deny(
    'reset',
    `git reset --hard ${shown(to)} would replace your branch with another.`,
    'Merge or rebase onto it instead.',
  );
}

/** A new repository is a folder like any other. */
function judgeMade({ args, place }: GitCall): Denial | null {
  const named = args.filter((arg) => !arg.startsWith('-'));
  return judgeWrite(named.at(-1) ?? '.', place);
}

export function deny(topic: GuardTopic, why: string, instead: string): Denial {
  return { topic, reason: `${why} ${instead}` };
}

/** What git is told before its command's name. */
export interface GitCall {
  readonly command: string;
  readonly args: readonly string[];
  readonly place: Place;
  /** Works on a repository that is named, not on the one of the current folder. */
  readonly isElsewhere: boolean;
  /** An alias given in passing could be any command. */
  readonly hasAlias: boolean;
}

const withValue = /^(-C|-c|--git-dir|--work-tree|--namespace|--super-prefix|--config-env|--exec-path)$/;

/**
 * @param words arguments behind `git`
 * @param environment variables set for this command alone
 */
export function readGitCall(
  words: readonly string[],
  environment: ReadonlyMap<string, string>,
  place: Place,
): GitCall {
  let { cwd } = place;
  let isElsewhere = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_COMMON_DIR'].some((name) => environment.has(name));
  let hasAlias = [...environment.values()].some(isAlias);
  let at = 0;
  for (; words[at]?.startsWith('-'); at += 1) {
    const [name = '', inline] = splitFlag(words[at] ?? '');
    const takesNext = inline === undefined && withValue.test(name);
    if (takesNext) at += 1;
    const value = inline ?? (takesNext ? (words[at] ?? '') : '');
    if (name === '-C') cwd = place.locate(value, cwd)?.[0] ?? '/';
    if (name === '--git-dir' || name === '--work-tree') isElsewhere ||= !isOwn(value, { ...place, cwd });
    if (name === '-c' || name === '--config-env') hasAlias ||= isAlias(value);
  }
  const [command = '', ...args] = words.slice(at);
  return { command, args, place: { ...place, cwd }, isElsewhere, hasAlias };
}

export function splitFlag(word: string): [string, string?] {
  const at = word.startsWith('--') ? word.indexOf('=') : -1;
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

export function isAlias(text: string): boolean {
  return /^alias\./i.test(text);
}

const listing =
  /^(-l|--list|-a|-r|-v+|--all|--show-current|--contains|--merged|--no-merged|--get.*|--points-at)$/;

/** Commands that change nothing anywhere. */
const readers = new Set(
  `status log diff show rev-parse rev-list ls-files ls-tree ls-remote cat-file blame grep describe merge-base show-ref
  for-each-ref shortlog name-rev merge-tree diff-tree diff-index diff-files whatchanged count-objects fsck
  check-ignore check-attr check-ref-format var help version archive cherry range-diff`.split(/\s+/),
);

/** Whether a command that can do both only looks this time. */
export function isReading({ command, args }: GitCall): boolean {
  if (readers.has(command)) return true;
  const [first] = args;
  switch (command) {
    case 'stash':
    case 'worktree':
      return first === 'list' || first === 'show';
    case 'branch':
    case 'tag':
    case 'config':
      return args.length === 0 || listing.test(first ?? '') || (command === 'config' && args.length === 1);
    case 'remote':
      return args.length === 0 || first === '-v' || first === 'show' || first === 'get-url';
    case 'reflog':
    case '':
      return true;
    case 'fetch':
      return true;
    default:
      return false;
  }
}
