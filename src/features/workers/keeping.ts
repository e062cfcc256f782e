import type { Brought } from '../../core/proposal.ts';
import type { Backup, Restored } from '../../core/repo.ts';
import { asksNothing, wholeNumber } from '../../core/values.ts';
import { defineServed } from '../define.ts';

/** Newest first; also of a worker that is no more. */
export const snapshots = defineServed<readonly Backup[]>()({
  name: 'snapshots',
  by: 'anyone',
  onForeignState: true,
  params: ({ worker }) => worker,
  handle: ({ workers }, { id }) => workers.snapshots(id),
  verbs: [
    {
      usage: 'worker snapshots <id>',
      about: 'what was kept of its uncommitted work',
      what: 'look at snapshots',
    },
  ],
});

/** A patch: what a snapshot holds that is not committed. */
export const diffSnapshot = defineServed<string>()({
  name: 'diffSnapshot',
  by: 'anyone',
  onForeignState: true,
  params: ({ z, text }) => z.strictObject({ id: text, ref: text }),
  handle: ({ workers }, { id, ref }) => workers.diffSnapshot(id, ref),
  verbs: [
    {
      usage: 'worker snapshots diff <id> [n]',
      about: 'what snapshot N holds, the newest unless told otherwise',
      what: 'look at snapshots',
      values: { n: { about: 'number of the snapshot', parse: wholeNumber } },
    },
  ],
});

/** Puts files back as uncommitted changes; `exact` deletes those that the snapshot does not have. */
export const restoreSnapshot = defineServed<Restored>()({
  name: 'restoreSnapshot',
  by: 'person',
  what: 'restore snapshots',
  params: ({ z, text, flag }) => z.strictObject({ id: text, ref: text, exact: flag }),
  handle: ({ workers }, { id, ref, exact = false }) => workers.restoreSnapshot(id, ref, exact),
  verbs: [
    {
      usage: 'worker snapshots restore <id> <n>',
      about: 'put its files back as uncommitted changes',
      values: { n: { about: 'number of the snapshot', parse: wholeNumber } },
      options: { '--exact': 'also delete files that the snapshot does not have', ...asksNothing },
    },
  ],
});

/** Merges the base branch into the worker's, in its worktree; `tell`: a running worker is told of conflicts. */
export const bringBase = defineServed<Brought & { readonly told: boolean }>()({
  name: 'bringBase',
  by: 'person',
  what: 'update workers',
  params: ({ z, text, flag }) => z.strictObject({ id: text, tell: flag }),
  handle: ({ workers }, { id, tell = false }) => workers.bringBase(id, tell),
  verbs: [
    {
      usage: 'worker update <id>',
      about: 'bring develop into its branch, in its worktree',
      options: { '--tell': 'have a running worker resolve the conflicts' },
    },
  ],
});
