import { parseDuration } from '../../core/amounts.ts';
import { entryStatuses, exportFormats, type InvoiceFacts } from '../../core/invoices.ts';
import { asksNothing, day } from '../../core/values.ts';
import { defineServed } from '../define.ts';

const period = {
  '--from <day>': { about: 'first day, yyyy-mm-dd', parse: day },
  '--to <day>': { about: 'last day, yyyy-mm-dd', parse: day },
  '--repo <name>': 'only of this repository',
  '--status <status>': { about: 'only these', oneOf: entryStatuses },
} as const;

/** All entries as they are now; `invoices_off`. */
const invoices = defineServed<InvoiceFacts>()({
  name: 'invoices',
  by: 'anyone',
  onForeignState: true,
  params: ({ nothing }) => nothing,
  handle: (services) => services.invoices.read(),
  verbs: [
    {
      usage: 'invoice',
      about: 'time entries and what they add up to',
      what: 'look at the invoices',
      options: period,
    },
    { usage: 'invoice show', about: 'the same as invoice', what: 'look at the invoices', options: period },
  ],
});

const addEntry = defineServed<{ id: string }>()({
  name: 'addEntry',
  by: 'person',
  what: 'enter time; its tool is report_progress',
  params: ({ entryDraft }) => entryDraft,
  handle: (services, draft) => services.invoices.add(draft),
  verbs: [
    {
      usage: 'invoice add <task>',
      about: 'add an entry',
      options: {
        '--time <text>': { about: 'such as 1h 30m', parse: parseDuration, required: true },
        '--repo <name>': { about: 'its repository', fallback: '' },
        '--worker <id>': { about: 'who worked', fallback: '' },
        '--date <day>': { about: 'yyyy-mm-dd; today unless told otherwise', parse: day },
        '--rate <amount>': 'for an hour, such as 80.00; as configured unless told otherwise',
      },
    },
  ],
});

const changeEntry = defineServed<{ id: string }>()({
  name: 'changeEntry',
  by: 'person',
  what: 'change the invoices',
  params: ({ entryChange }) => entryChange,
  handle: (services, change) => services.invoices.change(change),
  verbs: [
    {
      usage: 'invoice mark <status> <ids...>',
      about: 'entries become invoiced, or paid; that locks them',
      what: 'mark entries',
      values: { status: { oneOf: entryStatuses } },
    },
  ],
});

const giveEntryIds = defineServed<{ given: number }>()({
  name: 'giveEntryIds',
  by: 'person',
  what: 'change the invoices',
  params: ({ nothing }) => nothing,
  handle: (services) => services.invoices.giveIds(),
  verbs: [{ usage: 'invoice ids', about: 'give an id to every entry that has none', options: asksNothing }],
});

/** Brings all sums in the file to what the entries add up to. */
const correctTotals = defineServed<{ corrected: readonly number[] }>()({
  name: 'correctTotals',
  by: 'person',
  what: 'change the invoices',
  params: ({ nothing }) => nothing,
  handle: (services) => services.invoices.correctTotals(),
  verbs: [
    {
      usage: 'invoice totals',
      about: 'sums by status',
      by: 'anyone',
      what: 'look at the invoices',
      withOption: { name: 'write', by: 'person', what: 'change the invoices' },
      options: { ...period, '--write': 'bring the sums in the file to what its entries add up to' },
    },
  ],
});

const exportEntries = defineServed<{ text: string; entries: number }>()({
  name: 'exportEntries',
  by: 'anyone',
  onForeignState: true,
  params: ({ z, text, queried }) =>
    z.strictObject({ ...queried, format: z.enum(exportFormats), number: text.exactOptional() }),
  handle: (services, wanted) => services.invoices.export(wanted),
  verbs: [
    {
      usage: 'invoice export',
      about: 'entries as CSV or JSON, or an invoice to print',
      what: 'look at the invoices',
      options: {
        ...period,
        '--csv': 'comma-separated values',
        '--html': 'an invoice as one page',
        '--client <name>': 'whose entries, by the short name of the configuration',
        '--number <text>': 'of the invoice',
        '--out <file>': 'write it there; a file that exists is refused',
      },
    },
  ],
});

/** An invoice to print over these entries, in a new file beside them. */
const saveInvoice = defineServed<{ file: string; entries: number }>()({
  name: 'saveInvoice',
  by: 'person',
  what: 'write invoices',
  params: ({ entryQuery }) => entryQuery,
  handle: (services, query) => services.invoices.save(query),
});

export const invoiceCommands = [
  invoices,
  addEntry,
  changeEntry,
  giveEntryIds,
  correctTotals,
  exportEntries,
  saveInvoice,
] as const;
