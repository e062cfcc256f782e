import { judgeConfigured, judgeSettings } from './gitConfig.ts';
import { type GuardPlace, isTemporary, judgeWrite } from './places.ts';
import type { GitCall } from './shell.ts';
import {
  anything,
  type Denial,
  denial,
  denySending,
  fileText,
  isGiven,
  isKnown,
  readOptions,
  valuesOf,
} from './text.ts';

type Judge = (call: GitCall) => Denial | null;

function stayOn(branch: string): string {
  return `Stay on ${branch}; the person decides about other branches.`;
}

const isDryRun = ({ has, args }: GitCall) =>
  has('--dry-run') || (has('-n') && args.every((arg) => !/^-[a-zA-Z]*[fd]/.test(arg)));

/** Commands that can reach beyond a worker's own branch, each with its rule. */
export const gitCommands: Readonly<Record<string, Judge>> = {
  stash: ({ named: [first], args }) =>
    first === 'list' || first === 'show' || (first === 'create' && args.length > 0)
      ? null
      : denial(
          'stash',
          'git stash',
          'All worktrees of a repository share one stash, so another worker could take yours.',
          'Commit your work to your branch instead; a commit in between does no harm.',
        ),
  switch: (call) => denyLeaving(call, isOwnSwitch(call)),
  checkout: (call) => judgeCheckout(call),
  rebase: (call) => judgeRebase(call),
  bisect: (call) => judgeBisect(call),
  branch: (call) =>
    call.has('-d', '-D', '-m', '-M', '-c', '-C', '-f', '--delete', '--move', '--copy', '--force')
      ? denial(
          'branches',
          `git branch ${call.args.join(' ')}`,
          'Branches may be another worker’s.',
          stayOn(call.branch),
        )
      : null,
  'update-ref': denyMovingBranches,
  'filter-branch': denyMovingBranches,
  'filter-repo': denyMovingBranches,
  'fast-import': denyMovingBranches,
  replace: (call) => (call.has('-l', '--list') ? null : denyMovingBranches(call)),
  'symbolic-ref': ({ named, branch, has }) =>
    named.length > 1 || has('-d', '--delete')
      ? denial('switch', 'git symbolic-ref', 'HEAD stays where it is.', stayOn(branch))
      : null,
  tag: ({ has, args }) =>
    has('-d', '-f', '--delete', '--force')
      ? denial(
          'branches',
          `git tag ${args.join(' ')}`,
          'Tags belong to the whole repository.',
          'Leave them to the person.',
        )
      : null,
  notes: ({ named: [first] }) =>
    first === 'prune' || first === 'remove'
      ? denial('branches', `git notes ${first}`, 'Notes belong to the whole repository.', 'Leave them.')
      : null,
  reflog: ({ named: [first] }) =>
    first === 'expire' || first === 'delete'
      ? denial('branches', `git reflog ${first}`, 'The reflog keeps what others may want back.', 'Leave it.')
      : null,
  gc: ({ args }) =>
    args.some((arg) => /^--(prune|aggressive)/.test(arg))
      ? denial(
          'branches',
          args.join(' '),
          'Others may want back what it removes.',
          'Leave it; git cleans up by itself.',
        )
      : null,
  prune: (call) =>
    call.has('--dry-run', '-n')
      ? null
      : denial(
          'branches',
          'git prune',
          'Others may want back what it removes.',
          'Leave it; git cleans up by itself.',
        ),
  maintenance: ({ named: [first] }) =>
    /^(register|unregister|start|stop)$/.test(first ?? '')
      ? denial('outside', `git maintenance ${first}`, 'This changes settings of the person.', 'Leave it.')
      : null,
  fetch: judgeRefspec,
  pull: judgeRefspec,
  config: (call) => judgeConfigured(call),
  remote: (call) => judgeRemote(call),
  push: (call) =>
    isDryRun(call) || (call.isTemporary && isTemporaryPush(call)) ? null : denySending(`git push`),
  'send-pack': () => denySending('git send-pack'),
  'http-push': () => denySending('git http-push'),
  'send-email': () => denySending('git send-email'),
  svn: ({ named: [first] }) => (first === 'dcommit' ? denySending('git svn dcommit') : null),
  p4: ({ named: [first] }) => (first === 'submit' ? denySending('git p4 submit') : null),
  lfs: judgePushVerb,
  subtree: judgePushVerb,
  annex: judgePushVerb,
  worktree: ({ named: [first, ...paths], branch, isTemporary: isMade, place }) => {
    if (first === 'list') return null;
    if (isMade) return paths.map((path) => judgeWrite(path, place)).find((denial) => denial !== null) ?? null;
    return denial(
      'worktrees',
      `git worktree ${first ?? ''}`,
      'Worktrees are made and removed by the control room.',
      `Work in your own, on ${branch}.`,
    );
  },
  reset: (call) => judgeReset(call),
  flow: () =>
    denial(
      'approve',
      'git flow',
      'Branches are started and finished by the person.',
      'Say that you are done.',
    ),
  submodule: (call) => judgeSubmodule(call),
  difftool: (call) => judgeTools(call),
  mergetool: (call) => judgeTools(call),
  grep: (call) => judgeTools(call),
  init: (call) => judgeWrite(call.named.at(-1) ?? '.', call.place),
  clone: (call) => judgeClone(call),
  daemon: () => denySending('git daemon'),
  instaweb: () => denySending('git instaweb'),
};

