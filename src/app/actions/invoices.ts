import type { Action } from '../action.ts';
import type { InvoicesDialog } from '../documentDialog.ts';
import { daysOf, entriesOf, periodOf, periodsOf } from '../invoices.ts';
import { type AppState, dialogOf } from '../state.ts';
import { ask, type Step, stay, toList, withDialog } from '../step.ts';
import { isIdle } from './card.ts';
import { isReachable } from './reachable.ts';

const invoices = { group: 'Invoices', where: ['invoices'] } as const;

/** Time entries month by month, and an invoice out of them. */
export const invoiceActions: readonly Action[] = [
  {
    id: 'invoices',
    title: 'time entries and invoices',
    keys: ['i'],
    group: 'Workers',
    where: ['room'],
    enabled: ({ facts }) =>
      facts?.invoices !== undefined || 'Invoices are off: say "invoices" in .orch/config.json.',
    run: (state) =>
      stay(withDialog(state, { kind: 'invoices', period: null, scroll: 0, pending: null, problem: null })),
  },
  turning('earlier', 'the month before', ['h', 'left'], 1),
  turning('later', 'the month after', ['l', 'right'], -1),
  {
    ...invoices,
    id: 'invoice-export',
    title: 'write an invoice of the month to print, beside the entries',
    hint: 'invoice',
    keys: ['x'],
    enabled: canExport,
    run: (state) =>
      onInvoices(state, (dialog) => {
        const period = periodOf(state, dialog);
        return ask(state, 'saveInvoice', { ...daysOf(period) }, (next, pending) =>
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

function onInvoices(state: AppState, use: (dialog: InvoicesDialog) => Step): Step {
  const dialog = dialogOf(state);
  return dialog?.kind === 'invoices' ? use(dialog) : stay(state);
}

function canExport(state: AppState): true | string {
  const dialog = dialogOf(state);
  const period = dialog?.kind === 'invoices' ? periodOf(state, dialog) : '';
  if (entriesOf(state, period).length === 0) return 'There is nothing to invoice in that month.';
  const reachable = isReachable(state);
  return reachable === true ? isIdle(state) : reachable;
}
