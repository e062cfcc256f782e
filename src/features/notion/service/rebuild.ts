import type { RebuildOutcome, RowConflict } from '../../../core/notion.ts';
import { type Result, success } from '../../../lib/result.ts';
import { realClock } from '../../../lib/schedule.ts';
import { type BaseRow, type Intent, mergeFields } from './plan.ts';
import { type ReadOptions, readSides, type Sides } from './reading.ts';
import {
  asideName,
  baseOf,
  keepConflicts,
  openBase,
  openIntents,
  readOptional,
  storeFiles,
} from './store.ts';

/** Result of rebuilding one table. */
export interface RebuildReport extends Omit<RebuildOutcome, 'conflicts'> {
  /** Fields that differ between both sides. */
  readonly conflicts: readonly RowConflict[];
}

function isMissing(file: string): boolean {
  const read = readOptional(file);
  return read.ok && read.value === null;
}

/** Reports whether the sync state of a data source is damaged or missing. */
export function needsRebuild(folder: string, dataSourceId: string): boolean {
  const files = storeFiles(folder, dataSourceId);
  return isMissing(files.base) || !openBase(files.base).ok || !openIntents(files.intents).ok;
}

/**
 * Rebuilds the sync state of a data source after damage or loss. Rows are linked to pages by their ids;
 * equal fields are common, and different ones conflict, even where one side is empty, because it is unknown
 * which was edited. Writes to neither side, and does nothing unless both could be read.
 */
export async function rebuildTable(
  options: ReadOptions & { readonly folder: string },
): Promise<Result<RebuildReport>> {
  const { spec, mapping, folder, clock = realClock } = options;
  const sides = await readSides(options, { base: { rows: new Map() }, intents: { open: new Map() } });
  if (!sides.ok) return sides;
  const { base, conflicts } = compare(sides.value, clock.now());
  const files = storeFiles(folder, mapping.dataSourceId);
  const aside = isMissing(files.base) ? [] : [asideName(files.base)];
  const opened = openIntents(files.intents);
  if (!opened.ok) aside.push(asideName(files.intents));
  const intents = opened.ok ? opened : openIntents(files.intents);
  if (!intents.ok) return intents;
  // A query may not show a recently created page, so these are searched again before they are created.
  intents.value.begin(unpaired(sides.value, intents.value.open, clock.now()));
  baseOf(files.base, base).save();
  intents.value.end([...base.keys()].filter((id) => intents.value.open.has(id)));
  intents.value.close();
  keepConflicts(files.conflicts, spec.table, conflicts, new Date(clock.now()));
  return success({ rows: base.size, conflicts, problems: sides.value.problems, setAside: aside });
}

function compare({ local, remote }: Sides, at: number) {
  const base = new Map<string, BaseRow>();
  const conflicts: RowConflict[] = [];
  for (const { id, fields } of local) {
    const page = remote.get(id);
    if (!page) continue;
    const merged = mergeFields({
      ...{ id, base: {}, isPartial: true, unseen: [], local: fields, remote: page.fields },
      ...{ lock: null, chosen: () => undefined },
    });
    const { pageId, status } = page;
    base.set(id, { pageId, fields: merged.same, status, unseen: merged.unseen, isPartial: true, at });
    conflicts.push(...merged.conflicts);
  }
  return { base, conflicts };
}

/** Returns the rows of the file without a page, except those with a request in the journal. */
function unpaired(
  { local, remote }: Sides,
  open: ReadonlyMap<string, Intent>,
  at: number,
): ReadonlyMap<string, Intent> {
  const alone = local.filter(({ id }) => !remote.has(id) && !open.has(id));
  return new Map(alone.map(({ id }) => [id, { at, fields: {} }]));
}
