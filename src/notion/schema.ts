import type { DataSourceObjectResponse } from '@notionhq/client';

export interface SchemaProperty {
  /** Stays when a property is renamed. */
  readonly id: string;
  readonly name: string;
  /** Notion's word, also for types that we neither read nor write. */
  readonly type: string;
  /** Of selects and statuses. */
  readonly options: readonly string[];
}

/** What we need to know of a data source, Notion's word for a table. */
export interface Schema {
  readonly databaseId: string;
  readonly dataSourceId: string;
  readonly title: string;
  readonly properties: readonly SchemaProperty[];
}

export function readSchema(source: DataSourceObjectResponse): Schema {
  return {
    databaseId: source.parent.type === 'database_id' ? source.parent.database_id : '',
    dataSourceId: source.id,
    title: source.title.map((run) => run.plain_text).join(''),
    properties: Object.values(source.properties).map((property) => ({
      id: property.id,
      name: property.name,
      type: property.type,
      options: optionsOf(property),
    })),
  };
}

function optionsOf(property: DataSourceObjectResponse['properties'][string]): string[] {
  if (property.type === 'select') return property.select.options.map(({ name }) => name);
  if (property.type === 'status') return property.status.options.map(({ name }) => name);
  return [];
}
