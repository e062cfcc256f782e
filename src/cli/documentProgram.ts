import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { type Column, parseColumn } from '../domain/board.ts';
import { parseDuration } from '../domain/duration.ts';
import { entryStatuses } from '../domain/entry.ts';
import { exportFormats } from '../domain/invoiceFacts.ts';
import type { Result } from '../domain/problem.ts';
import type { Output } from './output.ts';

type Describe = (parent: Command, usage: string, description: string) => Command;

/** Commands around the sprint board and the invoices. */
export function describeDocuments(out: Output, command: Describe, program: Command): void {
  describeBoard(out, command, program);
  describeInvoices(out, command, program);
}

function describeBoard(out: Output, command: Describe, program: Command): void {
  const board = command(program, 'board', 'the sprint board: cards by column').action(async () =>
    (await import('./board.ts')).showBoard(out),
  );
  command(board, 'show', 'the same').action(async () => (await import('./board.ts')).showBoard(out));
  withFields(command(board, 'add <text>', 'add a card'))
    .option('--column <column>', 'To Do, In Progress, Review or Done', column, 'To Do')
    .action(async (text, options) => (await import('./board.ts')).addCard(out, text, options));
  command(board, 'move <id>', 'move a card, named by its id or by :LINE')
    .argument('<column>', 'To Do, In Progress, Review or Done', column)
    .action(async (id, to) => (await import('./board.ts')).moveCard(out, id, to));
  withFields(command(board, 'edit <id>', 'change what a card says; an empty value clears it'))
    .option('--task <text>', 'its text')
    .action(async (id, options) => (await import('./board.ts')).editCard(out, id, options));
  command(board, 'ids', 'give an id to every card that has none')
    .option('--yes', 'ask nothing')
    .action(async (options) => (await import('./board.ts')).giveIds(out, options));
}

function withFields(command: Command): Command {
  return command
    .option('--repo <name>', 'its repository')
    .option('--worker <id>', 'who is on it')
    .option('--branch <name>', 'its branch')
    .option('--priority <word>', 'how urgent it is')
    .option('--pr <address>', 'its pull request')
    .option('--blockers <text>', 'what keeps it from going on')
    .option('--progress <text>', 'such as 60%')
    .option('--started <day>', 'yyyy-mm-dd')
    .option('--completed <day>', 'yyyy-mm-dd');
}

function describeInvoices(out: Output, command: Describe, program: Command): void {
  const invoice = withPeriod(command(program, 'invoice', 'time entries and what they add up to')).action(
    async (options) => (await import('./invoice.ts')).showEntries(out, options),
  );
  // Else it would take the options of its own commands; so must all above it leave them.
  program.enablePositionalOptions();
  invoice.enablePositionalOptions();
  withPeriod(command(invoice, 'show', 'the same')).action(async (options) =>
    (await import('./invoice.ts')).showEntries(out, options),
  );
  command(invoice, 'add <task>', 'add an entry')
    .requiredOption('--time <text>', 'such as 1h 30m', minutes)
    .option('--repo <name>', 'its repository', '')
    .option('--worker <id>', 'who worked', '')
    .option('--date <day>', 'yyyy-mm-dd; today unless told otherwise', day)
    .option('--rate <amount>', 'for an hour, such as 80.00; as configured unless told otherwise')
    .action(async (task, options) => (await import('./invoice.ts')).addEntry(out, task, options));
  command(invoice, 'mark', 'entries become invoiced, or paid; that locks them')
    .addArgument(new Argument('<status>').choices(entryStatuses))
    .argument('<ids...>')
    .action(async (status, ids) => (await import('./invoice.ts')).markEntries(out, status, ids));
  withPeriod(command(invoice, 'totals', 'sums by status'))
    .option('--write', 'bring the sums in the file to what its entries add up to')
    .action(async (options) => (await import('./invoice.ts')).showTotals(out, options));
  command(invoice, 'ids', 'give an id to every entry that has none')
    .option('--yes', 'ask nothing')
    .action(async (options) => (await import('./invoice.ts')).giveIds(out, options));
  withPeriod(command(invoice, 'export', 'entries as CSV or JSON, or an invoice to print'))
    .option('--csv', 'comma-separated values')
    .option('--html', 'an invoice as one page')
    .option('--client <name>', 'whose entries, by the short name of the configuration')
    .option('--number <text>', 'of the invoice')
    .option('--out <file>', 'write it there; a file that exists is refused')
    .action(async ({ csv = false, html = false, json = false, ...options }, self: Command) => {
      const [format, ...others] = exportFormats.filter((one) => ({ csv, html, json })[one]);
      if (!format || others.length > 0) self.error('say one of --csv, --json and --html');
      return (await import('./invoice.ts')).exportInvoice(out, format, options);
    });
}

function withPeriod(command: Command): Command {
  return command
    .option('--from <day>', 'first day, yyyy-mm-dd', day)
    .option('--to <day>', 'last day, yyyy-mm-dd', day)
    .option('--repo <name>', 'only of this repository')
    .addOption(new Option('--status <status>', 'only these').choices(entryStatuses));
}

function column(text: string): Column {
  return valid(parseColumn(text));
}

function minutes(text: string): number {
  return valid(parseDuration(text));
}

function valid<T>(parsed: Result<T>): T {
  if (parsed.ok) return parsed.value;
  throw new InvalidArgumentError([parsed.problem.message, parsed.problem.hint].join(' '));
}

function day(text: string): string {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text)
    throw new InvalidArgumentError('A day such as 2026-11-22 is wanted.');
  return text;
}
