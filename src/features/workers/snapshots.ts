import type { Backup, Restored } from '../../core/repo.ts';
import { type Printed, refuse, wholeNumber, yesOption } from '../../core/verb.ts';
import { ageOf, alignColumns } from '../../ui/format.ts';
import { defineServed, type VerbCall } from '../define.ts';

/** Lists a worker's snapshots, newest first; removed workers keep theirs. */
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
      request: ([id = '']) => ({ id }),
      json: (_, kept) => kept.map((one, at) => ({ n: at + 1, ...one })),
      says: ({ id }, kept, { now }) =>
        kept.length === 0
          ? `Nothing was kept of ${id} yet.`
          : alignColumns(
              kept.map(({ at, commit, subject }, index) => [
                `${index + 1}`,
                `${ageOf(at, now)} ago`,
                commit.slice(0, 10),
                subject,
              ]),
            ),
    },
  ],
});

/** Returns a snapshot's uncommitted changes as a patch. */
export const showSnapshot = defineServed<string>()({
  name: 'diffSnapshot',
  by: 'anyone',
  onForeignState: true,
  params: ({ z, text }) => z.strictObject({ id: text, ref: text }),
  handle: ({ workers }, { id, ref }) => workers.diffSnapshot(id, ref),
  verbs: [
    {
      usage: 'worker snapshots diff <id> [n]',
      about: 'what snapshot N holds, the newest unless N is given',
      what: 'look at snapshots',
      values: { n: { about: 'number of the snapshot', parse: wholeNumber } },
      run: async (call, [id, n = 1]): Promise<Printed> => {
        const { ref } = await numbered(call, id, n);
        const diff = await call.ask(showSnapshot, { id, ref });
        return { value: { id, n, ref, diff }, text: diff };
      },
    },
  ],
});

async function numbered(call: VerbCall, id: string, n: number): Promise<Backup> {
  const kept = await call.ask(snapshots, { id });
  return (
    kept[n - 1] ??
    refuse('no_snapshot', `${id} has no snapshot ${n}.`, `See: orch-tui worker snapshots ${id}`)
  );
}

/** Restores files as uncommitted changes; `exact` deletes those that the snapshot does not have. */
export const restoreWork = defineServed<Restored>()({
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
      options: { '--exact': 'also delete files that the snapshot does not have', ...yesOption },
      run: restore,
    },
  ],
});

async function restore(
  call: VerbCall,
  [id, n]: readonly [string, number],
  { exact = false, yes = false }: { readonly exact?: boolean; readonly yes?: boolean },
): Promise<Printed> {
  const kept = await numbered(call, id, n);
  await call.requireYes(yes, `Put the files of ${id} back as they were ${ageOf(kept.at, call.now)} ago?`);
  const done = await call.ask(restoreWork, { id, ref: kept.ref, exact });
  const changed = done.restored.length + done.deleted.length;
  const before = done.before ? ' What was there before is snapshot 1 now.' : '';
  const text = `${changed} ${changed === 1 ? 'file was' : 'files were'} put back.${before}`;
  return { value: { id, ...done }, text };
}
