import type { Backup, RepoDetails } from '../../core/repo.ts';
import { alignColumns } from '../../ui/format.ts';
import { defineServed, defineVerb } from '../define.ts';
import { ageOf } from '../workers/snapshots.ts';
import { showStatus } from './status.ts';

/** What is kept of branches and uncommitted work; of one repository, or of all. */
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

/** All of one repository: branches, worktrees, version, stashes. */
const repoDetails = defineServed<RepoDetails>()({
  name: 'repoDetails',
  by: 'anyone',
  onForeignState: true,
  params: ({ z, text }) => z.strictObject({ repo: text }),
  handle: ({ repos }, { repo }) => repos.details(repo),
});

/** Creates the missing develop branch of a repository from its main branch, checking nothing out. */
const createDevelop = defineServed<null>()({
  name: 'createDevelop',
  by: 'person',
  what: 'create branches',
  params: ({ z, text }) => z.strictObject({ repo: text }),
  handle: ({ repos }, { repo }) => repos.createDevelop(repo),
});

export const repoCommands = [backups, repoDetails, createDevelop] as const;

/** Looks at repositories that need no controller. */
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
