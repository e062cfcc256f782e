import { rebuildCodes, type SyncChoice, type SyncConflict } from '../../domain/notionFacts.ts';
import { fieldOf } from '../../room/field.ts';
import { isIdle, isReachable } from '../../room/reachable.ts';
import type { AppState } from '../../room/state.ts';
import { ask, type Step, stay, toList, withDialog } from '../../room/step.ts';
import type { Action } from '../action.ts';
import { dialogOf } from '../dialog.ts';
import type { ConflictsDialog } from '../documentDialog.ts';

const sync = { group: 'Notion', where: ['sync'] } as const;
const conflict = { group: 'Conflicts with Notion', where: ['sync-conflicts'] } as const;
const value = { group: 'Writing a value', where: ['sync-value'] } as const;

/** Bringing board and invoices together with Notion, and deciding what changed on both sides. */
export const syncActions: readonly Action[] = [
  {
    id: 'sync',
    title: 'sync board and invoices with Notion',
    hint: ({ facts }) => ((facts?.notion?.pending ?? 0) > 0 ? 'sync' : null),
    group: 'Notion',
    keys: ['s'],
    where: ['board', 'invoices'],
    enabled: canSync,
    run: (state) => ask(state, 'sync', {}, awaitingSync),
  },
  {
    id: 'sync-conflicts',
    title: 'what changed on both sides',
    hint: (state) => (openConflicts(state).length > 0 ? 'conflicts' : null),
    group: 'Notion',
    keys: ['c'],
    where: ['board', 'invoices', 'sync'],
    enabled: (state) => openConflicts(state).length > 0 || 'Nothing waits for a decision.',
    run: (state) =>
      stay(withDialog(state, { kind: 'sync-conflicts', at: 0, typed: null, pending: null, problem: null })),
  },
  {
    ...sync,
    id: 'sync-yes',
    title: 'yes: sync although many rows are gone, or find anew what was damaged',
    hint: (state) => (offerOf(state) === null ? null : 'yes'),
    keys: ['y'],
    palette: 'told',
    enabled: (state) => (offerOf(state) === null ? 'There is nothing to say yes to.' : isReachable(state)),
    run: (state) =>
      offerOf(state) === 'rebuild'
        ? ask(state, 'rebuildSync', {}, awaitingSync)
        : ask(state, 'sync', { allowMassDelete: true }, awaitingSync),
  },
  {
    ...sync,
    id: 'sync-close',
    title: 'close; a sync that runs is cancelled',
    hint: (state) => (isIdle(state) === true ? 'close' : 'cancel'),
    keys: ['escape', 'q', 'enter', 'ctrl-c'],
    run: (state) => (isIdle(state) === true ? stay(toList(state)) : ask(state, 'cancelSync', {})),
  },
  looking('next', ['j', 'down'], 1),
  looking('previous', ['k', 'up'], -1),
  choosing('mine', 'take what the file says', ['m'], 'mine'),
  choosing('theirs', 'take what Notion says', ['t'], 'theirs'),
  {
    ...conflict,
    id: 'conflict-edit',
    title: 'write something else',
    hint: 'edit',
    keys: ['e'],
    enabled: canEdit,
    run: (state) =>
      onConflicts(state, (dialog, one) =>
        stay(withDialog(state, { ...dialog, typed: fieldOf(String(one.ours ?? '')), problem: null })),
      ),
  },
  {
    ...conflict,
    id: 'conflicts-close',
    title: 'close',
    hint: 'close',
    keys: ['escape', 'q', 'ctrl-c'],
    run: (state) => stay(toList(state)),
  },
  {
    ...value,
    id: 'conflict-save',
    title: 'take what is typed',
    hint: 'take it',
    keys: ['enter'],
    enabled: canSave,
    run: (state) =>
      onConflicts(state, (dialog, one) => {
        const text = dialog.typed?.text.trim() ?? '';
        const edited = text === '' ? null : isNumber(one) ? Number(text) : text;
        return resolve(state, dialog, one, { edited });
      }),
  },
  {
    ...value,
    id: 'conflict-unsaved',
    title: 'back without taking it',
    hint: 'back',
    keys: ['escape', 'ctrl-c'],
    run: (state) => onConflicts(state, (dialog) => stay(withDialog(state, { ...dialog, typed: null }))),
  },
];

