import {
  type NotionProposal,
  type NotionStatus,
  type RebuildOutcome,
  type SyncConflict,
  type SyncOutcome,
  syncTables,
} from '../../core/notion.ts';
import { asksNothing, pairs } from '../../core/values.ts';
import type { AnyVerb } from '../../core/verb.ts';
import { success } from '../../lib/result.ts';
import { defineServed } from '../define.ts';

const syncing = {
  '--dry-run': 'only show what would be done',
  '--allow-mass-delete': 'also where many rows are gone on one side',
  '--rebuild': 'rebuild what is known of Notion, after it was damaged or lost; writes to neither side',
  ...asksNothing,
} as const;

/**
 * Lends a token of Notion, and says where it was found: what this client asks about Notion is done with it instead of
 * the one that was kept. It stays in memory.
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

/** What connecting would do; changes nothing. */
const proposeNotion = defineServed<{ integration: string; proposals: readonly NotionProposal[] }>()({
  name: 'proposeNotion',
  by: 'person',
  what: 'ask Notion',
  params: ({ notionWish }) => notionWish,
  handle: (services, wish) => {
    services.readConfig();
    return services.notion.propose(wish);
  },
});

/** Does it; `keep` keeps the token that was lent. */
const connectNotion = defineServed<{ proposals: readonly NotionProposal[]; token: string }>()({
  name: 'connectNotion',
  by: 'person',
  what: 'connect to Notion',
  params: ({ z, wished, flag }) => z.strictObject({ ...wished, keep: flag }),
  handle: (services, wish) => {
    services.readConfig();
    return services.notion.connect(wish);
  },
  verbs: [
    {
      usage: 'notion connect',
      about: 'say which databases they are synced with, or have them made',
      // A token is never an argument: others on the machine can read those.
      options: {
        '--board <address>': 'of the database with the cards',
        '--invoices <address>': 'of the database with the time entries',
        '--page <address>': 'below which databases are made, for what has none',
        '--map <field=property>': {
          about: 'what holds a field, such as board.worker=Owner; more than once',
          parse: pairs(() => true, 'Say FIELD=PROPERTY.'),
        },
        '--wanted <status>': 'of a card that asks for a worker',
        '--comment': "say on a finished card's page what became of it",
        '--token-stdin': 'read the token from standard input',
        ...asksNothing,
      },
    },
  ],
});

/** It asks Notion, with the person's token; so does a dry run of a sync. */
const notionStatus = defineServed<NotionStatus>()({
  name: 'notionStatus',
  by: 'person',
  what: 'ask Notion',
  onForeignState: true,
  params: ({ nothing }) => nothing,
  handle: (services) => {
    services.readConfig();
    return services.notion.status();
  },
  verbs: [{ usage: 'notion status', about: 'token, databases and what waits to be synced' }],
});

/** All that is connected, or these; `notion_unconnected`, `sync_running`, `mass_deletion`. */
const sync = defineServed<SyncOutcome>()({
  name: 'sync',
  by: 'person',
  what: 'sync',
  params: ({ z, tables, flag }) => z.strictObject({ tables, dryRun: flag, allowMassDelete: flag }),
  handle: (services, wish) => {
    services.readConfig();
    return services.notion.sync(wish);
  },
  verbs: [
    { usage: 'sync', about: 'bring board and invoices together with Notion', options: syncing },
    ...syncTables.map(
      (table): AnyVerb => ({ usage: `sync ${table}`, about: `only the ${table}`, options: syncing }),
    ),
  ],
});

/**
 * Builds what is known of Notion again, wherever that is damaged or lost, or for these. Writes to neither side: what
 * differs becomes a conflict. `nothing_to_rebuild`, `notion_unconnected`, `sync_running`.
 */
const rebuildSync = defineServed<RebuildOutcome>()({
  name: 'rebuildSync',
  by: 'person',
  what: 'sync',
  params: ({ z, tables }) => z.strictObject({ tables }),
  handle: (services, { tables }) => {
    services.readConfig();
    return services.notion.rebuild(tables);
  },
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
    },
  ],
});

/** The next sync does it. */
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
      options: { '--value <text>': 'neither, but this; empty for nothing' },
    },
  ],
});

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
