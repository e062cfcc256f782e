import { resolve } from 'node:path';
import { currencyDigits } from '../core/amounts.ts';
import type { BoardConfig } from '../core/board.ts';
import type { InvoiceClient, InvoiceConfig, InvoiceParty } from '../core/invoices.ts';
import { type Result, success } from '../lib/result.ts';
import type { StoredConfig } from './schema.ts';

type StoredInvoices = NonNullable<StoredConfig['invoices']>;
type StoredParty = NonNullable<StoredInvoices['from']>;

/** Returns the board's settings; false where it is turned off. A missing file means an empty board. */
export function resolveBoard(root: string, stored: StoredConfig['board'] = {}): BoardConfig | false {
  if (stored === false) return false;
  const { file = 'SPRINT_BOARD.md', prefix = null, autoAdd = false } = stored;
  return { file: resolve(root, file), prefix, autoAdd };
}

/** @returns null where nothing is configured; `bad_currency` */
export function resolveInvoices(
  root: string,
  stored: StoredConfig['invoices'],
): Result<InvoiceConfig | null> {
  if (!stored) return success(null);
  const digits = currencyDigits(stored.currency);
  if (!digits.ok) return digits;
  const { file = 'INVOICES.md', currency, rate = 0, time = 'measured', hoursPerDay = 8, from } = stored;
  const { hour = 0, repos = {}, tasks = {}, workers = {} } = typeof rate === 'number' ? { hour: rate } : rate;
  const clients = Object.entries(stored.clients ?? {}).map(([name, client]) => [name, clientOf(client)]);
  return success({
    ...{ file: resolve(root, file), currency, time, rates: { hour, repos, tasks, workers } },
    day: Math.round(hoursPerDay * 60),
    ...(from && { from: partyOf(from) }),
    clients: Object.fromEntries(clients),
    notes: stored.notes ?? [],
  });
}

function partyOf({ name, lines = [] }: StoredParty): InvoiceParty {
  return { name, lines };
}

function clientOf({ repos, ...party }: NonNullable<StoredInvoices['clients']>[string]): InvoiceClient {
  return { ...partyOf(party), ...(repos && { repos }) };
}
