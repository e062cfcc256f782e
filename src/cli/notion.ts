import { counted } from '../app/text/words.ts';
import type {
  NotionPlaces,
  NotionProposal,
  SyncChoice,
  SyncConflict,
  SyncOutcome,
  SyncTable,
} from '../domain/notionFacts.ts';
import { askHidden, askYes, canAsk, readInput } from './ask.ts';
import { columns } from './describe.ts';
import { demand, type Output, refuse } from './output.ts';
import { refuseInsideWorker, withController } from './session.ts';

/** Commands around Notion. */

interface ConnectOptions extends NotionPlaces {
  readonly tokenStdin?: boolean;
  readonly yes?: boolean;
}

/** `notion connect`: shows what would be synced with what, and does it after a yes. */
export async function connect(
  out: Output,
  { tokenStdin, yes = false, ...places }: ConnectOptions,
): Promise<void> {
  refuseInsideWorker('connect to Notion');
  const { board, invoices, page } = places;
  const where = { ...(board && { board }), ...(invoices && { invoices }), ...(page && { page }) };
  await withController('.', async (call) => {
    const token = await newToken(out, tokenStdin === true, yes, async () => {
      const { token: known } = demand(await call('notionStatus', {}));
      return known !== null;
    });
    const wish = { ...where, ...token };
    const { integration, proposals } = demand(await call('proposeNotion', wish));
    out.say([`Notion knows us as ${integration}.`, ...proposals.map(proposalText)].join('\n\n'));
    if (!yes) {
      if (!canAsk(out))
        refuse('yes_required', 'Connecting changes Notion and the configuration.', 'Say --yes.');
      if (!(await askYes('Connect?'))) refuse('not_confirmed', 'Nothing was changed.');
    }
    const done = demand(await call('connectNotion', wish));
    out.result(
      { integration, tables: done.proposals, token: done.token },
      'Connected. Bring both sides together: orch-tui sync --dry-run',
    );
  });
}

/** A token of the environment is used and not kept; one that is typed is. */
async function newToken(
  out: Output,
  fromInput: boolean,
  yes: boolean,
  isKnown: () => Promise<boolean>,
): Promise<{ token?: string; keep?: boolean }> {
  if (fromInput) return { token: (await readInput()).trim(), keep: true };
  const given = ownToken();
  if (given.token !== undefined || (await isKnown())) return given;
  if (yes || !canAsk(out))
    refuse('notion_token', 'There is no token.', 'Set NOTION_TOKEN, or say --token-stdin.');
  const typed = await askHidden('Token of the integration (it is not shown): ');
  return { token: typed, keep: true };
}

/** Of this command's environment: the controller may have been started without it. */
function ownToken(): { token?: string } {
  const token = (process.env.NOTION_TOKEN ?? process.env.NOTION_API_KEY)?.trim();
  return token ? { token } : {};
}

function proposalText({ table, fields, notes }: NotionProposal): string {
  const rows = fields.map(({ field, property }) => [`  ${field}`, property]);
  return [table, ...(rows.length === 0 ? [] : [columns(rows)]), ...notes.map((note) => `  ! ${note}`)].join(
    '\n',
  );
}

export async function showStatus(out: Output): Promise<void> {
  await withController('.', async (call) => {
    const status = demand(await call('notionStatus', ownToken()));
    const { token, integration, tables, pending, conflicts, problems } = status;
    const lines = [
      token === null ? 'No token.' : `Token from ${token.source}, ending in …${token.lastFour}`,
      ...(integration === null ? [] : [`Notion knows us as ${integration}.`]),
      tables.length === 0
        ? 'Nothing is connected: orch-tui notion connect'
        : `Connected: ${tables.join(', ')}`,
      `${counted(pending, 'row')} to sync, ${counted(conflicts, 'conflict')}`,
      ...problems.map(({ message, hint }) => `! ${message}${hint === undefined ? '' : ` ${hint}`}`),
    ];
    out.result(status, lines.join('\n'));
  });
}

/** `sync`: exits 1 when a table could not be synced at all; single rows that could not are named. */
export async function runSync(
  out: Output,
  table: SyncTable | undefined,
  {
    dryRun = false,
    allowMassDelete = false,
  }: { readonly dryRun?: boolean; readonly allowMassDelete?: boolean },
): Promise<void> {
  refuseInsideWorker('sync');
  await withController('.', async (call) => {
    const wish = { dryRun, allowMassDelete, ...(table && { tables: [table] }), ...ownToken() };
    const cancel = () => void call('cancelSync', {});
    process.once('SIGINT', cancel);
    try {
      const outcome = demand(await call('sync', wish));
      out.result({ ...outcome, dryRun }, outcomeText(outcome, dryRun));
    } finally {
      process.off('SIGINT', cancel);
    }
  });
}

function outcomeText(
  { created, updated, pulled, conflicts, problems, wanted }: SyncOutcome,
  dry: boolean,
): string {
  const would = dry ? 'would be ' : '';
  return [
    `${counted(created, 'page')} ${would}made, ${updated} ${would}changed, ${counted(pulled, 'row')} ${would}brought here`,
    ...conflicts.map((conflict) => `? ${conflictText(conflict)}`),
    ...problems.map(({ message, hint }) => `! ${message}${hint === undefined ? '' : ` ${hint}`}`),
    ...wanted.map((task) => `+ a worker is wanted for: ${task}`),
  ].join('\n');
}

function conflictText({ id, field, base, ours, theirs }: SyncConflict): string {
  return `${id} ${field}: ${value(base)} became ${value(ours)} here and ${value(theirs)} in Notion`;
}

function value(of: string | number | null): string {
  return of === null ? 'nothing' : JSON.stringify(of);
}

export async function showConflicts(out: Output): Promise<void> {
  await withController('.', async (call) => {
    const conflicts = demand(await call('syncConflicts', {}));
    const lines = conflicts.map((one) => `${conflictText(one)}${one.isDecided ? ' (decided: sync)' : ''}`);
    const hint = conflicts.some(({ isDecided }) => !isDecided)
      ? ['Decide: orch-tui sync resolve ID FIELD mine|theirs, or --value TEXT']
      : [];
    out.result(conflicts, lines.length === 0 ? 'No conflicts.' : [...lines, ...hint].join('\n'));
  });
}

export async function resolveConflict(
  out: Output,
  id: string,
  field: string,
  side: string | undefined,
  { value: text }: { readonly value?: string },
): Promise<void> {
  refuseInsideWorker('decide conflicts');
  await withController('.', async (call) => {
    const known = demand(await call('syncConflicts', {})).find((one) => one.id === id && one.field === field);
    const choice = choiceOf(side, text, known);
    const resolved = demand(await call('resolveSync', { id, field, choice }));
    out.result(resolved, `${id} ${field} is decided; the next sync does it.`);
  });
}

/** Numbers, such as minutes and cents, are whole ones. */
function choiceOf(
  side: string | undefined,
  text: string | undefined,
  known: SyncConflict | undefined,
): SyncChoice {
  if (text === undefined && (side === 'mine' || side === 'theirs')) return side;
  if (text === undefined || side !== undefined) refuse('usage', 'Say mine, theirs, or --value TEXT.');
  const isNumber = typeof known?.ours === 'number' || typeof known?.theirs === 'number';
  if (isNumber && !/^\d{1,12}$/.test(text)) refuse('bad_choice', 'A whole number is wanted.');
  return { edited: text === '' ? null : isNumber ? Number(text) : text };
}
