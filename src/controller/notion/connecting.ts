import {
  type NotionPlaces,
  type NotionProposal,
  type NotionStatus,
  type SyncTable,
  syncTables,
} from '../../domain/notionFacts.ts';
import { failure, type Problem, type Result, success } from '../../domain/problem.ts';
import type { Notion } from '../../notion/client.ts';
import { addIdProperty, createTable, proposeTable } from '../../notion/connect.ts';
import { saveToken } from '../../notion/credentials.ts';
import { checkMapping, type Mapping, type Proposal } from '../../notion/mapping.ts';
import { idProperty } from '../../notion/tables.ts';
import type { GivenToken } from '../../notion/token.ts';
import { storeNotion } from '../workspaceConfig.ts';
import { mappingOf } from './notionConfig.ts';
import { type NotionWorld, openFor, specs, tokenFor } from './notionWorld.ts';
import { withSuggestion } from './suggesting.ts';

export interface ConnectWish extends NotionPlaces {
  /** By the client. */
  readonly lent?: GivenToken | undefined;
  /** Whether that is kept once the person agrees; one of the environment is not. */
  readonly keep?: boolean;
}

/** What connecting would do. Changes nothing, neither here nor there. */
export async function proposeNotion(
  world: NotionWorld,
  wish: ConnectWish,
): Promise<Result<{ integration: string; proposals: readonly NotionProposal[] }>> {
  const notion = await openFor(world, wish.lent);
  if (!notion.ok) return notion;
  const integration = await notion.value.me();
  if (!integration.ok) return integration;
  const wanted = tablesOf(world, wish);
  if (wanted.length === 0)
    return failure(
      'nothing_given',
      'Neither a database nor a page was named.',
      'Say --board URL or --page URL.',
    );
  const proposals: NotionProposal[] = [];
  for (const table of wanted) {
    const address = wish[table];
    if (address === undefined) {
      proposals.push({
        table,
        fields: [],
        notes: [`A database “${specs[table].title}” would be made below the page.`],
      });
      continue;
    }
    const proposed = await proposeTable(notion.value, specs[table], address);
    if (!proposed.ok) return proposed;
    proposals.push(shown(table, proposed.value));
  }
  return success({ integration: integration.value, proposals });
}

/** Does it: keeps the token, adds the property for our ids or makes the databases, and writes the mappings down. */
export async function connectNotion(
  world: NotionWorld,
  wish: ConnectWish,
): Promise<Result<{ proposals: readonly NotionProposal[]; token: string }>> {
  const notion = await openFor(world, wish.lent);
  if (!notion.ok) return notion;
  const { root } = world.state().config;
  const proposals: NotionProposal[] = [];
  for (const table of tablesOf(world, wish)) {
    const made = await make(notion.value, table, wish);
    if (!made.ok) return made;
    // Each at once: a database that was made is not made again.
    const stored = storeNotion(root, { ...world.state().config.notion, [table]: made.value.mapping });
    if (!stored.ok) return stored;
    world.tell({ type: 'config-read', config: stored.value });
    proposals.push(shown(table, made.value));
  }
  const { lent, keep } = wish;
  const kept = lent && keep === true ? await saveToken(lent.token, world) : await tokenFor(world, lent);
  return kept.ok ? success({ proposals, token: kept.value.source }) : kept;
}

/** The token, who it is, and whether the mappings still fit. */
export async function notionStatus(
  world: NotionWorld,
  lent: GivenToken | undefined,
): Promise<Result<NotionStatus>> {
  const { config, notion: known, log } = world.state();
  const facts = known && withSuggestion(known, log);
  const tables = syncTables.filter((table) => config.notion?.[table] !== undefined);
  const base = {
    ...{ tables, pending: facts?.pending ?? 0, conflicts: facts?.conflicts.length ?? 0 },
    ...(facts?.suggestion && { suggestion: facts.suggestion }),
  };
  const token = await tokenFor(world, lent);
  if (!token.ok) return success({ ...base, token: null, integration: null, problems: [token.problem] });
  const { source, lastFour } = token.value;
  const notion = await openFor(world, lent);
  if (!notion.ok) return notion;
  const integration = await notion.value.me();
  const problems: Problem[] = integration.ok ? [] : [integration.problem];
  for (const table of integration.ok ? tables : []) {
    const mapping = mappingOf(config.notion, table);
    if (mapping) problems.push(...(await checked(notion.value, table, mapping)));
  }
  const name = integration.ok ? integration.value : null;
  return success({ ...base, token: { source, lastFour }, integration: name, problems });
}

async function checked(notion: Notion, table: SyncTable, mapping: Mapping): Promise<readonly Problem[]> {
  const schema = await notion.schema(mapping.dataSourceId);
  if (!schema.ok) return [schema.problem];
  const { fatal, problems } = checkMapping(specs[table], mapping, schema.value);
  return fatal ? [fatal, ...problems] : problems;
}

/** Those that have an address, and with a page those that are in use here. */
function tablesOf(world: NotionWorld, wish: ConnectWish): readonly SyncTable[] {
  const { invoices, notion } = world.state().config;
  const isMissing = (table: SyncTable) => notion?.[table] === undefined && (table === 'board' || invoices);
  return syncTables.filter(
    (table) => wish[table] !== undefined || (wish.page !== undefined && isMissing(table)),
  );
}

async function make(notion: Notion, table: SyncTable, wish: ConnectWish): Promise<Result<Proposal>> {
  const spec = specs[table];
  const address = wish[table];
  if (address === undefined) return createTable(notion, spec, wish.page ?? '');
  const proposed = await proposeTable(notion, spec, address);
  return proposed.ok ? addIdProperty(notion, spec, proposed.value.schema) : proposed;
}

function shown(table: SyncTable, { mapping, notes }: Proposal): NotionProposal {
  const fields = Object.entries(mapping.fields).map(([field, { name }]) => ({ field, property: name }));
  const added =
    mapping.idProperty === null ? [`A text property “${idProperty}” would be added for our ids.`] : [];
  return { table, fields, notes: [...added, ...notes] };
}
