import type { FileSides, RepoRadar } from '../../core/radar.ts';
import { defineServed } from '../define.ts';

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
