import type { NotionFacts, SyncConflict, SyncTable } from '../../core/notion.ts';
import { openBase } from '../../notion/base.ts';
import type { Mapping } from '../../notion/mapping.ts';
import type { LocalTable } from '../../notion/row.ts';
import { RowCodec } from '../../notion/rowCodec.ts';
import { storeFiles } from '../../notion/store.ts';
import type { TableSpec } from '../../notion/tables.ts';
import { mappingOf } from '../config/notionConfig.ts';
import { localTable, type NotionWorld, notionFolder, specs } from './notionWorld.ts';

/**
 * How things stand with Notion while nothing is synced; null where nothing is connected.
 * @param syncedAt when a sync ended just now; null where none did
 */
export async function lookAtNotion(
  world: NotionWorld,
  tables: readonly SyncTable[],
  conflicts: readonly SyncConflict[],
  syncedAt: Date | null,
): Promise<NotionFacts | null> {
  if (tables.length === 0) return null;
  const { config, notion: known } = world.state();
  const waiting: Partial<Record<SyncTable, number>> = {};
  for (const table of tables) {
    const mapping = mappingOf(config.notion, table);
    const local = localTable(world, table);
    if (mapping && local.ok)
      waiting[table] = await countPending(notionFolder(config.root), specs[table], mapping, local.value);
  }
  const pending = Object.values(waiting).reduce((sum, count) => sum + count, 0);
  const at = syncedAt?.toISOString() ?? known?.syncedAt ?? null;
  return { tables, pending, waiting, conflicts, running: null, syncedAt: at };
}

/** Rows that are not as they were when both sides were last the same: new ones, changed ones and those that are gone. */
async function countPending(
  folder: string,
  spec: TableSpec,
  mapping: Mapping,
  local: LocalTable,
): Promise<number> {
  const rows = await local.rows();
  const base = openBase(storeFiles(folder, mapping.dataSourceId).base);
  // A document that cannot be read has been told of; a damaged base is told of by the next sync.
  if (!rows.ok || !base.ok) return 0;
  const codec = new RowCodec(spec, mapping, mapping.fields);
  const seen = new Set<string>();
  let changed = 0;
  for (const row of rows.value) {
    seen.add(row.id);
    const known = base.value.rows.get(row.id);
    const { fields } = codec.normalise(row);
    const differs = codec.fields.some(
      (field) =>
        fields[field] !== undefined &&
        known?.fields[field] !== undefined &&
        !(fields[field] === null && known.unseen.includes(field)) &&
        fields[field] !== known.fields[field],
    );
    if (!known || differs) changed += 1;
  }
  return changed + [...base.value.rows.keys()].filter((id) => !seen.has(id)).length;
}
