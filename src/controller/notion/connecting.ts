import {
  type NotionConfig,
  type NotionProposal,
  type NotionStatus,
  type SyncTable,
  syncTables,
} from '../../core/notion.ts';
import { withSuggestion } from '../../features/notion/suggesting.ts';
import { type Problem, type Result, success } from '../../lib/result.ts';
import type { Notion } from '../../notion/client.ts';
import { addIdProperty, createTable } from '../../notion/connect.ts';
import { saveToken } from '../../notion/credentials.ts';
import { checkMapping, type Mapping, type Proposal } from '../../notion/mapping.ts';
import type { GivenToken } from '../../notion/token.ts';
import { mappingOf } from '../config/notionConfig.ts';
import { storeNotion } from '../config/workspaceConfig.ts';
import { type NotionWorld, openFor, specs, tokenFor } from './notionWorld.ts';
import {
  type ConnectWish,
  checkWish,
  madeNote,
  proposalFor,
  settingsOf,
  shownProposal,
  tablesOf,
} from './proposing.ts';

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
  const checked = checkWish(wanted, wish);
  if (!checked.ok) return checked;
  const proposals: NotionProposal[] = [];
  for (const table of wanted) {
    const proposed = await proposalFor(world, notion.value, table, wish);
    if (!proposed.ok) return proposed;
    if (proposed.value) proposals.push(shownProposal(table, proposed.value, wish, proposed.value.schema));
    else proposals.push({ table, fields: [], notes: [madeNote(table)] });
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
  const wanted = tablesOf(world, wish);
  const checked = checkWish(wanted, wish);
  if (!checked.ok) return checked;
  const proposals: NotionProposal[] = [];
  for (const table of wanted) {
    const made = await make(world, notion.value, table, wish);
    if (!made.ok) return made;
    // Each at once: a database that was made is not made again.
    const stored = await store(world, { [table]: made.value.mapping, ...settingsOf(wish) });
    if (!stored.ok) return stored;
    proposals.push(shownProposal(table, made.value, {}));
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
    if (mapping) problems.push(...(await problemsOf(notion.value, table, mapping)));
  }
  const name = integration.ok ? integration.value : null;
  return success({ ...base, token: { source, lastFour }, integration: name, problems });
}

async function problemsOf(notion: Notion, table: SyncTable, mapping: Mapping): Promise<readonly Problem[]> {
  const schema = await notion.schema(mapping.dataSourceId);
  if (!schema.ok) return [schema.problem];
  const { fatal, problems } = checkMapping(specs[table], mapping, schema.value);
  return fatal ? [fatal, ...problems] : problems;
}

async function make(
  world: NotionWorld,
  notion: Notion,
  table: SyncTable,
  wish: ConnectWish,
): Promise<Result<Proposal>> {
  const proposed = await proposalFor(world, notion, table, wish);
  if (!proposed.ok) return proposed;
  if (proposed.value) return addIdProperty(notion, proposed.value);
  return createTable(
    notion,
    specs[table],
    wish.page ?? '',
    table === 'board' ? wish.wantedStatus : undefined,
  );
}

async function store(world: NotionWorld, change: Partial<NotionConfig>): Promise<Result<null>> {
  const { root, notion } = world.state().config;
  const stored = await storeNotion(root, { ...notion, ...change });
  if (!stored.ok) return stored;
  world.tell({ type: 'config-read', config: stored.value });
  return success(null);
}