/**
 * Judges `git remote`. Remotes of a temporary repository are a worker's own; their addresses decide whether it may push
 * there.
 */
function judgeRemote({ named: [first, ...rest], isTemporary: isMade, place, walk }: GitCall): Denial | null {
  const address = rest[1] ?? '';
  if (isMade && first === 'add' && isLocalAddress(address, place)) walk.ownRemotes.add(rest[0] ?? '');
  if (isMade) return null;
  return /^(set-url|rename|remove|rm|set-branches|set-head|prune)$/.test(first ?? '')
    ? denial(
        'push',
        `git remote ${first}`,
        'Remotes belong to the whole repository.',
        'Leave them to the person.',
      )
    : null;
}

/** Reports whether an address is a repository in a temporary folder. */
function isLocalAddress(address: string, place: GuardPlace): boolean {
  const path = address.replace(/^file:\/\//, '');
  return /^(\.{0,2}\/|[\w.-]+$)/.test(path) && !/[\uE000\uE002]/.test(path) && isTemporary(path, place);
}

function denyLeaving({ command, args, branch }: GitCall, isFine: boolean): Denial | null {
  return isFine
    ? null
    : denial('switch', `git ${command} ${args.join(' ')}`, 'This would leave your branch.', stayOn(branch));
}

function isOwnSwitch({ args, branch }: GitCall): boolean {
  const rest = args.filter((arg) => !/^(-q|--quiet|--no-guess|--progress|--no-progress)$/.test(arg));
  return rest.length === 1 && rest[0] === branch;
}

/** Judges `git checkout`, which may restore files but not switch branches. */
function judgeCheckout(call: GitCall): Denial | null {
  const { args, named, place, branch } = call;
  if (isOwnSwitch(call)) return null;
  const isMoving = args.some((arg) => /^(-[a-zA-Z]*[bBdt]|--orphan|--detach|--track|--guess)/.test(arg));
  if (!isMoving) {
    if (
      (args.includes('--') && args.at(-1) !== '--') ||
      args.some((arg) => /^(--ours|--theirs|--patch|-p|--pathspec-from-file.*)$/.test(arg))
    )
      return null;
    const [first = ''] = named;
    if (named.length > 1 || /^\.{1,2}(\/|$)|^:/.test(first)) return null;
    // Git refuses a name that is both a file and a branch.
    if (isKnown(first) && first !== '' && isKnown(place.cwd) && place.exists(first, place.cwd)) return null;
    if (/[*?[]/.test(first)) return null;
  }
  return denial(
    'switch',
    `git checkout ${args.join(' ')}`,
    'A checkout of a branch or commit would leave your branch.',
    `${stayOn(branch)} To put files back: git restore, or git checkout -- FILE.`,
  );
}

function judgeRebase(call: GitCall): Denial | null {
  const { args, branch, walk, has } = call;
  const read = readOptions(args, {
    short: 'xsXCr',
    long: ['exec', 'onto', 'strategy', 'strategy-option', 'whitespace', 'empty'],
    anywhere: true,
  });
  for (const script of valuesOf(read, 'x', 'exec')) walk.subshell(script);
  return read.rest.length > (has('--root') ? 0 : 1) && read.rest.at(-1) !== branch
    ? denial(
        'switch',
        `git rebase ${args.join(' ')}`,
        'A rebase with a branch named switches to it.',
        stayOn(branch),
      )
    : null;
}

function judgeBisect({ args, branch, walk }: GitCall): Denial | null {
  const [verb = '', ...rest] = args;
  if (verb === 'run') walk.run(rest, new Map(), ['']);
  return /^(log|view|visualize|help|terms|reset)$/.test(verb)
    ? null
    : denial('switch', `git bisect ${verb}`, 'A bisection leaves your branch.', stayOn(branch));
}

function denyMovingBranches({ command, branch }: GitCall): Denial {
  return denial(
    'branches',
    `git ${command}`,
    'This can move or rewrite the branches of others.',
    stayOn(branch),
  );
}

function judgeRefspec({ command, named, has }: GitCall): Denial | null {
  const refspec = named.slice(1).find((arg) => arg.includes(':') || arg.startsWith('+') || !isPlainRef(arg));
  if (refspec !== undefined)
    return denial(
      'branches',
      refspec,
      `git ${command} with a refspec moves branches here.`,
      'Name branches only.',
    );
  return has('--refmap') || has('--update-head-ok', '-u') || has('--mirror')
    ? denial('branches', `git ${command}`, 'These options move branches here.', 'Leave them out.')
    : null;
}

function isPlainRef(name: string): boolean {
  return !name.includes(anything) && !name.includes(fileText);
}

function judgePushVerb({ command, args }: GitCall): Denial | null {
  const verb = args.find((arg) => /^(push|sync|copy|move|split)$/.test(arg));
  return verb === undefined || verb === 'split' ? null : denySending(`git ${command} ${verb}`);
}

/** Reports whether a push goes from a temporary repository to another one. */
function isTemporaryPush({ named: [to = 'origin'], place, walk }: GitCall): boolean {
  return walk.ownRemotes.has(to) || (/^([./]|file:)/.test(to) && isLocalAddress(to, place));
}

/** Reports whether a revision is the head of the worker's branch or comes before it. */
export function isOwnPast(revision: string, branch: string): boolean {
  if (/^(HEAD|@|ORIG_HEAD)([~^@{].*)?$/.test(revision)) return true;
  return revision.startsWith(branch) && /^([~^]\d*)*$/.test(revision.slice(branch.length));
}

/** Judges `git reset`: a worker may move its own branch back; snapshots and the reflog keep the rest. */
function judgeReset({ args, named, branch }: GitCall): Denial | null {
  if (!args.some((arg) => /^--(hard|keep|merge|ha|har|kee|merg)$/.test(arg))) return null;
  const [to = 'HEAD'] = named;
  if (/^[0-9a-f]{7,40}$/.test(to) || isOwnPast(to, branch)) return null;
  return denial(
    'reset',
    `git reset --hard ${to}`,
    'This would replace your branch with another.',
    'Merge or rebase onto it instead.',
  );
}

function judgeSubmodule({ args, walk, named, place }: GitCall): Denial | null {
  const [verb] = named;
  if (verb === 'foreach') {
    const words = args
      .slice(args.indexOf('foreach') + 1)
      .filter((arg, at) => at > 0 || !/^(-q|--quiet|--recursive)$/.test(arg))
      .filter((arg) => arg !== '--recursive');
    walk.subshell(words.join(' '));
  }
  if (verb === 'set-url')
    return denial('push', 'git submodule set-url', 'This redirects a repository.', 'Leave it to the person.');
  if (verb === 'add') return judgeWrite(named.at(-1) ?? '.', place);
  return null;
}

/** Judges tools of the person that git runs for a comparison. */
function judgeTools({ command, args, walk }: GitCall): Denial | null {
  const read = readOptions(args, {
    short: command === 'grep' ? 'Oefm' : 'xt',
    long: ['extcmd', 'open-files-in-pager', 'tool'],
    anywhere: true,
  });
  for (const script of valuesOf(read, 'x', 'extcmd', 'O', 'open-files-in-pager'))
    if (script !== '') walk.subshell(script);
  return null;
}

/** Judges `git clone` as a write to its folder; pushes from it are judged separately. */
function judgeClone({ args, place, walk }: GitCall): Denial | null {
  const read = readOptions(args, {
    short: 'obcujl',
    long: 'origin branch config upload-pack jobs depth reference separate-git-dir template filter shallow-since'.split(
      ' ',
    ),
    anywhere: true,
  });
  judgeSettings(valuesOf(read, 'c', 'config'), walk);
  for (const path of valuesOf(read, 'separate-git-dir')) {
    const denial = judgeWrite(path, place);
    if (denial) return denial;
  }
  if (isGiven(read, 'help')) return null;
  const [from = '', to = '.'] = read.rest;
  if (isLocalAddress(from, place) && isTemporary(to, place))
    walk.ownRemotes.add(valuesOf(read, 'o', 'origin')[0] ?? 'origin');
  return judgeWrite(to, place);
}
