import { partOf, Quotation } from '../../core/command.ts';
import type { Facts, OperationFact } from '../../core/facts.ts';
import type { Backup, CommitHistory, CommitText, RepoDetails, RepoStatus } from '../../core/repo.ts';
import { type Printed, refuse } from '../../core/verb.ts';
import { oneLine } from '../../lib/sanitize.ts';
import { ageOf, alignColumns, counted, longAge, memoryText, signingText } from '../../ui/format.ts';
import { type ClientTypes, defineServed, defineTool, defineVerb, type VerbCall } from '../define.ts';
import { proposalRows, workerJson, workersText } from '../workers/describe.ts';

/** Lists backups of branches and uncommitted work; of one repository, or of all. */
const backups = defineServed<readonly Backup[]>()({
  name: 'backups',
  by: 'anyone',
  onForeignState: true,
  params: ({ z, text }) => z.strictObject({ repo: text.exactOptional() }),
  handle: ({ repos }, { repo }) => repos.backups(repo),
  verbs: [
    {
      usage: 'backups [repo]',
      about: 'what is kept of branches and uncommitted work that went',
      what: 'look at backups',
      request: ([repo]) => (repo === undefined ? {} : { repo }),
      says: (_, kept, { now }) =>
        kept.length === 0
          ? 'Nothing is kept.'
          : alignColumns(
              kept.map(({ repo, ref, at, kind, subject }) => [
                repo,
                ref,
                `${ageOf(at, now)} ago`,
                kind === 'branch' ? 'branch' : 'uncommitted work',
                subject,
              ]),
            ),
    },
  ],
});

/** Returns details of a repository: branches, worktrees, version, stashes. */
const repoDetails = defineServed<RepoDetails>()({
  name: 'repoDetails',
  by: 'anyone',
  onForeignState: true,
  params: ({ z, text }) => z.strictObject({ repo: text }),
  handle: ({ repos }, { repo }) => repos.details(repo),
});

/** Creates the missing develop branch of a repository from its main branch, without a checkout. */
const createDevelop = defineServed<null>()({
  name: 'createDevelop',
  by: 'person',
  what: 'create branches',
  params: ({ z, text }) => z.strictObject({ repo: text }),
  handle: ({ repos }, { repo }) => repos.createDevelop(repo),
});

export const repoCommands = [backups, repoDetails, createDevelop] as const;

/** Commands that read repositories; most need no controller. */
export const repoVerbs = [
  defineVerb({
    usage: 'status [repo]',
    about: 'repositories and workers',
    by: 'anyone',
    what: 'look at repositories',
    run: showStatus,
  }),
  defineVerb({
    usage: 'branches [repo]',
    about: 'branches beside develop: ahead, behind, merged or not',
    by: 'anyone',
    what: 'look at branches',
  }),
  defineVerb({
    usage: 'versions',
    about: 'the version of each repository',
    by: 'anyone',
    what: 'look at versions',
  }),
  defineVerb({
    usage: 'worktrees',
    about: 'worktrees of all repositories, ours and others',
    by: 'anyone',
    what: 'look at worktrees',
  }),
] as const;

/** Shows repositories, workers and pending items; of one repository, or of all. */
async function showStatus(call: VerbCall, [repo]: readonly string[]): Promise<Printed> {
  const all = await call.facts(true);
  const repos = all.repos.filter((one) => repo === undefined || one.name === repo);
  if (repo !== undefined && repos.length === 0)
    refuse(
      'unknown_repo',
      `There is no repository ${JSON.stringify(repo)} here.`,
      `Known: ${all.repos.map((one) => one.name).join(', ')}.`,
    );
  const workers = all.workers.filter((one) => repo === undefined || one.repo === repo);
  const facts = { ...all, repos, workers };
  return { value: statusJson(facts), text: statusText(facts, call.now) };
}

function statusJson({ workspace, trust, repos, workers, ...facts }: Facts): object {
  return {
    workspace: workspace.root,
    name: workspace.name,
    trust: trust ?? { configuration: 'trusted', state: 'own' },
    repos,
    workers: workers.map(workerJson),
    proposals: facts.proposals,
    operations: facts.operations ?? [],
    memory: facts.memory ?? null,
    usage: facts.usage ?? null,
    notices: facts.notices,
  };
}

