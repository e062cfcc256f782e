import type {
  FlowBranch,
  FlowFinished,
  FlowPreview,
  FlowStarted,
  FlowStatus,
  RefMove,
  Repo,
} from '../../core/repo.ts';
import { alignColumns } from '../../ui/rows.ts';

/** What git-flow's commands say to people. */

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
  const { kind, name, branch, base, commit, files, warnings } = started;
  const version = files.length > 0 ? `; ${files.join(', ')} set to ${name}` : '';
  return [
    `${branch} begins at ${base}, ${commit.slice(0, 10)}${version}. Nothing was checked out.`,
    ...warnings.map((warning) => `! ${warning}`),
    `Work on it:  git -C ${repo.path} worktree add ../${repo.name}-${name.replaceAll('/', '-')} ${branch}`,
    `Finish it:   orch-tui flow ${kind} finish ${repo.name} ${name}`,
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
