import type { SyncChoice, SyncConflict } from '../../core/notion.ts';
import { type DialogBody, defineDialog, problemRows, type RoomDialogKey } from '../../ui/dialog.ts';
import { fieldOf, oneLineField, type TextField } from '../../ui/field.ts';
import { type AnyDialog, type AppState, type PendingRequest, unasked } from '../../ui/state.ts';
import { askFrom, noEffects, type Step, toList, whyBusy, withDialog } from '../../ui/step.ts';
import { fitLine, type Line, line, span, wrapLines } from '../../ui/text.ts';

/** Conflicts, one at a time; `typed` is a value that replaces both sides. */
interface ConflictsDialog extends PendingRequest {
  readonly kind: 'sync-conflicts';
  readonly at: number;
  readonly typed: TextField | null;
}

export const notionGroup = 'Notion';

/** Opens the conflicts from every dialog that lists synced rows. */
export const conflictsKey: RoomDialogKey<AnyDialog> = {
  id: 'sync-conflicts',
  title: 'what changed on both sides',
  hint: (state) => (openConflicts(state).length > 0 ? 'conflicts' : null),
  group: notionGroup,
  keys: ['c'],
  isHarmless: true,
  disabledReason: (state) => (openConflicts(state).length > 0 ? null : 'There are no open conflicts.'),
  run(state) {
    const dialog: ConflictsDialog = { kind: 'sync-conflicts', at: 0, typed: null, ...unasked };
    return noEffects(withDialog(state, dialog));
  },
};

/** Resolves conflicts of a sync. */
export const conflictsDialog = defineDialog<ConflictsDialog>({
  kind: 'sync-conflicts',
  group: 'Conflicts with Notion',
  // After a decision the next conflict takes its place.
  subject(state, dialog) {
    const { table, id, field, ours, theirs } = conflictAt(state, dialog) ?? {};
    return JSON.stringify([table, id, field, ours, theirs]);
  },
  isCoverable: ({ typed }) => typed === null,
  text: { of: ({ typed }) => typed, with: (dialog, typed) => ({ ...dialog, typed }) },
  keys: [
    navigationKey('next', ['j', 'down'], 1),
    navigationKey('previous', ['k', 'up'], -1),
    choiceKey('mine', 'take what the file says', ['m'], 'mine'),
    choiceKey('theirs', 'take what Notion says', ['t'], 'theirs'),
    {
      id: 'conflict-edit',
      title: 'write something else',
      hint: 'edit',
      keys: ['e'],
      isHarmless: true,
      // A whole row is kept or dropped; it has no value to edit.
      disabledReason: (state, dialog) =>
        conflictAt(state, dialog)?.field === 'row'
          ? 'A row is kept or dropped: m or t.'
          : whyUndecided(state, dialog),
      run(state, dialog) {
        const typed = fieldOf(String(conflictAt(state, dialog)?.ours ?? ''));
        return noEffects(withDialog(state, { ...dialog, typed, problem: null }));
      },
    },
    {
      id: 'conflicts-close',
      title: 'close',
      hint: 'close',
      keys: ['escape', 'q', 'ctrl-c'],
      run: (state) => noEffects(toList(state)),
    },
  ],
  modes: [
    {
      group: 'Writing a value',
      when: ({ typed }) => typed !== null,
      keys: [
        {
          id: 'conflict-save',
          title: 'take what is typed',
          hint: 'take it',
          keys: ['enter'],
          disabledReason: whyUnsaved,
          run: save,
        },
        {
          id: 'conflict-unsaved',
          title: 'back without taking it',
          hint: 'back',
          keys: ['escape', 'ctrl-c'],
          run: (state, dialog) => noEffects(withDialog(state, { ...dialog, typed: null })),
        },
      ],
    },
  ],
  view,
  onAnswer: (state, dialog, { method }) =>
    method === 'resolveSync'
      ? noEffects(withDialog(state, { ...dialog, pending: null, problem: null, typed: null }))
      : null,
});

/** Returns the undecided conflicts. */
export function openConflicts({ facts }: AppState): readonly SyncConflict[] {
  return facts?.notion?.conflicts.filter(({ isDecided }) => !isDecided) ?? [];
}

