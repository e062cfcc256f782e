import { storeNotion } from '../../../config/workspaceConfig.ts';
import {
  type ConnectRequest,
  type NotionConfig,
  type NotionProposal,
  type NotionStatus,
  type SyncTable,
  syncTables,
  withSuggestion,
} from '../../../core/notion.ts';
import { failure, type Problem, type Result, success } from '../../../lib/result.ts';
import type { Notion } from './client.ts';
import { saveToken } from './credentials.ts';
import {
  addIdProperty,
  applyOverrides,
  checkMapping,
  checkOverrides,
  createTable,
  mappingOf,
  overridesFor,
  proposeTable,
  type TableProposal,
} from './mapping.ts';
import { connectHint, type NotionDeps, openFor, tokenFor } from './notionService.ts';
import { idProperty, specs } from './tables.ts';
import type { GivenToken } from './token.ts';

interface ConnectOptions extends ConnectRequest {
  /** Token of the client. */
  readonly clientToken?: GivenToken | undefined;
  /** Stores that token after the user's agreement; one of the environment is not stored. */
  readonly keep?: boolean;
}

/** Previews a connection. Changes nothing on either side. */
export async function proposeNotion(
  deps: NotionDeps,
  request: ConnectOptions,
): Promise<Result<{ integration: string; proposals: readonly NotionProposal[] }>> {
  const notion = await openFor(deps, request.clientToken);
  if (!notion.ok) return notion;
  const integration = await notion.value.me();
  if (!integration.ok) return integration;
  const wanted = wantedTables(deps, request);
  if (!wanted.ok) return wanted;
  const proposals: NotionProposal[] = [];
  for (const table of wanted.value) {
    const proposed = await proposalFor(deps, notion.value, table, request);
    if (!proposed.ok) return proposed;
    const note = `A database “${specs[table].title}” would be created below the page.`;
    proposals.push(
      proposed.value
        ? shown(table, proposed.value, request.wantedStatus)
        : { table, fields: [], notes: [note] },
    );
  }
  return success({ integration: integration.value, proposals });
}

/**
 * Connects: stores the token, adds the property for our ids or creates the databases, and stores the
 * mappings.
 */
export async function connectNotion(
  deps: NotionDeps,
  request: ConnectOptions,
): Promise<Result<{ proposals: readonly NotionProposal[]; token: string }>> {
  const notion = await openFor(deps, request.clientToken);
  if (!notion.ok) return notion;
  const wanted = wantedTables(deps, request);
  if (!wanted.ok) return wanted;
  const proposals: NotionProposal[] = [];
  for (const table of wanted.value) {
    const made = await make(deps, notion.value, table, request);
    if (!made.ok) return made;
    // Stored one by one, so that a created database is not created again.
    const stored = await store(deps, { [table]: made.value.mapping, ...settingsOf(request) });
    if (!stored.ok) return stored;
    proposals.push(shown(table, made.value));
  }
  const { clientToken, keep } = request;
  const kept =
    clientToken && keep === true
      ? await saveToken(clientToken.token, deps)
      : await tokenFor(deps, clientToken);
  return kept.ok ? success({ proposals, token: kept.value.source }) : kept;
}

/** Returns the token, its integration, and problems of the mappings. */
export async function notionStatus(
  deps: NotionDeps,
  clientToken: GivenToken | undefined,
): Promise<Result<NotionStatus>> {
  const { config, notion: known, log } = deps.state();
  const facts = known && withSuggestion(known, log);
  const tables = syncTables.filter((table) => config.notion?.[table] !== undefined);
  const base = {
    ...{ tables, pending: facts?.pending ?? 0, conflicts: facts?.conflicts.length ?? 0 },
    ...(facts?.suggestion && { suggestion: facts.suggestion }),
  };
  const token = await tokenFor(deps, clientToken);
  if (!token.ok) return success({ ...base, token: null, integration: null, problems: [token.problem] });
  const { source, lastFour } = token.value;
  const notion = await openFor(deps, clientToken);
  if (!notion.ok) return notion;
  const integration = await notion.value.me();
  const problems: Problem[] = integration.ok ? [] : [integration.problem];
  for (const table of integration.ok ? tables : [])
    problems.push(...(await problemsOf(notion.value, table, config.notion)));
  const name = integration.ok ? integration.value : null;
  return success({ ...base, token: { source, lastFour }, integration: name, problems });
}

async function problemsOf(
  notion: Notion,
  table: SyncTable,
  config: NotionConfig | undefined,
): Promise<readonly Problem[]> {
  const mapping = mappingOf(config, table);
  if (!mapping) return [];
  const schema = await notion.schema(mapping.dataSourceId);
  if (!schema.ok) return [schema.problem];
  const { fatal, problems } = checkMapping(specs[table], mapping, schema.value);
  return fatal ? [fatal, ...problems] : problems;
}

