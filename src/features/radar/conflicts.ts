import type { Changer, FileSides, RepoRadar } from '../../core/radar.ts';
import { success } from '../../lib/result.ts';
import { defineServed, defineTool } from '../define.ts';

/** Looks now which worktrees will not merge, in one repository or in all that have workers. */
export const conflicts = defineServed<readonly RepoRadar[]>()({
  name: 'conflicts',
  by: 'anyone',
  params: ({ z, text }) => z.strictObject({ repo: text.exactOptional() }),
  handle: ({ repos }, { repo }) => repos.conflicts(repo),
  verbs: [
    {
      usage: 'conflicts [repo]',
      about: 'which work will not merge, and in which order it had best be merged',
      what: 'look at conflicts',
      options: { '--wait': 'first until no worker is in the middle of a turn' },
    },
  ],
});

/** What two workers do to a file, as of the last look; `b` is null for the branch that `a` goes to. */
export const fileSides = defineServed<FileSides>()({
  name: 'fileSides',
  by: 'anyone',
  params: ({ z, text }) => z.strictObject({ a: text, b: text.nullable(), path: text }),
  handle: ({ repos }, { a, b, path }) => repos.fileSides(a, b, path),
});

export const lookForConflicts = defineTool<readonly RepoRadar[]>()({
  name: 'conflicts',
  by: 'agent',
  params: ({ z }) => z.object({ repo: z.string().max(200).optional() }),
  handle: (services, { repo }) => services.conflicts(repo),
  mcp: {
    has: 'orchestrator',
    description: 'Looks now which workers’ changes will not merge with each other or with their base branch.',
    reads: true,
  },
});

export const whoIsChanging = defineTool<readonly Changer[]>()({
  name: 'who_is_changing',
  by: 'agent',
  params: ({ z }) =>
    z.object({ path: z.string().min(1).max(4000).describe('Relative to the top of the repository.') }),
  handle: (services, { path }) => success(services.whoIsChanging(path)),
  mcp: {
    has: 'everyone',
    description:
      'Which other workers are changing a file right now, and which lines. Ask before larger edits of shared files.',
    reads: true,
  },
});
