import type { UndoResult } from '../core/proposal.ts';
import type { Backup } from '../core/repo.ts';
import { demandYes } from './ask.ts';
import { columns } from './describe/rows.ts';
import { demand, type Output, refuse } from './output.ts';
import { withController } from './session.ts';

/** Commands around what is kept of workers' work. */

/** `worker undo`: brings back a worker that was finished or cleaned. */
export async function undoWorker(
  out: Output,
  id: string,
  { keepMerge = false, yes = false }: { readonly keepMerge?: boolean; readonly yes?: boolean },
): Promise<void> {
  await withController('.', async (call) => {
    demand(await call('check', { do: 'undo', id }));
    await demandYes(out, yes, `Bring ${id} back?`);
    const done = demand(await call('undo', { id, keepMerge }));
    out.result(done, undoText(done));
  });
}

function undoText({ id, branch, uncommitted, takenBackFrom, mergeStays }: UndoResult): string {
  return [
    `${id} is back, with ${branch}${uncommitted ? ' and its uncommitted work' : ''}. Resume it: orch-tui worker resume ${id}`,
    ...(takenBackFrom ? [`Its merge was taken back from ${takenBackFrom}.`] : []),
    ...(mergeStays ? [`Its merge stays: ${mergeStays.why} To revert it: ${mergeStays.revert}`] : []),
  ].join('\n');
}

/** `worker update`: brings the base branch into a worker's branch. */
export async function updateWorker(
  out: Output,
  id: string,
  options: { readonly tell?: boolean },
): Promise<void> {
  await withController('.', async (call) => {
    const brought = demand(await call('bringBase', { id, tell: options.tell === true }));
    const { base, conflicts, told, commit } = brought;
    const next = told ? 'The worker was told to resolve them.' : 'Resolve them there and commit the merge.';
    const text =
      conflicts.length > 0
        ? [
            `Merging ${base} has left conflicts in the worktree of ${id}:`,
            ...conflicts.map((path) => `  ${path}`),
            next,
          ]
        : [`${id} holds all of ${base}, at ${commit?.slice(0, 10)}.`];
    out.result(brought, text.join('\n'));
  });
}

/** `worker cancel`: takes back a finish or clean that waits, or ends the checks before a finish. */
export async function cancelWorker(out: Output, id: string): Promise<void> {
  await withController('.', async (call) => {
    demand(await call('cancel', { id }));
    out.result({ id, cancelled: true }, `Cancelled what was to be done to ${id}.`);
  });
}

/** `worker snapshots`: what was kept of a worker's uncommitted work, numbered from the newest. */
export async function listSnapshots(out: Output, id: string): Promise<void> {
  await withController('.', async (call) => {
    const snapshots = demand(await call('snapshots', { id }));
    const numbered = snapshots.map((one, at) => ({ n: at + 1, ...one }));
    const rows = numbered.map(({ n, at, commit, subject }) => [
      String(n),
      `${ageOf(at)} ago`,
      commit.slice(0, 10),
      subject,
    ]);
    out.result(numbered, rows.length === 0 ? `Nothing was kept of ${id} yet.` : columns(rows));
  });
}

/** `worker snapshots diff`: what a snapshot holds that was not committed. */
export async function diffSnapshot(out: Output, id: string, n = 1): Promise<void> {
  await withController('.', async (call) => {
    const { ref } = numberedOf(demand(await call('snapshots', { id })), id, n);
    const diff = demand(await call('diffSnapshot', { id, ref }));
    out.result({ id, n, ref, diff }, diff);
  });
}

/** `worker snapshots restore`: puts its files back as uncommitted changes. */
export async function restoreSnapshot(
  out: Output,
  id: string,
  n: number,
  { exact = false, yes = false }: { readonly exact?: boolean; readonly yes?: boolean },
): Promise<void> {
  await withController('.', async (call) => {
    const { ref, at } = numberedOf(demand(await call('snapshots', { id })), id, n);
    await demandYes(out, yes, `Put the files of ${id} back as they were ${ageOf(at)} ago?`);
    const done = demand(await call('restoreSnapshot', { id, ref, exact }));
    const changed = done.restored.length + done.deleted.length;
    const before = done.before ? ` What was there before is snapshot 1 now.` : '';
    out.result({ id, ...done }, `${changed} ${changed === 1 ? 'file was' : 'files were'} put back.${before}`);
  });
}

function numberedOf(snapshots: readonly Backup[], id: string, n: number): Backup {
  const found = snapshots[n - 1];
  if (found) return found;
  refuse('no_snapshot', `${id} has no snapshot ${n}.`, `See: orch-tui worker snapshots ${id}`);
}

/** `backups`: what is kept of branches and uncommitted work. */
export async function listBackups(out: Output, repo: string | undefined): Promise<void> {
  await withController('.', async (call) => {
    const backups = demand(await call('backups', repo === undefined ? {} : { repo }));
    const rows = backups.map(({ repo: name, ref, at, kind, subject }) => [
      name,
      ref,
      `${ageOf(at)} ago`,
      kind === 'branch' ? 'branch' : 'uncommitted work',
      subject,
    ]);
    out.result(backups, rows.length === 0 ? 'Nothing is kept.' : columns(rows));
  });
}

/** Such as `3 days`. */
function ageOf(at: string): string {
  const minutes = Math.max(0, Math.floor((Date.now() - Date.parse(at)) / 60_000));
  const [count, unit] =
    minutes < 60
      ? [minutes, 'minute']
      : minutes < 48 * 60
        ? [Math.floor(minutes / 60), 'hour']
        : [Math.floor(minutes / 1440), 'day'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