/** Returns the shown conflict; null once all are decided. */
function conflictAt(state: AppState, { at }: ConflictsDialog): SyncConflict | null {
  const open = openConflicts(state);
  return open[Math.min(at, open.length - 1)] ?? null;
}

function navigationKey(id: string, keys: readonly string[], by: -1 | 1): RoomDialogKey<ConflictsDialog> {
  return {
    id: `conflict-${id}`,
    title: 'through the conflicts',
    keys,
    palette: 'never',
    isHarmless: true,
    run(state, dialog) {
      const at = Math.max(0, Math.min(openConflicts(state).length - 1, dialog.at + by));
      return noEffects(withDialog(state, { ...dialog, at, problem: null }));
    },
  };
}

function choiceKey(
  id: string,
  title: string,
  keys: readonly string[],
  choice: 'mine' | 'theirs',
): RoomDialogKey<ConflictsDialog> {
  return {
    id: `conflict-${id}`,
    title,
    hint: choice,
    keys,
    palette: 'described',
    disabledReason: whyUndecided,
    run: (state, dialog) => resolve(state, dialog, choice),
  };
}

function resolve(state: AppState, dialog: ConflictsDialog, choice: SyncChoice): Step {
  const conflict = conflictAt(state, dialog);
  if (!conflict) return noEffects(state);
  const { id, field } = conflict;
  return askFrom(state, dialog, 'resolveSync', { id, field, choice });
}

function save(state: AppState, dialog: ConflictsDialog): Step {
  const text = dialog.typed?.text.trim() ?? '';
  const edited = text === '' ? null : isNumber(conflictAt(state, dialog)) ? Number(text) : text;
  return resolve(state, dialog, { edited });
}

function whyUndecided(state: AppState, dialog: ConflictsDialog): string | null {
  return conflictAt(state, dialog)
    ? whyBusy(state)
    : 'All conflicts are decided; the next sync applies them.';
}

function whyUnsaved(state: AppState, dialog: ConflictsDialog): string | null {
  const text = dialog.typed?.text.trim() ?? '';
  const isRight = !isNumber(conflictAt(state, dialog)) || /^\d{0,12}$/.test(text);
  return isRight ? whyUndecided(state, dialog) : 'Give a whole number.';
}

function isNumber(conflict: SyncConflict | null): boolean {
  return typeof conflict?.ours === 'number' || typeof conflict?.theirs === 'number';
}

/** Renders a conflict with both sides next to each other. */
function view(state: AppState, dialog: ConflictsDialog, width: number): DialogBody {
  const open = openConflicts(state);
  const conflict = conflictAt(state, dialog);
  const title = line('Changed on both sides', 'strong');
  if (!conflict) {
    const rows = [line('All conflicts are decided; the next sync applies them.', 'good')];
    return { title, aside: [], rows, tail: [], caret: null };
  }
  const aside = line(`${open.indexOf(conflict) + 1} of ${open.length}`, 'muted');
  const typed = dialog.typed ? oneLineField('instead  ', dialog.typed, width) : null;
  return {
    title,
    aside,
    rows: [...problemRows(dialog.problem, width), ...conflictRows(conflict, width)],
    tail: typed ? [line(''), typed.line] : [],
    caret: typed ? { row: 1, column: typed.column + 'instead  '.length } : null,
  };
}

function conflictRows(
  { table, id, field, base, ours, theirs }: SyncConflict,
  width: number,
): readonly Line[] {
  const half = Math.floor((width - 3) / 2);
  const left = sideRows('mine: the file', ours, half);
  const right = sideRows('theirs: Notion', theirs, half);
  const height = Math.max(left.length, right.length);
  const both = Array.from(
    { length: height },
    (_, row): Line => [
      ...fitLine(left[row] ?? [], half),
      span(' │ ', 'border'),
      ...fitLine(right[row] ?? [], half),
    ],
  );
  return [
    [span(id, 'strong'), span(` · ${field}`), span(`  ${table}`, 'muted')],
    ...wrapLines(`was ${valueText(base)}`, width, 'muted'),
    line(''),
    ...both,
  ];
}

function sideRows(head: string, value: SyncConflict['ours'], width: number): readonly Line[] {
  return [line(head, 'muted'), ...wrapLines(valueText(value), width, value === null ? 'muted' : 'strong')];
}

function valueText(value: SyncConflict['ours']): string {
  return value === null ? 'nothing' : String(value);
}
