import { type Command, InvalidArgumentError } from 'commander';
import { type SyncTable, syncTables } from '../domain/notionFacts.ts';
import type { GivenToken } from '../notion/token.ts';
import type { Output } from './output.ts';

type Describe = (parent: Command, usage: string, description: string) => Command;

/** Commands around Notion. A token is never an argument: others on the machine can read those. */
export function describeNotion(
  out: Output,
  command: Describe,
  program: Command,
  token: GivenToken | null,
): void {
  const notion = program.command('notion').description('board and invoices in Notion');
  command(notion, 'connect', 'say which databases they are synced with, or have them made')
    .option('--board <address>', 'of the database with the cards')
    .option('--invoices <address>', 'of the database with the time entries')
    .option('--page <address>', 'below which databases are made, for what has none')
    .option(
      '--map <field=property>',
      'what holds a field, such as board.worker=Owner; more than once',
      withMap,
    )
    .option('--wanted <status>', 'of a card that asks for a worker')
    .option('--comment', "say on a finished card's page what became of it")
    .option('--token-stdin', 'read the token from standard input')
    .option('--yes', 'ask nothing')
    .action(async (options) => (await import('./notion.ts')).connect(out, token, options));
  command(notion, 'status', 'token, databases and what waits to be synced').action(async () =>
    (await import('./notion.ts')).showStatus(out, token),
  );
  const runSync = async (table: SyncTable | undefined, own: Command) => {
    const options = own.optsWithGlobals();
    if (options.rebuild && (options.dryRun || options.allowMassDelete))
      own.error('--rebuild stands alone: it only looks, and syncs nothing');
    return (await import('./notionSync.ts')).runSync(out, token, table, options);
  };
  const sync = syncOptions(command(program, 'sync', 'bring board and invoices together with Notion'));
  sync.action(async (_, own: Command) => runSync(undefined, own));
  // `sync --dry-run board` means the same as `sync board --dry-run`.
  for (const table of syncTables)
    syncOptions(command(sync, table, `only the ${table}`)).action((_, own: Command) => runSync(table, own));
  command(sync, 'conflicts', 'what changed on both sides').action(async () =>
    (await import('./notionSync.ts')).showConflicts(out),
  );
  command(sync, 'resolve <id> <field> [side]', 'decide: mine is the file, theirs is Notion')
    .option('--value <text>', 'neither, but this; empty for nothing')
    .action(async (id, field, side, { value }, self: Command) => {
      const isSide = side === 'mine' || side === 'theirs';
      if (isSide === (value !== undefined) || (side !== undefined && !isSide))
        self.error('say mine, theirs, or --value TEXT');
      const choice = isSide ? side : { value: value ?? '' };
      return (await import('./notionSync.ts')).resolveConflict(out, id, field, choice);
    });
  program.enablePositionalOptions();
  sync.enablePositionalOptions();
}

function syncOptions(command: Command): Command {
  return command
    .option('--dry-run', 'only show what would be done')
    .option('--allow-mass-delete', 'also where many rows are gone on one side')
    .option(
      '--rebuild',
      'make anew what is known of Notion, after it was damaged or lost; writes to neither side',
    )
    .option('--yes', 'ask nothing');
}

/** One more `field=property`. */
function withMap(text: string, known: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Say FIELD=PROPERTY.');
  return { ...known, [text.slice(0, at).trim()]: text.slice(at + 1).trim() };
}
