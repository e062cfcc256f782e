import { entryStatuses } from '../../domain/entry.ts';
import { isIdle } from '../../room/reachable.ts';
import type { AppState } from '../../room/state.ts';
import { ask, type Step, stay, toList, withDialog } from '../../room/step.ts';
import type { Action } from '../action.ts';
import { dialogOf } from '../dialog.ts';
import type { InvoicesDialog } from '../documentDialog.ts';
import { chosenEntries, daysOf, invoicedRepos, periodOf, periodsOf, queryOf } from '../invoices.ts';

const invoices = { group: 'Invoices', where: ['invoices'] } as const;

/** Time entries month by month, and an invoice out of them. */
export const invoiceActions: readonly Action[] = [
  {
    id: 'invoices',
    title: 'time entries and invoices',
    keys: ['i'],
    palette: 'everywhere',
    group: 'Workers',
    where: ['room'],
    enabled: ({ facts }) =>
      facts?.invoices !== undefined || 'Invoices are off: add "invoices" to .orch/config.json, then press R.',
    run: (state) =>
      stay(
        withDialog(state, {
          ...{ kind: 'invoices', period: null, repo: null, status: null, client: null },
          ...{ scroll: 0, pending: null, problem: null },
        }),
      ),
  },
  turning('earlier', 'the month before', ['h', 'left'], 1),
  turning('later', 'the month after', ['l', 'right'], -1),
  choosing('repo', 'only one repository, the next one, or all again', 'r', invoicedRepos),
  choosing('status', 'only what is pending, invoiced or paid, or all again', 'f', () => entryStatuses),
  choosing('client', 'for one client, the next one, or all again', 'w', clientNames),
  {
    ...invoices,
    id: 'invoice-export',
    title: 'write an invoice over what is shown, to print, beside the entries',
    hint: 'invoice',
    keys: ['x'],
    enabled: canExport,
    run: (state) =>
      onInvoices(state, (dialog) => {
        const query = { ...daysOf(periodOf(state, dialog)), ...queryOf(dialog) };
        return ask(state, 'saveInvoice', query, (next, pending) =>
          withDialog(next, { ...dialog, pending, problem: null }),
        );
      }),
  },
  {
    ...invoices,
    id: 'invoices-close',
    title: 'close',
    hint: 'close',
    keys: ['escape', 'q', 'i', 'ctrl-c'],
    run: (state) => stay(toList(state)),
  },
];

function turning(id: string, title: string, keys: readonly string[], by: -1 | 1): Action {
  return {
    ...invoices,
    id: `invoices-${id}`,
    title,
    ...(by > 0 && { hint: (state: AppState) => (periodsOf(state).length > 1 ? 'month' : null) }),
    keys,
    run: (state) =>
      onInvoices(state, (dialog) => {
        const periods = periodsOf(state);
        const at = periods.indexOf(periodOf(state, dialog)) + by;
        const period = periods[Math.max(0, Math.min(periods.length - 1, at))] ?? null;
        return stay(withDialog(state, { ...dialog, period, scroll: 0, problem: null }));
      }),
  };
}

/** One of several, in turns, and all of them after the last. */
function choosing<What extends 'repo' | 'status' | 'client'>(
  what: What,
  title: string,
  key: string,
  among: (state: AppState) => readonly NonNullable<InvoicesDialog[What]>[],
): Action {
  return {
    ...invoices,
    id: `invoices-${what}`,
    title,
    hint: (state) => (among(state).length > 1 ? what : null),
    keys: [key],
    run: (state) =>
      onInvoices(state, (dialog) => {
        const all = among(state);
        const now = dialog[what];
        const next = all[now === null ? 0 : all.indexOf(now) + 1] ?? null;
        return stay(withDialog(state, { ...dialog, [what]: next, scroll: 0, problem: null }));
      }),
  };
}

function clientNames({ facts }: AppState): readonly string[] {
  return facts?.invoices?.clients.map(({ name }) => name) ?? [];
}

function onInvoices(state: AppState, use: (dialog: InvoicesDialog) => Step): Step {
  const dialog = dialogOf(state);
  return dialog?.kind === 'invoices' ? use(dialog) : stay(state);
}

function canExport(state: AppState): true | string {
  const dialog = dialogOf(state);
  if (dialog?.kind !== 'invoices' || chosenEntries(state, dialog).length === 0)
    return 'There is nothing to invoice here.';
  if (dialog.client === null && clientNames(state).length > 1) return 'Say for which client: w.';
  return isIdle(state);
}
