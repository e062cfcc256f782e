import { isOwn, type Place } from './places.ts';

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
