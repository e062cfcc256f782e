import { renderToStaticMarkup } from 'react-dom/server';
import { formatClock, formatMoney } from '../../../core/amounts.ts';
import { type InvoiceParty, sumOf } from '../../../core/invoices.ts';
import type { WrittenEntry } from '../document/entries.ts';

interface InvoicePaper {
  /** As printed, such as `2026-014`. */
  readonly number: string;
  /** `yyyy-mm-dd`. */
  readonly date: string;
  readonly due?: string;
  readonly period: { readonly from: string; readonly to: string };
  readonly from: InvoiceParty;
  readonly client: InvoiceParty;
  readonly entries: readonly WrittenEntry[];
  /** Below the sum: payment terms, account, a remark on taxes. */
  readonly notes?: readonly string[];
  readonly title?: string;
}

/**
 * Renders a page to print or save as PDF: entries by day, grouped by repository and task, each group's time
 * and amount, and the sum, one per currency. Times are hours and minutes, which can be checked against the
 * amounts; rounded hours cannot. It loads nothing and runs nothing; every text is escaped.
 */
export function printInvoice(paper: InvoicePaper): string {
  return `<!doctype html>\n${renderToStaticMarkup(<InvoicePage {...paper} />)}\n`;
}

function InvoicePage({
  title = 'Invoice',
  number,
  date,
  due,
  period,
  from,
  client,
  entries,
  notes = [],
}: InvoicePaper) {
  const { minutes, amounts } = sumOf(entries);
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta httpEquiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} ${number}`}</title>
        <style>{invoiceStyle}</style>
      </head>
      <body>
        <header>
          <PartyLines {...from} />
          <h1>{title}</h1>
        </header>
        <section className="facts">
          <PartyLines {...client} />
          <dl>
            <Fact name="Number" value={number} />
            <Fact name="Date" value={date} />
            {due !== undefined && <Fact name="Due" value={due} />}
            <Fact name="Period" value={`${period.from} – ${period.to}`} />
          </dl>
        </section>
        <table>
          <thead>
            <tr>
              <th>Task</th>
              <th>Date</th>
              <th className="number">Hours</th>
              <th className="number">Rate</th>
              <th className="number">Amount</th>
            </tr>
          </thead>
          {groupsOf(entries).map((group) => (
            <RepoGroup key={group.repo} {...group} />
          ))}
          <tfoot>
            {Object.entries(amounts).map(([currency, cents], at) => (
              <tr key={currency} className="sum">
                <th colSpan={2}>Total</th>
                <td className="number">{at === 0 ? formatClock(minutes) : ''}</td>
                <td />
                <td className="number">{formatMoney(cents, currency)}</td>
              </tr>
            ))}
          </tfoot>
        </table>
        {notes.length > 0 && (
          <footer>
            {notes.map((note) => (
              <p key={note}>{note}</p>
            ))}
          </footer>
        )}
      </body>
    </html>
  );
}

function PartyLines({ name, lines }: InvoiceParty) {
  return (
    <address>
      <strong>{name}</strong>
      {lines.map((line) => (
        <span key={line}>{line}</span>
      ))}
    </address>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function RepoGroup({ repo, lines, sum: { minutes, amounts } }: Group) {
  const money = Object.entries(amounts).map(([currency, cents]) => formatMoney(cents, currency));
  return (
    <tbody>
      <tr className="repo">
        <th colSpan={2}>{repo === '' ? 'Other work' : repo}</th>
        <td className="number">{formatClock(minutes)}</td>
        <td />
        <td className="number">{money.join(' + ')}</td>
      </tr>
      {lines.map((line) => (
        <tr key={`${line.task} ${line.currency} ${line.rateCents}`}>
          <td>{line.task}</td>
          <td className="days">{line.days}</td>
          <td className="number">{formatClock(line.minutes)}</td>
          <td className="number">{line.rateCents === 0 ? '' : formatMoney(line.rateCents, line.currency)}</td>
          <td className="number">{formatMoney(line.amountCents, line.currency)}</td>
        </tr>
      ))}
    </tbody>
  );
}

type Group = ReturnType<typeof groupsOf>[number];

/**
 * Groups entries into one line for each task and rate: amounts are summed, never recomputed, so that they
 * add up to the cent.
 */
function groupsOf(entries: readonly WrittenEntry[]) {
  const byDay = entries.toSorted((one, other) => one.date.localeCompare(other.date));
  return [...Map.groupBy(byDay, ({ repo }) => repo)].map(([repo, ofRepo]) => ({
    repo,
    sum: sumOf(ofRepo),
    lines: [
      ...Map.groupBy(ofRepo, (entry) =>
        JSON.stringify([entry.task, entry.currency, entry.rateCents]),
      ).values(),
    ].map(taskLine),
  }));
}

function taskLine(entries: readonly WrittenEntry[]) {
  const [first] = entries;
  const dates = entries
    .map(({ date }) => date)
    .filter((date) => date !== '')
    .sort();
  const [from = '', last = ''] = [dates[0], dates.at(-1)];
  const to = from.slice(0, 4) === last.slice(0, 4) ? last.slice(5) : last;
  return {
    task: first?.task ?? '',
    days: from === last ? from : `${from} – ${to}`,
    minutes: entries.reduce((sum, { minutes }) => sum + minutes, 0),
    rateCents: first?.rateCents ?? 0,
    amountCents: entries.reduce((sum, { amountCents }) => sum + amountCents, 0),
    currency: first?.currency ?? '',
  };
}

/** Styles for paper first: A4, black on white, rows that do not break and a header on each page. */
const invoiceStyle = `
@page { size: A4; margin: 20mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt system-ui, sans-serif; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 174mm; color: #111; background: #fff; font: 10pt/1.45 system-ui, sans-serif; }
header::after, .facts::after { content: ""; display: block; clear: both; }
header { margin-bottom: 14mm; }
header > address, .facts > address { float: left; max-width: 90mm; }
h1, dl { float: right; }
h1 { margin: 0; font-size: 20pt; font-weight: 600; }
address { font-style: normal; }
address > * { display: block; overflow-wrap: anywhere; }
.facts { margin-bottom: 12mm; }
dl { display: table; margin: 0; }
dl div { display: table-row; }
dt, dd { display: table-cell; }
dt { padding-right: 8mm; color: #555; }
dd { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 1.6mm 2mm; text-align: left; vertical-align: top; }
th:first-child { width: 45%; }
td:first-child { overflow-wrap: anywhere; white-space: pre-line; }
thead { display: table-header-group; }
thead th { border-bottom: 0.5mm solid #111; font-weight: 600; }
tbody td { border-bottom: 0.2mm solid #ddd; }
tr { break-inside: avoid; }
.repo { break-after: avoid; }
.repo th, .repo td { padding-top: 4mm; border: 0; font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.days { white-space: nowrap; color: #555; }
tfoot { display: table-row-group; }
.sum th, .sum td { border-top: 0.5mm solid #111; font-weight: 700; }
footer { margin-top: 12mm; color: #333; }
footer p { margin: 0 0 2mm; white-space: pre-line; }
@media screen { body { padding: 12mm 0; } }
`;