function awaitingSync(state: AppState, pending: number): AppState {
  return withDialog(state, { kind: 'sync', outcome: null, scroll: 0, pending, problem: null });
}

/** What a person may say yes to after a sync was refused; null for nothing. */
export function offerOf(state: AppState): 'mass-delete' | 'rebuild' | null {
  const dialog = dialogOf(state);
  const code = dialog?.kind === 'sync' ? dialog.problem?.code : undefined;
  if (code === 'mass_deletion') return 'mass-delete';
  return code !== undefined && rebuildCodes.includes(code) ? 'rebuild' : null;
}

/** Conflicts that nobody has decided yet. */
export function openConflicts({ facts }: AppState): readonly SyncConflict[] {
  return facts?.notion?.conflicts.filter(({ isDecided }) => !isDecided) ?? [];
}

/** The one that is shown; null once all are decided. */
export function conflictAt(state: AppState, { at }: ConflictsDialog): SyncConflict | null {
  const conflicts = openConflicts(state);
  return conflicts[Math.min(at, conflicts.length - 1)] ?? null;
}

function canSync(state: AppState): true | string {
  const { facts } = state;
  if (!facts?.notion) return 'Nothing is connected to Notion: orch-tui notion connect.';
  return facts.notion.running ? 'A sync is running.' : isReachable(state);
}

function looking(id: string, keys: readonly string[], by: -1 | 1): Action {
  return {
    ...conflict,
    id: `conflict-${id}`,
    title: 'through the conflicts',
    keys,
    palette: 'never',
    run: (state) =>
      onConflicts(state, (dialog) => {
        const at = Math.max(0, Math.min(openConflicts(state).length - 1, dialog.at + by));
        return stay(withDialog(state, { ...dialog, at, problem: null }));
      }),
  };
}

function choosing(id: string, title: string, keys: readonly string[], choice: 'mine' | 'theirs'): Action {
  return {
    ...conflict,
    id: `conflict-${id}`,
    title,
    hint: choice,
    keys,
    palette: 'told',
    enabled: canDecide,
    run: (state) => onConflicts(state, (dialog, one) => resolve(state, dialog, one, choice)),
  };
}

function resolve(state: AppState, dialog: ConflictsDialog, one: SyncConflict, choice: SyncChoice): Step {
  const { id, field } = one;
  return ask(state, 'resolveSync', { id, field, choice }, (next, pending) =>
    withDialog(next, { ...dialog, pending, problem: null }),
  );
}

function onConflicts(state: AppState, use: (dialog: ConflictsDialog, one: SyncConflict) => Step): Step {
  const dialog = dialogOf(state);
  const one = dialog?.kind === 'sync-conflicts' ? conflictAt(state, dialog) : null;
  return dialog?.kind === 'sync-conflicts' && one ? use(dialog, one) : stay(state);
}

function shownConflict(state: AppState): SyncConflict | null {
  const dialog = dialogOf(state);
  return dialog?.kind === 'sync-conflicts' ? conflictAt(state, dialog) : null;
}

function canDecide(state: AppState): true | string {
  if (!shownConflict(state)) return 'All is decided; the next sync does it.';
  const reachable = isReachable(state);
  return reachable === true ? isIdle(state) : reachable;
}

/** A whole row is kept or dropped; there is nothing to write. */
function canEdit(state: AppState): true | string {
  return shownConflict(state)?.field === 'row' ? 'A row is kept or dropped: m or t.' : canDecide(state);
}

function canSave(state: AppState): true | string {
  const dialog = dialogOf(state);
  const one = shownConflict(state);
  const text = dialog?.kind === 'sync-conflicts' ? (dialog.typed?.text.trim() ?? '') : '';
  return one && isNumber(one) && !/^\d{0,12}$/.test(text) ? 'A whole number is wanted.' : canDecide(state);
}

function isNumber({ ours, theirs }: SyncConflict): boolean {
  return typeof ours === 'number' || typeof theirs === 'number';
}
