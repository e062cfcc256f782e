import { resolve } from 'node:path';
import type { BoardConfig, InvoiceClient, InvoiceConfig, InvoiceParty } from '../../domain/documentConfig.ts';
import { currencyDigits } from '../../domain/money.ts';
import { type Result, success } from '../../domain/problem.ts';

/** `board` and `invoices` of `.orch/config.json`. Paths are relative to the workspace. */
export interface StoredDocuments {
  board?: false | { file?: string; prefix?: string; autoAdd?: boolean };
  invoices?: {
    file?: string;
    currency: string;
    rate?: number | { hour?: number; repos?: StoredRates; tasks?: StoredRates; workers?: StoredRates };
    time?: InvoiceConfig['time'];
    hoursPerDay?: number;
    from?: StoredParty;
    clients?: { [name: string]: StoredParty & { repos?: string[] } };
    notes?: string[];
  };
}

interface StoredRates {
  [name: string]: number;
}

interface StoredParty {
  name: string;
  lines?: string[];
}

const cents = { type: 'integer', minimum: 0, maximum: 100_000_000 } as const;
const centsByName = { type: 'object', additionalProperties: cents } as const;
const texts = { type: 'array', items: { type: 'string', maxLength: 1000 }, maxItems: 50 } as const;
const party = { name: { type: 'string', minLength: 1, maxLength: 1000 }, lines: texts } as const;
const fileName = { type: 'string', minLength: 1, pattern: '^[^\\0]*$' } as const;

export const documentSchema = {
  board: {
    anyOf: [
      { type: 'boolean', const: false },
      {
        type: 'object',
        additionalProperties: false,
        properties: {
          file: fileName,
          prefix: { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9]{0,15}$' },
          autoAdd: { type: 'boolean' },
        },
      },
    ],
  },
  invoices: {
    type: 'object',
    additionalProperties: false,
    required: ['currency'],
    properties: {
      file: fileName,
      currency: { type: 'string' },
      rate: {
        anyOf: [
          cents,
          {
            type: 'object',
            additionalProperties: false,
            properties: { hour: cents, repos: centsByName, tasks: centsByName, workers: centsByName },
          },
        ],
      },
      time: { type: 'string', enum: ['measured', 'claim'] },
      hoursPerDay: { type: 'number', exclusiveMinimum: 0, maximum: 24 },
      from: { type: 'object', properties: party, required: ['name'] },
      clients: {
        type: 'object',
        additionalProperties: {
          type: 'object',
          properties: { ...party, repos: texts },
          required: ['name'],
        },
      },
      notes: texts,
    },
  },
} as const;

/** The board unless it was turned off: without a file there is none to see. */
export function resolveBoard(root: string, stored: StoredDocuments['board'] = {}): BoardConfig | false {
  if (stored === false) return false;
  const { file = 'SPRINT_BOARD.md', prefix = null, autoAdd = false } = stored;
  return { file: resolve(root, file), prefix, autoAdd };
}

/** @returns null where nothing is configured; `bad_currency` */
export function resolveInvoices(
  root: string,
  stored: StoredDocuments['invoices'],
): Result<InvoiceConfig | null> {
  if (!stored) return success(null);
  const digits = currencyDigits(stored.currency);
  if (!digits.ok) return digits;
  const { file = 'INVOICES.md', currency, rate = 0, time = 'measured', hoursPerDay, from } = stored;
  const { hour = 0, repos = {}, tasks = {}, workers = {} } = typeof rate === 'number' ? { hour: rate } : rate;
  const clients = Object.entries(stored.clients ?? {}).map(([name, client]) => [name, clientOf(client)]);
  return success({
    ...{ file: resolve(root, file), currency, time, rates: { hour, repos, tasks, workers } },
    ...(hoursPerDay !== undefined && { day: Math.round(hoursPerDay * 60) }),
    ...(from && { from: partyOf(from) }),
    clients: Object.fromEntries(clients),
    notes: stored.notes ?? [],
  });
}

function partyOf({ name, lines = [] }: StoredParty): InvoiceParty {
  return { name, lines };
}

function clientOf({ repos, ...party }: StoredParty & { repos?: string[] }): InvoiceClient {
  return { ...partyOf(party), ...(repos && { repos }) };
}
