import { columns } from '../../domain/board.ts';
import type { NotionConfig, NotionMapping, SyncTable } from '../../domain/notionFacts.ts';
import type { Mapping } from '../../notion/mapping.ts';
import type { PropertyType } from '../../notion/tables.ts';

const propertyTypes = [
  'title',
  'rich_text',
  'select',
  'status',
  'date',
  'number',
  'url',
] as const satisfies readonly PropertyType[];

const text = { type: 'string', minLength: 1, maxLength: 200 } as const;

const mapping = {
  type: 'object',
  required: ['databaseId', 'dataSourceId', 'idProperty', 'fields', 'statusMap', 'writeStatus'],
  properties: {
    databaseId: text,
    dataSourceId: text,
    idProperty: { anyOf: [text, { type: 'null' }] },
    fields: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        required: ['propertyId', 'name', 'type'],
        properties: {
          propertyId: text,
          name: { type: 'string' },
          type: { type: 'string', enum: propertyTypes },
        },
      },
    },
    statusMap: { type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } },
    writeStatus: { type: 'object', additionalProperties: { type: 'string' } },
    currency: { type: 'string', pattern: '^[A-Z]{3}$' },
  },
} as const;

/** `notion` of `.orch/config.json`: mappings that `notion connect` proposes. The token is never there. */
export const notionSchema = {
  notion: {
    type: 'object',
    additionalProperties: false,
    properties: { board: mapping, invoices: mapping, wantedStatus: text, comment: { type: 'boolean' } },
  },
} as const;

export interface StoredNotion {
  notion?: NotionConfig;
}

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
