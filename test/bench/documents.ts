/**
 * The documents' reading and writing, in milliseconds: `npm run bench:documents [-- rounds]`. A board and invoices of
 * 2,000 and 5,000 rows: reading one, and reading it, changing one cell and writing it. Medians of wall
 * time, in which the machine's load shows, and of processor time, garbage collection included.
 */
import { parseBoard } from '../../src/features/board/document/board.ts';
import { changeBoard } from '../../src/features/board/document/boardChange.ts';
import { changeInvoices } from '../../src/features/invoices/document/invoiceChange.ts';
import { parseInvoices } from '../../src/features/invoices/document/invoices.ts';

const rounds = Number(process.argv[2] ?? 31);
const reading = { currency: 'EUR' };

for (const rows of [2000, 5000]) {
  const board = boardOf(rows);
  const invoices = invoicesOf(rows);
  show(`board of ${rows}`, {
    read: () => parseBoard(board),
    'read and write': () =>
      changeBoard(parseBoard(board), [{ kind: 'change', card: { id: 'ORC-7' }, fields: { worker: 'sam' } }]),
  });
  show(`invoices of ${rows}`, {
    read: () => parseInvoices(invoices, reading),
    'read and write': () =>
      changeInvoices(
        parseInvoices(invoices, reading),
        [{ kind: 'change', entry: { id: 'T-7' }, fields: { minutes: 45 } }],
        reading,
      ),
  });
}

function show(what: string, runs: Readonly<Record<string, () => unknown>>): void {
  for (const [name, run] of Object.entries(runs)) {
    const times: number[] = [];
    const busy: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const [start, before] = [performance.now(), process.cpuUsage()];
      run();
      times.push(performance.now() - start);
      const { user, system } = process.cpuUsage(before);
      busy.push((user + system) / 1000);
    }
    console.log(`${what.padEnd(18)} ${name.padEnd(15)} wall ${median(times)}  processor ${median(busy)}`);
  }
}

function median(numbers: readonly number[]): string {
  const middle = [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0;
  return middle.toFixed(1).padStart(6);
}

function boardOf(rows: number): string {
  const line = (n: number) =>
    `| ORC-${n} | Task ${n} with a \\| and \`code\` | High | backend | worker-${n % 9} |\n`;
  const table = (from: number) =>
    `| ID | Task | Priority | Repo | Assignee |\n|----|------|----------|------|----------|\n${Array.from({ length: rows / 4 }, (_, n) => line(from + n)).join('')}`;
  const columns = ['To Do', 'In Progress', 'Review', 'Done'];
  return columns.map((column, at) => `## ${column}\n\n${table((at * rows) / 4)}`).join('\n');
}

function invoicesOf(rows: number): string {
  const line = (n: number) =>
    `| T-${n} | 2026-11-18 | Task ${n} | web/cart | 1h 30m | €80.00 | €120.00 | Pending |\n`;
  const head = '| ID | Date | Task | Worker | Time | Rate | Amount | Status |\n|--|--|--|--|--|--|--|--|\n';
  return `# Invoices\n\n${head}${Array.from({ length: rows }, (_, n) => line(n)).join('')}\nTotal: 0.00 EUR\n`;
}
