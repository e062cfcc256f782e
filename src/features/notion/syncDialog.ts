import { type RebuildOutcome, rebuildCodes, type SyncOutcome } from '../../core/notion.ts';
import type { Problem } from '../../lib/result.ts';
import { type DialogBody, defineDialog, marked, problemRows, type RoomDialogKey } from '../../ui/dialog.ts';
import { counted } from '../../ui/format.ts';
import type { AnyDialog, AppState, PendingRequest, Scrolling } from '../../ui/state.ts';
import { ask, noEffects, toList, whyUnreachable, withDialog } from '../../ui/step.ts';
import { type Line, line, span, wrapLines } from '../../ui/text.ts';
import { conflictsKey, notionGroup } from './conflictsDialog.ts';
import { leftOutTexts, rebuildQuestion, runningText } from './texts.ts';

/** A sync with Notion, or a rebuild of its base; the outcome is null until it has ended. */
interface SyncDialog extends PendingRequest, Scrolling {
  readonly kind: 'sync';
  readonly outcome: SyncOutcome | RebuildOutcome | null;
}

/** Keys that board and invoices share: a sync, and its conflicts. */
export const notionKeys: readonly RoomDialogKey<AnyDialog>[] = [
  {
    id: 'sync',
    title: 'sync board and invoices with Notion',
    hint: ({ facts }) => ((facts?.notion?.pending ?? 0) > 0 ? 'sync' : null),
    group: notionGroup,
    keys: ['s'],
    disabledReason(state) {
      const { notion } = state.facts ?? {};
      if (!notion) return 'Nothing is connected to Notion: orch-tui notion connect.';
      return notion.running ? 'A sync is running.' : whyUnreachable(state);
    },
    run: (state) => ask(state, 'sync', {}, awaitingSync),
  },
  conflictsKey,
];

/** Syncs board and invoices with Notion. */
export const sync = defineDialog<SyncDialog>({
  kind: 'sync',
  group: notionGroup,
  subject: (_, dialog) => `${confirmationOf(dialog)} ${dialog.pending}`,
  isCoverable: () => true,
  keys: [
    conflictsKey,
    {
      id: 'sync-yes',
      title: 'confirm: sync although many rows are gone, or rebuild the sync state',
      hint: (_, dialog) => (confirmationOf(dialog) === null ? null : 'yes'),
      keys: ['y'],
      palette: 'described',
      disabledReason: (state, dialog) =>
        confirmationOf(dialog) === null ? 'There is nothing to confirm.' : whyUnreachable(state),
      run: (state, dialog) =>
        confirmationOf(dialog) === 'rebuild'
          ? ask(state, 'rebuildSync', {}, awaitingSync)
          : ask(state, 'sync', { allowMassDelete: true }, awaitingSync),
    },
    {
      id: 'sync-close',
      title: 'close; a sync that runs is cancelled',
      hint: (state, dialog) => (isCancellable(state, dialog) ? 'cancel' : 'close'),
      keys: ['escape', 'q', 'enter', 'ctrl-c'],
      run: (state, dialog) =>
        isCancellable(state, dialog) ? ask(state, 'cancelSync', {}) : noEffects(toList(state)),
    },
  ],
  view,
  onAnswer: (state, dialog, answer) =>
    (answer.method === 'sync' || answer.method === 'rebuildSync') && answer.result.ok
      ? noEffects(
          withDialog(state, { ...dialog, pending: null, problem: null, outcome: answer.result.value }),
        )
      : null,
});

function awaitingSync(state: AppState, pending: number): AppState {
  const dialog: SyncDialog = { kind: 'sync', outcome: null, scroll: 0, pending, problem: null };
  return withDialog(state, dialog);
}

/** Reports whether it can be cancelled; a lost controller must not keep the dialog open. */
function isCancellable(state: AppState, { pending }: SyncDialog): boolean {
  return pending !== null && whyUnreachable(state) === null;
}

/** Returns the confirmation that a refused sync offers; null for none. */
function confirmationOf({ problem }: SyncDialog): 'mass-delete' | 'rebuild' | null {
  if (problem?.code === 'mass_deletion') return 'mass-delete';
  return problem && rebuildCodes.includes(problem.code) ? 'rebuild' : null;
}

/** Renders the progress of a sync, and its outcome. */
function view(state: AppState, dialog: SyncDialog, width: number): DialogBody {
  const { outcome, pending, problem } = dialog;
  const running = state.facts?.notion?.running ?? null;
  const progress = running ? runningText(running) : 'Asking Notion …';
  const came = !outcome ? [] : 'rows' in outcome ? rebuiltRows(outcome, width) : outcomeRows(outcome, width);
  const rows = [
    ...(pending === null ? [] : [line(progress, 'notice')]),
    ...problemRows(problem, width),
    ...offerRows(dialog, width),
    ...came,
  ];
  return { title: line('Sync with Notion', 'strong'), aside: [], rows, tail: [], caret: null };
}

function outcomeRows(
  { created, updated, pulled, conflicts, problems, wanted, withoutId = [] }: SyncOutcome,
  width: number,
): readonly Line[] {
  const nothing = created + updated + pulled + conflicts.length + problems.length + withoutId.length === 0;
  return [
    ...(nothing ? [line('Both sides are the same.', 'good')] : []),
    ...amount(created, 'created in Notion', 'page'),
    ...amount(updated, 'changed in Notion', 'page'),
    ...amount(pulled, 'changed here', 'row'),
    ...(conflicts.length === 0
      ? []
      : marked(
          '!',
          `${counted(conflicts.length, 'field')} changed on both sides; nothing was overwritten.`,
          width,
          'warning',
        )),
    ...wanted.flatMap((task) => marked('+', `Worker requested for: ${task}`, width, 'accent')),
    ...leftOutTexts(withoutId).flatMap((text) => marked('!', text, width, 'warning')),
    ...problemList(problems, width),
  ];
}

/** Renders the effect of a confirmation, after a sync was refused. */
function offerRows(dialog: SyncDialog, width: number): readonly Line[] {
  const offer = confirmationOf(dialog);
  if (offer === null) return [];
  const text = offer === 'rebuild' ? rebuildQuestion : massDeleteQuestion;
  return [...wrapLines(text, width), line(''), line('Press y to confirm; esc changes nothing.', 'notice')];
}

const massDeleteQuestion =
  'If they were deleted on purpose, you can sync this once. Rows that are gone from the file become conflicts, row by row, before anything changes in Notion; rows that are in its trash move to the archive of the file.';

function rebuiltRows(
  { rows, conflicts, problems, setAside }: RebuildOutcome,
  width: number,
): readonly Line[] {
  const differ = `${counted(conflicts.length, 'field')} differ: press c to decide, then sync again.`;
  return [
    [span(counted(rows, 'row'), 'strong'), span(' on both sides; nothing was written there')],
    ...(conflicts.length > 0
      ? marked('!', differ, width, 'warning')
      : [line('Both sides are the same. Sync to continue.', 'good')]),
    ...setAside.flatMap((file) => wrapLines(`The old file is kept: ${file}`, width, 'muted')),
    ...problemList(problems, width),
  ];
}

function problemList(problems: readonly Problem[], width: number): readonly Line[] {
  return problems.flatMap(({ message, hint }) => [
    ...marked('!', message, width, 'bad'),
    ...(hint === undefined ? [] : wrapLines(hint, width - 2, 'muted').map((row) => [span('  '), ...row])),
  ]);
}

function amount(count: number, what: string, noun: string): readonly Line[] {
  return count === 0 ? [] : [[span(counted(count, noun), 'strong'), span(` ${what}`)]];
}