function statusText({ workspace, repos, workers, proposals, ...facts }: Facts, now: number): string {
  return [
    `${workspace.name}  ${workspace.root}`,
    '',
    repos.length === 0 ? 'No repositories. Add them: orch-tui init' : reposText(repos, now),
    '',
    workersText(workers),
    ...(proposals.length === 0
      ? []
      : ['', 'Waiting for your yes; in full: orch-tui proposals', proposalRows(proposals)]),
    ...(facts.memory ? ['', `Memory: ${memoryText(facts.memory)}`] : []),
    ...(facts.operations ?? []).map((one) => `… ${operationText(one)}`),
    ...Object.entries(facts.signing ?? {}).map(([id, program]) => `! ${id}: ${signingText(program)}`),
    ...facts.notices.map(({ message }) => `! ${message}`),
  ].join('\n');
}

/** Returns a line for each repository, in columns. */
function reposText(repos: readonly RepoStatus[], now: number): string {
  return alignColumns(
    repos.map((repo) => [
      repo.name,
      repo.problem ?? repo.branch ?? 'detached',
      repo.ahead === null ? '' : `↑${repo.ahead} ↓${repo.behind ?? 0}`,
      repo.dirty + repo.untracked === 0 ? 'clean' : `${repo.dirty} changed, ${repo.untracked} untracked`,
      baseText(repo),
      repo.stashes === 0 ? '' : counted(repo.stashes, 'stash', 'stashes'),
      repo.operation === null ? '' : `${repo.operation} under way`,
      repo.last === null ? '' : `${longAge(repo.last.at, now)}: ${repo.last.subject}`,
    ]),
  );
}

function baseText({ branch, base, aheadOfBase, behindBase }: RepoStatus): string {
  if (branch === base || aheadOfBase === null) return '';
  return `+${aheadOfBase} -${behindBase} beside ${base}`;
}

/** Describes an operation that runs or is queued. */
function operationText({ id, kind, ahead }: OperationFact): string {
  return kind === 'queued' ? `${id} waits for its turn (${ahead} before it)` : `${id}: ${kind}`;
}

// Tools that read commits, for the session without a shell: nothing is fetched, checked out or run.

const fields = ({ z }: ClientTypes['schemas']) => ({
  repo: z.string().min(1).max(200).describe('One of those in status.'),
  path: z.string().max(4000).optional().describe('Only this file or folder, from the top of the repository.'),
});

export const gitLog = defineTool<CommitHistory>()({
  name: 'git_log',
  by: 'agent',
  params(schemas) {
    const { z } = schemas;
    const { repo, path } = fields(schemas);
    const branch = z.string().max(255).optional();
    return z.object({
      repo,
      branch: branch.describe('A branch, tag or commit; what is checked out without it.'),
      path,
      limit: z.number().int().min(1).max(100).default(20),
      offset: z.number().int().min(0).max(1_000_000).default(0).describe('Commits to skip.'),
    });
  },
  handle: (services, { repo, branch = null, path = null, limit, offset }) =>
    services.historyOf(repo, { from: branch, path, limit, offset }),
  mcp: {
    has: 'orchestrator',
    description: 'Commits of a branch, newest first: name, parents, author, time, subject.',
    reads: true,
    says({ repo, offset }, { commits: found, more }) {
      const commits = found.map(({ author, subject, ...rest }) => ({
        ...rest,
        author: oneLine(author, 100),
        subject: oneLine(subject, 300),
      }));
      const older = more ? { older: `offset ${offset + commits.length}` } : {};
      return new Quotation(`History of ${repo}`, JSON.stringify({ commits, ...older }, null, 1));
    },
  },
});

export const gitShow = defineTool<CommitText>()({
  name: 'git_show',
  by: 'agent',
  params(schemas) {
    const { z } = schemas;
    const { repo, path } = fields(schemas);
    return z.object({
      repo,
      commit: z.string().min(1).max(255).describe('Its name, or that of a branch or tag, or "develop~2".'),
      path,
      offset: z.number().int().min(0).default(0).describe('Characters to skip in a long patch.'),
    });
  },
  handle: (services, { repo, commit, path = null }) => services.commitOf(repo, { commit, path }),
  mcp: {
    has: 'orchestrator',
    description: 'A commit: its message, the files it changed, and its patch against its first parent.',
    reads: true,
    says({ repo, offset }, { text, isCut }) {
      const more = isCut ? ' (too long to be read whole: ask for its files, with path)' : '';
      return new Quotation(`A commit of ${repo}${more}`, partOf(text, offset));
    },
  },
});