async function make(
  deps: NotionDeps,
  notion: Notion,
  table: SyncTable,
  request: ConnectOptions,
): Promise<Result<TableProposal>> {
  const proposed = await proposalFor(deps, notion, table, request);
  if (!proposed.ok) return proposed;
  if (proposed.value) return addIdProperty(notion, proposed.value);
  const status = table === 'board' ? request.wantedStatus : undefined;
  return createTable(notion, specs[table], request.page ?? '', status);
}

async function store(deps: NotionDeps, change: Partial<NotionConfig>): Promise<Result<null>> {
  const { root, notion } = deps.state().config;
  const stored = await storeNotion(root, { ...notion, ...change });
  if (!stored.ok) return stored;
  deps.dispatch({ type: 'config-read', config: stored.value });
  return success(null);
}

/** Returns the requested tables; a problem for none, or for a field that none of them has. */
function wantedTables(deps: NotionDeps, request: ConnectOptions): Result<readonly SyncTable[]> {
  const tables = tablesOf(deps, request);
  if (tables.length === 0 && request.page !== undefined)
    return failure(
      'already_connected',
      'Everything is connected already.',
      'To connect another database: --board URL.',
    );
  if (tables.length === 0)
    return failure(
      'nothing_given',
      'Neither a database nor a page was named.',
      'Use --board URL or --page URL.',
    );
  const checked = checkOverrides(
    tables.map((table) => specs[table]),
    request.map ?? {},
  );
  return checked.ok ? success(tables) : checked;
}

/**
 * Returns the tables with an address, and with a page the unconnected ones that are in use. Without both,
 * the request changes the connected tables.
 */
function tablesOf(deps: NotionDeps, request: ConnectOptions): readonly SyncTable[] {
  const { invoices, notion } = deps.state().config;
  const isMissing = (table: SyncTable) => notion?.[table] === undefined && (table === 'board' || invoices);
  const named = syncTables.filter(
    (table) => request[table] !== undefined || (request.page !== undefined && isMissing(table)),
  );
  const isChange = request.map !== undefined || Object.keys(settingsOf(request)).length > 0;
  if (named.length > 0 || request.page !== undefined || !isChange) return named;
  return syncTables.filter((table) => notion?.[table] !== undefined);
}

/** Returns the proposal for a table; null for one that would be created. */
async function proposalFor(
  deps: NotionDeps,
  notion: Notion,
  table: SyncTable,
  request: ConnectOptions,
): Promise<Result<TableProposal | null>> {
  const spec = specs[table];
  const address = request[table];
  if (address === undefined && request.page !== undefined) return success(null);
  const proposed =
    address === undefined ? await connected(deps, notion, table) : await proposeTable(notion, spec, address);
  if (!proposed.ok) return proposed;
  return applyOverrides(spec, proposed.value, overridesFor(spec, request.map ?? {}));
}

/** Returns the proposal of a connected table: its stored mapping, including manual edits. */
async function connected(deps: NotionDeps, notion: Notion, table: SyncTable): Promise<Result<TableProposal>> {
  const mapping = deps.state().config.notion?.[table];
  if (!mapping) return failure('notion_unconnected', `${table} is not connected to Notion.`, connectHint);
  const schema = await notion.schema(mapping.dataSourceId);
  return schema.ok ? success({ mapping, notes: [], schema: schema.value }) : schema;
}

function settingsOf({
  wantedStatus,
  comment,
}: ConnectOptions): Pick<NotionConfig, 'wantedStatus' | 'comment'> {
  return { ...(wantedStatus !== undefined && { wantedStatus }), ...(comment !== undefined && { comment }) };
}

/** Describes a proposal. @param wantedStatus is checked for existence; absent for a new table */
function shown(
  table: SyncTable,
  { mapping, notes, schema }: TableProposal,
  wantedStatus?: string,
): NotionProposal {
  const fields = Object.entries(mapping.fields).map(([field, { name }]) => ({ field, property: name }));
  const added =
    mapping.idProperty === null ? [`A text property “${idProperty}” would be added for our ids.`] : [];
  const choice = mapping.fields[specs[table].choiceField];
  const options = schema.properties.find(({ id }) => id === choice?.propertyId)?.options ?? [];
  const isMissing = table === 'board' && wantedStatus !== undefined && !options.includes(wantedStatus);
  const wanted = isMissing
    ? [`“${choice?.name}” has no option “${wantedStatus}” yet: add it in Notion.`]
    : [];
  return { table, fields, notes: [...added, ...wanted, ...notes] };
}
