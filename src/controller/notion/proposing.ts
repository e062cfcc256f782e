import {
  type NotionConfig,
  type NotionProposal,
  type NotionWish,
  type SyncTable,
  syncTables,
} from '../../core/notion.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import type { Notion } from '../../notion/client.ts';
import { proposeTable, type SourceProposal } from '../../notion/connect.ts';
import type { Proposal } from '../../notion/mapping.ts';
import { applyWishes, checkWishes, wishesFor } from '../../notion/mapWish.ts';
import type { Schema } from '../../notion/schema.ts';
import { idProperty } from '../../notion/tables.ts';
import type { GivenToken } from '../../notion/token.ts';
import { storedMapping } from '../config/notionConfig.ts';
import { connectHint, type NotionWorld, specs } from './notionWorld.ts';

export interface ConnectWish extends NotionWish {
  /** By the client. */
  readonly lent?: GivenToken | undefined;
  /** Whether that is kept once the person agrees; one of the environment is not. */
  readonly keep?: boolean;
}

/**
 * Those that have an address, and with a page those that are in use here. Where neither was named, only something of
 * what is connected already is to be changed.
 */
export function tablesOf(world: NotionWorld, wish: ConnectWish): readonly SyncTable[] {
  const { invoices, notion } = world.state().config;
  const isMissing = (table: SyncTable) => notion?.[table] === undefined && (table === 'board' || invoices);
  const named = syncTables.filter(
    (table) => wish[table] !== undefined || (wish.page !== undefined && isMissing(table)),
  );
  const isChange = wish.map !== undefined || Object.keys(settingsOf(wish)).length > 0;
  if (named.length > 0 || wish.page !== undefined || !isChange) return named;
  return syncTables.filter((table) => notion?.[table] !== undefined);
}

export function checkWish(tables: readonly SyncTable[], { page, map }: ConnectWish): Result<null> {
  if (tables.length === 0 && page !== undefined)
    return failure('already_connected', 'All of it is connected already.', 'For another one: --board URL.');
  if (tables.length === 0)
    return failure(
      'nothing_given',
      'Neither a database nor a page was named.',
      'Say --board URL or --page URL.',
    );
  return checkWishes(
    tables.map((table) => specs[table]),
    map ?? {},
  );
}

/** Null for one that would be made. */
export async function proposalFor(
  world: NotionWorld,
  notion: Notion,
  table: SyncTable,
  wish: ConnectWish,
): Promise<Result<SourceProposal | null>> {
  const spec = specs[table];
  const address = wish[table];
  if (address === undefined && wish.page !== undefined) return success(null);
  const proposed =
    address === undefined ? await connected(world, notion, table) : await proposeTable(notion, spec, address);
  if (!proposed.ok) return proposed;
  const { schema } = proposed.value;
  const wished = applyWishes(spec, schema, proposed.value, wishesFor(spec, wish.map ?? {}));
  return wished.ok ? success({ ...wished.value, schema }) : wished;
}

/** As it is connected: a mapping that a person edited stays so. */
async function connected(
  world: NotionWorld,
  notion: Notion,
  table: SyncTable,
): Promise<Result<SourceProposal>> {
  const mapping = storedMapping(world.state().config.notion, table);
  if (!mapping) return failure('notion_unconnected', `${table} is not connected to Notion.`, connectHint);
  const schema = await notion.schema(mapping.dataSourceId);
  return schema.ok ? success({ mapping, notes: [], schema: schema.value }) : schema;
}

export function settingsOf({
  wantedStatus,
  comment,
}: ConnectWish): Pick<NotionConfig, 'wantedStatus' | 'comment'> {
  return { ...(wantedStatus !== undefined && { wantedStatus }), ...(comment !== undefined && { comment }) };
}

export function madeNote(table: SyncTable): string {
  return `A database “${specs[table].title}” would be made below the page.`;
}

/** @param schema to look whether what is wanted is there; absent where it was made a moment ago */
export function shownProposal(
  table: SyncTable,
  { mapping, notes }: Proposal,
  { wantedStatus }: Pick<ConnectWish, 'wantedStatus'>,
  schema?: Schema,
): NotionProposal {
  const fields = Object.entries(mapping.fields).map(([field, { name }]) => ({ field, property: name }));
  const added =
    mapping.idProperty === null ? [`A text property “${idProperty}” would be added for our ids.`] : [];
  const choice = mapping.fields[specs[table].choiceField];
  const options = schema?.properties.find(({ id }) => id === choice?.propertyId)?.options ?? [];
  const isMissing =
    table === 'board' && schema && wantedStatus !== undefined && !options.includes(wantedStatus);
  const wanted = isMissing
    ? [`“${choice?.name}” has no option “${wantedStatus}” yet: add it in Notion.`]
    : [];
  return { table, fields, notes: [...added, ...wanted, ...notes] };
}
