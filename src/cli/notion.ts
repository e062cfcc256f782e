import type { NotionProposal, NotionWish } from '../core/notion.ts';
import { suggestionText } from '../features/notion/words.ts';
import type { GivenToken } from '../notion/token.ts';
import { counted } from '../ui/words.ts';
import { askHidden, canAsk, demandYes, readInput } from './ask.ts';
import { columns } from './describe/rows.ts';
import { lendToken } from './lendToken.ts';
import { demand, type Output, refuse } from './output.ts';
import { withController } from './session.ts';

/** Commands around the connection to Notion; `own` is the token of the shell. */

interface ConnectOptions extends Omit<NotionWish, 'wantedStatus'> {
  readonly wanted?: string;
  readonly tokenStdin?: boolean;
  readonly yes?: boolean;
}

/** `notion connect`: shows what would be synced with what, and does it after a yes. */
export async function connect(
  out: Output,
  own: GivenToken | null,
  { tokenStdin, yes = false, ...options }: ConnectOptions,
): Promise<void> {
  const wish = wishOf(options);
  await withController('.', async (call) => {
    const isKnown = async () => demand(await call('notionStatus', {})).token !== null;
    const typed = tokenStdin ? await readInput() : own || (await isKnown()) ? null : await askToken(out, yes);
    await lendToken(call, typed === null ? own : { token: typed.trim(), source: 'What was given' });
    const { integration, proposals } = demand(await call('proposeNotion', wish));
    out.say([`Notion knows us as ${integration}.`, ...proposals.map(proposalText)].join('\n\n'));
    if (!yes) out.say(mapHint);
    await demandYes(out, yes, 'Connect?');
    // A token of the environment is used and not kept; one that was typed is.
    const done = demand(await call('connectNotion', { ...wish, keep: typed !== null }));
    out.result(
      { integration, tables: done.proposals, token: done.token },
      'Connected. Bring both sides together: orch-tui sync --dry-run',
    );
  });
}

function wishOf({ board, invoices, page, map = {}, wanted, comment }: ConnectOptions): NotionWish {
  return {
    ...{ ...(board && { board }), ...(invoices && { invoices }), ...(page && { page }) },
    ...(Object.keys(map).length > 0 && { map }),
    ...(wanted && { wantedStatus: wanted }),
    ...(comment && { comment }),
  };
}

async function askToken(out: Output, yes: boolean): Promise<string> {
  if (yes || !canAsk(out))
    refuse('notion_token', 'There is no token.', 'Set NOTION_TOKEN, or say --token-stdin.');
  const typed = await askHidden('Token of the integration (it is not shown): ');
  return typed ?? refuse('not_confirmed', 'Nothing was changed.');
}

const mapHint = '\nTo have a field held by another property: --map FIELD=PROPERTY';

function proposalText({ table, fields, notes }: NotionProposal): string {
  const rows = fields.map(({ field, property }) => [`  ${field}`, property]);
  return [table, ...(rows.length === 0 ? [] : [columns(rows)]), ...notes.map((note) => `  ! ${note}`)].join(
    '\n',
  );
}

export async function showStatus(out: Output, own: GivenToken | null): Promise<void> {
  await withController('.', async (call) => {
    await lendToken(call, own);
    const status = demand(await call('notionStatus', {}));
    const { token, integration, tables, pending, suggestion, conflicts, problems } = status;
    const lines = [
      token === null ? 'No token.' : `Token from ${token.source}, ending in …${token.lastFour}`,
      ...(integration === null ? [] : [`Notion knows us as ${integration}.`]),
      tables.length === 0
        ? 'Nothing is connected: orch-tui notion connect'
        : `Connected: ${tables.join(', ')}`,
      `${counted(pending, 'row')} to sync, ${counted(conflicts, 'conflict')}`,
      ...(suggestion ? [`${suggestionText(suggestion, pending)}: orch-tui sync`] : []),
      ...problems.map(({ message, hint }) => `! ${message}${hint === undefined ? '' : ` ${hint}`}`),
    ];
    out.result(status, lines.join('\n'));
  });
}
