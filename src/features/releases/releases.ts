import type {
  FlowBranch,
  FlowFinished,
  FlowKind,
  FlowPreview,
  FlowStarted,
  FlowStatus,
  RefMove,
  Repo,
} from '../../core/repo.ts';
import { pairs, yesOption } from '../../core/verb.ts';
import type { FlowName } from '../../git/flow.ts';
import { quoteCommand } from '../../lib/quote.ts';
import { alignColumns } from '../../ui/format.ts';
import { defineVerb, type OwnVerb } from '../define.ts';

const prefixNames = ['feature', 'bugfix', 'release', 'hotfix', 'support', 'versiontag'];

const starting = { by: 'person', about: 'begin a branch and set the version on it' } as const;
const bump = {
  '--bump <part>': { about: 'count the version up', oneOf: ['major', 'minor', 'patch'] },
} as const;

/** Commands of git-flow. They run git in their own process, with the repository locked. */
export const flowVerbs: readonly OwnVerb[] = [
  defineVerb({
    usage: 'flow status [repo]',
    about: 'main, develop, prefixes, version and open branches',
    alias: 'list',
    by: 'anyone',
    what: 'look at git-flow',
  }),
  defineVerb({
    usage: 'flow init <repo>',
    about: 'set a repository up, making develop where it is missing',
    by: 'person',
    what: 'set up git-flow',
    options: {
      '--main <branch>': 'the branch of releases',
      '--develop <branch>': 'the branch that features are merged into',
      '--prefix <kind=text>': {
        about: `a prefix (${prefixNames.join(', ')}); may be given again`,
        parse: pairs((name) => prefixNames.includes(name), `One of ${prefixNames.join('=, ')}= is wanted.`),
      },
    },
  }),
  defineVerb({
    usage: 'flow feature start <repo> <name>',
    about: 'begin a branch, checking nothing out',
    by: 'person',
    what: 'start a feature',
  }),
  finishing('feature', 'merge it into develop and delete it'),
  defineVerb({
    ...starting,
    usage: 'flow release start <repo> [version]',
    what: 'start a release',
    options: bump,
  }),
  finishing('release', 'merge, tag, merge back and delete it'),
  defineVerb({
    ...starting,
    usage: 'flow hotfix start <repo> [version]',
    what: 'start a hotfix',
    options: bump,
  }),
  finishing('hotfix', 'merge, tag, merge back and delete it'),
];

function finishing(kind: FlowKind, about: string): OwnVerb {
  return defineVerb({
    usage: `flow ${kind} finish <repo> <${kind === 'feature' ? 'name' : 'version'}>`,
    about,
    by: 'person',
    what: `finish a ${kind}`,
    notForAgents: true,
    withOption: { name: 'dryRun', by: 'anyone' },
    options: {
      ...(kind !== 'feature' && { '--message <text>': 'what the tag says' }),
      '--push': 'push what moved, all or nothing',
      '--delete-remote': 'with --push: delete the branch at the remote, too',
      '--no-verify': 'do not run the hooks that look at merges',
      '--dry-run': 'only show what would move',
      ...yesOption,
    },
  });
}

/** Returns the command that finishes a branch of git-flow, for a hint. */
export function finishCommand(repo: Pick<Repo, 'name'>, { kind, name }: FlowName): string {
  return quoteCommand(['orch-tui', 'flow', kind, 'finish', repo.name, name]);
}

export function statusText({ repo, main, develop, prefixes, version, ...open }: FlowStatus): string {
  const named = [
    ['main', main ?? 'none'],
    ['develop', develop ?? `none: ${main ?? 'main'} is the base (orch-tui flow init ${repo})`],
    ['version', version ?? 'none'],
    ['prefixes', [prefixes.feature, prefixes.release, prefixes.hotfix].join(' ')],
    ['tags', `${prefixes.versionTag}<version>`],
  ];
  const branches = [...open.features, ...open.releases, ...open.hotfixes].map(branchRow);
  return [
    repo,
    ...indented(alignColumns(named)),
    ...indented(branches.length > 0 ? alignColumns(branches) : ''),
  ].join('\n');
}

function branchRow({ branch, tip, checkout }: FlowBranch): string[] {
  return [branch, tip.slice(0, 10), checkout === null ? '' : `checked out at ${checkout}`];
}

function indented(text: string): string[] {
  return text === '' ? [] : text.split('\n').map((line) => `  ${line}`);
}

export function startedText(started: FlowStarted, repo: Repo): string {
  const { name, branch, base, commit, files, warnings } = started;
  const version = files.length > 0 ? `; ${files.join(', ')} set to ${name}` : '';
  const folder = `../${repo.name}-${name.replaceAll('/', '-')}`;
  return [
    `${branch} begins at ${base}, ${commit.slice(0, 10)}${version}. Nothing was checked out.`,
    ...warnings.map((warning) => `! ${warning}`),
    `Work on it:  ${quoteCommand(['git', '-C', repo.path, 'worktree', 'add', folder, branch])}`,
    `Finish it:   ${finishCommand(repo, started)}`,
  ].join('\n');
}

export function previewText({ kind, name, branch, into, tag, ...found }: FlowPreview): string {
  const [first, second] = into;
  const steps = [
    ...(first
      ? [`merge ${tag === null && kind !== 'feature' ? 'what was tagged' : branch} into ${first}`]
      : []),
    ...(tag ? [`tag that as ${tag}`] : []),
    ...(second ? [`merge ${tag ?? 'the tag'} into ${second}`] : []),
    `delete ${branch}, keeping backup refs`,
  ];
  return [
    `Finish ${kind} ${name} of ${found.repo}:`,
    ...steps.map((step) => `  ${step}`),
    ...found.conflicts.map(({ into: branch, files }) => `Conflicts with ${branch}: ${files.join(', ')}`),
    ...(found.blockers.length > 0 ? ['In the way:', ...found.blockers.map((one) => `  ${one}`)] : []),
  ].join('\n');
}

export function finishedText({ branch, tag, moved, backups, pushed }: FlowFinished): string {
  if (moved.length === 0) return [`${branch} is finished already.`, ...pushedText(pushed)].join('\n');
  return [
    `${branch} is finished${tag === null ? '' : ` as ${tag}`}.`,
    ...indented(alignColumns(moved.map(moveRow))),
    `As it was before: ${backups.join(' ')}`,
    ...pushedText(pushed),
  ].join('\n');
}

function moveRow({ ref, from, to }: RefMove): string[] {
  const name = ref.replace(/^refs\/(heads|tags)\//, '');
  return [name, from?.slice(0, 10) ?? 'new', '→', to?.slice(0, 10) ?? 'deleted'];
}

function pushedText(pushed: readonly string[]): string[] {
  return pushed.length === 0 ? [] : [`Pushed: ${pushed.join(' ')}`];
}
