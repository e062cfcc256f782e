import {
  type ConnectRequest,
  type NotionProposal,
  type NotionStatus,
  type RebuildOutcome,
  type SyncChoice,
  type SyncConflict,
  type SyncOutcome,
  type SyncTable,
  syncTables,
} from '../../core/notion.ts';
import { type Printed, pairs, refuse, yesOption } from '../../core/verb.ts';
import { success } from '../../lib/result.ts';
import { defineServed, type VerbCall } from '../define.ts';
import type { Services } from '../services.ts';
import {
  notionStatusText,
  outcomeText,
  rebuildQuestion,
  rebuildText,
  runningText,
  syncConflictsText,
  tableProposalText,
} from './texts.ts';

const syncing = {
  '--dry-run': 'only show what would be done',
  '--allow-mass-delete': 'sync even if many rows are gone on one side',
  '--rebuild': 'rebuild the sync state after damage or loss; writes to neither side',
  ...yesOption,
} as const;

/** Returns the service, after the configuration was read again: a person may have edited it. */
function configured(services: Services): Services['notion'] {
  services.readConfig();
  return services.notion;
}

/**
 * Lends a Notion token and names its source: requests of this client use it instead of the stored one. It
 * stays in memory.
 */
const lendToken = defineServed<null>()({
  name: 'lendToken',
  by: 'person',
  what: 'ask Notion',
  params: ({ z, text }) => z.strictObject({ token: text, source: text }),
  handle: ({ notion }, token) => {
    notion.lend(token);
    return success(null);
  },
});

/** Previews a connection; changes nothing. */
const proposeNotion = defineServed<{ integration: string; proposals: readonly NotionProposal[] }>()({
  name: 'proposeNotion',
  by: 'person',
  what: 'ask Notion',
  params: ({ connectRequest }) => connectRequest,
  handle: (services, wish) => configured(services).propose(wish),
});

/** Connects; `keep` stores the lent token. */
const connectNotion = defineServed<{ proposals: readonly NotionProposal[]; token: string }>()({
  name: 'connectNotion',
  by: 'person',
  what: 'connect to Notion',
  params: ({ z, connectFields, flag }) => z.strictObject({ ...connectFields, keep: flag }),
  handle: (services, wish) => configured(services).connect(wish),
  verbs: [
    {
      usage: 'notion connect',
      about: 'choose the databases to sync with, or create them',
      // A token is never an argument: others on the machine can read those.
      options: {
        '--board <address>': 'of the database with the cards',
        '--invoices <address>': 'of the database with the time entries',
        '--page <address>': 'below which missing databases are created',
        '--map <field=property>': {
          about: 'the property of a field, such as board.worker=Owner; may be repeated',
          parse: pairs(() => true, 'Use FIELD=PROPERTY.'),
        },
        '--wanted <status>': 'of a card that asks for a worker',
        '--comment': "comment on a finished card's page",
        '--token-stdin': 'read the token from standard input',
        ...yesOption,
      },
      run: connect,
    },
  ],
});

interface ConnectOptions extends Omit<ConnectRequest, 'wantedStatus'> {
  readonly wanted?: string;
  readonly tokenStdin?: boolean;
  readonly yes?: boolean;
}

/** Shows the proposed mapping, and connects after a confirmation. */
async function connect(
  call: VerbCall,
  _: unknown,
  { tokenStdin, yes = false, ...options }: ConnectOptions,
): Promise<Printed> {
  const wish = wishOf(options);
  await call.connect();
  const typed = tokenStdin ? await call.readInput() : await askToken(call, yes);
  await call.lend(typed === null ? call.token : { token: typed.trim(), source: 'What was given' });
  const { integration, proposals } = await call.ask(proposeNotion, wish);
  call.print([`Integration in Notion: ${integration}.`, ...proposals.map(tableProposalText)].join('\n\n'));
  if (!yes) call.print('\nTo map a field to another property: --map FIELD=PROPERTY');
  await call.requireYes(yes, 'Connect?');
  // A token of the environment is used and not stored; a typed one is stored.
  const done = await call.ask(connectNotion, { ...wish, keep: typed !== null });
  return {
    value: { integration, tables: done.proposals, token: done.token },
    text: 'Connected. Preview the first sync: orch-tui sync --dry-run',
  };
}

function wishOf({ board, invoices, page, map = {}, wanted, comment }: ConnectOptions): ConnectRequest {
  return {
    ...{ ...(board && { board }), ...(invoices && { invoices }), ...(page && { page }) },
    ...(Object.keys(map).length > 0 && { map }),
    ...(wanted && { wantedStatus: wanted }),
    ...(comment && { comment }),
  };
}

/** Asks for a token, unless the shell has one or one is stored. */
async function askToken(call: VerbCall, yes: boolean): Promise<string | null> {
  if (call.token || (await call.ask(notionStatus, {})).token !== null) return null;
  if (yes || !call.canAsk)
    refuse('notion_token', 'There is no token.', 'Set NOTION_TOKEN, or use --token-stdin.');
  const typed = await call.askHidden('Token of the integration (it is not shown): ');
  return typed ?? refuse('not_confirmed', 'Nothing was changed.');
}

/** Queries Notion with the user's token, as a dry run of a sync does. */
const notionStatus = defineServed<NotionStatus>()({
  name: 'notionStatus',
  by: 'person',
  what: 'ask Notion',
  onForeignState: true,
  params: ({ nothing }) => nothing,
  handle: (services) => configured(services).status(),
  verbs: [
    {
      usage: 'notion status',
      about: 'token, databases and rows to sync',
      run: async (call): Promise<Printed> => {
        await call.lend(call.token);
        const status = await call.ask(notionStatus, {});
        return { value: status, text: notionStatusText(status) };
      },
    },
  ],
});

