import { columns } from '../../core/board.ts';
import type { NotionConfig, NotionMapping, SyncTable } from '../../core/notion.ts';
import type { Mapping } from '../../notion/mapping.ts';

/** The mapping of a table as it stands there; the types of its properties were checked when it was read. */
export function storedMapping(config: NotionConfig | undefined, table: SyncTable): Mapping | null {
  const stored: NotionMapping | undefined = config?.[table];
  return stored ? (stored as Mapping) : null;
}

/** The mapping that a sync goes by. */
export function mappingOf(config: NotionConfig | undefined, table: SyncTable): Mapping | null {
  const mapping = storedMapping(config, table);
  return mapping && table === 'board' ? withWanted(mapping, config?.wantedStatus) : mapping;
}

/** A card that asks for a worker is still to be done, unless the mapping says otherwise of that status. */
function withWanted(mapping: Mapping, wanted: string | undefined): Mapping {
  const { statusMap } = mapping;
  if (wanted === undefined || Object.values(statusMap).some((names) => names.includes(wanted)))
    return mapping;
  const [toDo] = columns;
  return { ...mapping, statusMap: { ...statusMap, [toDo]: [...(statusMap[toDo] ?? [toDo]), wanted] } };
}
