import { type Problem, type Result, success } from '../lib/result.ts';
import { realClock } from '../lib/schedule.ts';
import { baseOf, openBase } from './base.ts';
import { keepConflicts } from './conflicts.ts';
import { readIfThere, setAside } from './durable.ts';
import { openIntents } from './intents.ts';
import { type Merged, mergeFields } from './merge.ts';
import type { Intent, RowConflict } from './plan.ts';
import { readSides, type Sides } from './reading.ts';
import type { BaseRow, RemoteRow, Row } from './row.ts';
import { storeFiles } from './store.ts';
import type { SyncOptions } from './syncOptions.ts';

export interface RebuildReport {
  /** Rows that both sides have. */
  readonly rows: number;
  /** Fields in which they are not the same. */
  readonly conflicts: readonly RowConflict[];
  readonly problems: readonly Problem[];
  /** Where files are now that were in the way. */
  readonly setAside: readonly string[];
}

function isMissing(file: string): boolean {
  const read = readIfThere(file);
  return read.ok && read.value === null;
}

/** Whether what is known of a data source is damaged, or is not there. */
export function needsRebuild(folder: string, dataSourceId: string): boolean {
  const files = storeFiles(folder, dataSourceId);
  return isMissing(files.base) || !openBase(files.base).ok || !openIntents(files.intents).ok;
}

/**
 * Makes anew what is known of a data source after it got damaged or lost. Rows are tied to pages by their ids; what is
 * the same on both sides is common, and what is not is a conflict, also where one side is empty: nobody knows any more
 * which of them was edited. Neither side is written to, and nothing is done at all unless both could be read.
 */
export async function rebuildTable(options: SyncOptions): Promise<Result<RebuildReport>> {
  const { spec, mapping, folder, clock = realClock } = options;
  const progress = (done: number) => options.onProgress?.({ stage: 'reading', done, total: null });
  const nothing = { base: { rows: new Map() }, intents: { open: new Map() } };
  const sides = await readSides({ ...options, clock, progress }, nothing);
  if (!sides.ok) return sides;
  const { base, conflicts } = compare(sides.value, clock.now());
  const files = storeFiles(folder, mapping.dataSourceId);
  const aside = isMissing(files.base) ? [] : [setAside(files.base)];
  const opened = openIntents(files.intents);
  if (!opened.ok) aside.push(setAside(files.intents));
  const intents = opened.ok ? opened : openIntents(files.intents);
  if (!intents.ok) return intents;
  // A query may not show a page yet that was made a moment ago: these are looked for again before they are made.
  intents.value.begin(unpaired(sides.value, intents.value.open, clock.now()));
  baseOf(files.base, base).save();
  intents.value.end([...base.keys()].filter((id) => intents.value.open.has(id)));
  intents.value.close();
  keepConflicts(files.conflicts, spec.table, conflicts, new Date(clock.now()));
  return success({ rows: base.size, conflicts, problems: sides.value.problems, setAside: aside });
}

function compare(
  { local, remote }: Sides,
  at: number,
): { base: Map<string, BaseRow>; conflicts: RowConflict[] } {
  const base = new Map<string, BaseRow>();
  const conflicts: RowConflict[] = [];
  for (const row of local) {
    const page = remote.get(row.id);
    if (!page) continue;
    const { same, unseen, conflicts: found } = common(row, page);
    const { pageId, status } = page;
    base.set(row.id, { pageId, fields: same, status, unseen, isPartial: true, at });
    conflicts.push(...found.map((conflict) => ({ id: row.id, ...conflict })));
  }
  return { base, conflicts };
}

function common({ fields: local }: Row, { fields: remote }: RemoteRow): Merged {
  return mergeFields({
    ...{ base: {}, isPartial: true, unseen: [], local, remote },
    ...{ lock: null, chosen: () => undefined },
  });
}

/** Rows of the file without a page, unless it is known already that one was asked for. */
function unpaired(
  { local, remote }: Sides,
  open: ReadonlyMap<string, Intent>,
  at: number,
): ReadonlyMap<string, Intent> {
  const alone = local.filter(({ id }) => !remote.has(id) && !open.has(id));
  return new Map(alone.map(({ id }) => [id, { at, fields: {} }]));
}
