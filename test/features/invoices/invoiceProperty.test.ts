import { describe, expect, it } from 'vitest';
import { amountOf, formatCents } from '../../../src/core/amounts.ts';
import { splitLines } from '../../../src/documents/markdown.ts';
import { changeInvoices, type InvoiceChange } from '../../../src/features/invoices/document/invoiceChange.ts';
import { type Invoices, parseInvoices } from '../../../src/features/invoices/document/invoices.ts';
import { type Random, randomOf } from '../../support/random.ts';

const rounds = Number(process.env.ORCH_DOCUMENT_ROUNDS ?? 500);
const reading = { currency: 'EUR' };

/** Invoices in one of the common forms, with sums that may be wrong and rows that may be damaged. */
function randomInvoices(random: Random): string {
  const lines = [
    '# Invoices',
    '',
    ...random.pick([[], ['Currency: EUR', '']]),
    random.pick(['## November 2026', '## Entries']),
    '',
  ];
  const hasId = random.isTrue();
  const sign = random.pick(['', '€', 'EUR ']);
  const header = [
    ...(hasId ? ['ID'] : []),
    'Date',
    random.pick(['Task', 'Description']),
    random.pick(['Worker', 'Assignee']),
    random.pick(['Hours', 'Time']),
    'Rate',
    'Amount',
    'Status',
    ...random.pick([[], ['Notes']]),
  ];
  lines.push(`| ${header.join(' | ')} |`, `|${header.map(() => random.pick(['---', '---:'])).join('|')}|`);
  const count = random.below(6);
  for (let n = 0; n < count; n++) {
    const [minutes, rate] = [random.below(600), random.below(20_000)];
    const cells = [
      ...(hasId ? [`T-${n}`] : []),
      `2026-11-${10 + n}`,
      random.pick([`task ${n}`, `a \\| b ${n}`, `🚀 ${n}`]),
      random.pick(['`web/cart`', 'sam', '-']),
      random.pick([
        `${minutes} min`,
        `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`,
        `${Math.floor(minutes / 60)}h ${minutes % 60}m`,
        '1 day',
        '-1h',
      ]),
      sign + formatCents(rate, 2) + random.pick(['', '/h']),
      random.pick([
        sign + formatCents(amountOf(minutes, rate), 2),
        sign + formatCents(amountOf(minutes, rate), 2),
        '-',
        '12.345',
        `${sign}500.00`,
      ]),
      random.pick(['Pending', 'pending', '⏳ Pending', 'Invoiced', '✅ Paid']),
      ...(header.at(-1) === 'Notes' ? ['x'] : []),
    ];
    lines.push(`| ${(random.below(12) === 0 ? cells.slice(1) : cells).join(' | ')} |`);
  }
  if (random.isTrue()) lines.push(`| **Total** ${'| '.repeat(header.length - 1)}|`);
  lines.push(
    '',
    ...random.pick([
      ['Total: 12.00 EUR', ''],
      [`**Total pending:** ${sign}0.00`, 'Total hours: 3h 10m', ''],
      [],
    ]),
  );
  const end = random.pick(['\n', '\r\n']);
  return random.pick(['', '\ufeff']) + lines.join(end).trimEnd() + random.pick(['', end]);
}

function apply(invoices: Invoices, change: InvoiceChange | null) {
  const result = changeInvoices(invoices, change ? [change] : [], reading);
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

describe('on random invoices', () => {
  it('sums alone change without a change, and add up afterwards to the last cent', () => {
    for (let seed = 1; seed <= rounds; seed++) {
      const before = parseInvoices(randomInvoices(randomOf(seed)), reading);
      const { invoices } = apply(before, null);
      const sums = new Set(before.totals.map(({ line }) => line - 1));
      const others = ({ file }: Invoices) => file.lines.filter((_, at) => !sums.has(at));
      expect(others(invoices), `seed ${seed}`).toEqual(others(before));
      expect(
        invoices.totals.filter(({ flaw }) => flaw !== null),
        `seed ${seed}`,
      ).toEqual([]);
      const exact = before.rows.reduce((sum, { entry }) => sum + BigInt(entry?.amountCents ?? 0), 0n);
      for (const { kind, value, line } of invoices.totals)
        if (kind === 'amount' && !/pending/i.test(invoices.file.lines[line - 1]?.text ?? ''))
          expect(BigInt(value)).toBe(exact);
      expect(apply(invoices, null).invoices.file.text).toBe(invoices.file.text);
    }
  });

  it('a changed time changes its line and sums, and nothing that is locked', () => {
    let tried = 0;
    for (let seed = 1; seed <= rounds; seed++) {
      const random = randomOf(seed + 1_000_000);
      const before = parseInvoices(randomInvoices(random), reading);
      const rows = before.rows.filter(({ entry }) => entry !== null);
      if (rows.length === 0) continue;
      const row = random.pick(rows);
      const minutes = random.below(2000);
      const { invoices, outcomes } = apply(before, {
        kind: 'change',
        entry: { line: row.line, task: row.task },
        fields: { minutes },
      });
      const after = invoices.rows.find(({ line }) => line === row.line)?.entry;
      expect(invoices, `seed ${seed}`).toEqual(parseInvoices(invoices.file.text, reading));
      if (row.entry?.status !== 'pending') {
        expect(outcomes).toMatchObject([{ ok: false, problem: { code: 'entry_locked' } }]);
        expect(after, `seed ${seed}`).toEqual(row.entry);
        continue;
      }
      tried++;
      const amountCents = amountOf(minutes, row.entry.rateCents);
      expect(after, `seed ${seed}: ${invoices.file.lines[row.line - 1]?.text}`).toEqual({
        ...row.entry,
        minutes,
        amountCents,
        source: 'edited',
      });
      const mine = new Set([row.line, ...before.totals.map(({ line }) => line)]);
      const others = (text: string) => splitLines(text).filter((_, at) => !mine.has(at + 1));
      expect(others(invoices.file.text), `seed ${seed}`).toEqual(others(before.file.text));
    }
    expect(tried).toBeGreaterThan(rounds / 5);
  });

  it('a new entry adds one line and is read again', () => {
    for (let seed = 1; seed <= rounds; seed++) {
      const random = randomOf(seed + 2_000_000);
      const before = parseInvoices(randomInvoices(random), reading);
      const [minutes, rateCents] = [random.below(3000), random.below(20_000)];
      const entry = {
        id: 'T-new',
        worker: 'web/new',
        repo: '',
        task: 'new | 🚀',
        date: '2026-11-29',
        minutes,
        rateCents,
        amountCents: amountOf(minutes, rateCents),
        currency: 'EUR',
        status: 'pending' as const,
        source: 'measured' as const,
      };
      const { invoices, outcomes } = apply(before, { kind: 'add', entry });
      expect(outcomes, `seed ${seed}`).toMatchObject([{ ok: true }]);
      expect(invoices.file.lines).toHaveLength(before.file.lines.length + 1);
      const { id: _, source: __, ...told } = entry;
      expect(invoices.rows.find(({ task }) => task === entry.task)?.entry, `seed ${seed}`).toMatchObject(
        told,
      );
    }
  });
});
