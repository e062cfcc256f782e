import { join } from 'node:path';
import type { SyncTable } from '../../core/notion.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { type Notion, openNotion } from '../../notion/client.ts';
import { findToken } from '../../notion/credentials.ts';
import type { LocalTable } from '../../notion/row.ts';
import { boardTable, invoiceTable, type TableSpec } from '../../notion/tables.ts';
import { type GivenToken, isToken, Token } from '../../notion/token.ts';
import { resolveBoard } from '../config/documentConfig.ts';
import type { BoardDesk, DocumentWorld } from '../documents/boardDesk.ts';
import type { InvoiceDesk } from '../documents/invoiceDesk.ts';
import { BoardTable } from './boardTable.ts';
import { InvoiceTable } from './invoiceTable.ts';

/** What is needed to talk to Notion, and to the documents that are synced with it. */
export interface NotionWorld extends DocumentWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly board: BoardDesk;
  readonly invoices: InvoiceDesk;
}

export const specs: Readonly<Record<SyncTable, TableSpec>> = { board: boardTable, invoices: invoiceTable };

/** Bases, intents and conflicts; no secret. */
export function notionFolder(root: string): string {
  return join(root, '.orch', 'notion');
}

/** @param lent by a client; without it the one that was kept */
export async function tokenFor({ env }: NotionWorld, lent: GivenToken | undefined): Promise<Result<Token>> {
  if (lent)
    return isToken(lent.token)
      ? success(new Token(lent.token, lent.source))
      : failure('notion_token', `${lent.source} is no token of Notion.`, 'It begins with ntn_ or secret_.');
  const found = await findToken({ env });
  if (!found.ok) return found;
  return found.value ? success(found.value) : failure('notion_token', 'There is no token.', connectHint);
}

export const connectHint = 'Connect first: orch-tui notion connect';

export async function openFor(
  world: NotionWorld,
  lent: GivenToken | undefined,
  signal?: AbortSignal,
): Promise<Result<Notion>> {
  const token = await tokenFor(world, lent);
  if (!token.ok) return token;
  return openNotion({ token: token.value, baseUrl: world.env.ORCH_NOTION_URL, signal });
}

/** The document of a table; `board_off` or `invoices_off` where it is left alone. */
export function localTable(world: NotionWorld, table: SyncTable): Result<LocalTable> {
  const { root, board, invoices } = world.state().config;
  if (table === 'invoices')
    return invoices
      ? success(new InvoiceTable(world.invoices, invoices))
      : failure('invoices_off', 'Invoices are off.', 'Say "invoices" in .orch/config.json.');
  const config = board ?? resolveBoard(root, board);
  return config
    ? success(new BoardTable(world.board, config.prefix))
    : failure('board_off', 'The board is off: "board" is false in .orch/config.json.');
}