/** Syncs all connected tables, or these; `notion_unconnected`, `sync_running`, `mass_deletion`. */
const sync = defineServed<SyncOutcome>()({
  name: 'sync',
  by: 'person',
  what: 'sync',
  params: ({ z, tables, flag }) => z.strictObject({ tables, dryRun: flag, allowMassDelete: flag }),
  handle: (services, wish) => configured(services).sync(wish),
  verbs: [
    {
      usage: 'sync',
      about: 'sync board and invoices with Notion',
      options: syncing,
      run: (call, _, options) => runSync(call, {}, options),
    },
    ...syncTables.map((table) => ({
      usage: `sync ${table}`,
      about: `only the ${table}`,
      options: syncing,
      run: (call: VerbCall, _: unknown, options: SyncOptions) => runSync(call, { tables: [table] }, options),
    })),
  ],
});

interface SyncOptions {
  readonly dryRun?: boolean;
  readonly allowMassDelete?: boolean;
  readonly rebuild?: boolean;
  readonly yes?: boolean;
}

/** Refused when a table could not be synced at all; single rows that could not are listed. */
async function runSync(
  call: VerbCall,
  tables: { readonly tables?: readonly SyncTable[] },
  { dryRun = false, allowMassDelete = false, rebuild = false, yes = false }: SyncOptions,
): Promise<Printed> {
  if (rebuild && (dryRun || allowMassDelete))
    call.refuseUsage('--rebuild cannot be combined with other options: it syncs nothing');
  await call.connect();
  if (rebuild) {
    if (!yes) call.print(rebuildQuestion);
    await call.requireYes(yes, 'Rebuild it?');
  }
  await call.lend(call.token);
  const work = async (): Promise<Printed> => {
    if (rebuild) {
      const outcome = await call.ask(rebuildSync, tables);
      return { value: outcome, text: rebuildText(outcome) };
    }
    const outcome = await call.ask(sync, { dryRun, allowMassDelete, ...tables });
    return { value: { ...outcome, dryRun }, text: outcomeText(outcome, dryRun) };
  };
  return call.watched(
    work,
    ({ notion }) => (notion?.running ? runningText(notion.running) : null),
    cancelSync,
  );
}

/**
 * Rebuilds the sync's base, of every table where it is damaged or lost, or of these. Writes to neither side:
 * differences become conflicts. `nothing_to_rebuild`, `notion_unconnected`, `sync_running`.
 */
const rebuildSync = defineServed<RebuildOutcome>()({
  name: 'rebuildSync',
  by: 'person',
  what: 'sync',
  params: ({ z, tables }) => z.strictObject({ tables }),
  handle: (services, { tables }) => configured(services).rebuild(tables),
});

const cancelSync = defineServed<{ wasRunning: boolean }>()({
  name: 'cancelSync',
  by: 'person',
  what: 'sync',
  params: ({ nothing }) => nothing,
  handle: ({ notion }) => success({ wasRunning: notion.cancel() }),
});

const syncConflicts = defineServed<readonly SyncConflict[]>()({
  name: 'syncConflicts',
  by: 'anyone',
  params: ({ nothing }) => nothing,
  handle: ({ notion }) => success(notion.conflicts),
  verbs: [
    {
      usage: 'sync conflicts',
      about: 'what changed on both sides',
      what: 'look at conflicts with Notion',
      request: () => ({}),
      says: (_, conflicts) => syncConflictsText(conflicts),
    },
  ],
});

/** Stores a decision; the next sync applies it. */
const resolveSync = defineServed<SyncConflict>()({
  name: 'resolveSync',
  by: 'person',
  what: 'decide conflicts',
  params: ({ z, text, syncChoice }) => z.strictObject({ id: text, field: text, choice: syncChoice }),
  handle: ({ notion }, { id, field, choice }) => notion.resolve(id, field, choice),
  verbs: [
    {
      usage: 'sync resolve <id> <field> [side]',
      about: 'decide: mine is the file, theirs is Notion',
      options: { '--value <text>': 'use this value instead; empty for none' },
      run: resolve,
    },
  ],
});

async function resolve(
  call: VerbCall,
  [id = '', field = '', side]: readonly string[],
  { value }: { readonly value?: string },
): Promise<Printed> {
  const isSide = side === 'mine' || side === 'theirs';
  if (isSide === (value !== undefined) || (side !== undefined && !isSide))
    call.refuseUsage('use mine, theirs, or --value TEXT');
  const conflicts = await call.ask(syncConflicts, {});
  const known = conflicts.find((one) => one.id === id && one.field === field);
  const choice = isSide ? side : editedOf(value ?? '', known);
  const resolved = await call.ask(resolveSync, { id, field, choice });
  return { value: resolved, text: `${id} ${field} is decided; the next sync applies it.` };
}

/** Parses an edited value. Numbers, such as minutes and cents, are whole; an empty text is null. */
function editedOf(text: string, known: SyncConflict | undefined): SyncChoice {
  const isNumber = typeof known?.ours === 'number' || typeof known?.theirs === 'number';
  if (isNumber && !/^\d{1,12}$/.test(text)) refuse('bad_choice', 'Give a whole number.');
  return { edited: text === '' ? null : isNumber ? Number(text) : text };
}

export const notionCommands = [
  lendToken,
  proposeNotion,
  connectNotion,
  notionStatus,
  sync,
  rebuildSync,
  cancelSync,
  syncConflicts,
  resolveSync,
] as const;
