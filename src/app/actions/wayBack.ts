import { isIdle, isReachable } from '../../room/reachable.ts';
import { findWorker } from '../../room/select.ts';
import type { AppState } from '../../room/state.ts';
import { ask, type Step, stay, withDialog } from '../../room/step.ts';
import type { Action } from '../action.ts';
import type { FinishDialog } from '../dialog.ts';
import { dialogOf } from '../dialog.ts';

const noEnd = 'Nothing was finished or cleaned yet.';

/** The way back from an end. */
export const undoActions: readonly Action[] = [
  {
    id: 'undo',
    title: 'undo the last finish or clean',
    keys: ['u'],
    palette: 'everywhere',
    group: 'Workers',
    where: ['room'],
    enabled: (state) => (state.facts?.ended.length ? isReachable(state) : noEnd),
    run(state) {
      const id = state.facts?.ended.at(-1)?.id;
      if (id === undefined) return stay(state);
      const about = { do: 'undo', id } as const;
      return stay(withDialog(state, { kind: 'question', about, pending: null, problem: null }));
    },
  },
];

/** The way on from conflicts. */
export const conflictActions: readonly Action[] = [
  {
    id: 'bring-base',
    title: 'conflicts: bring the base into the worktree',
    hint: (state) => (conflictsOf(state) ? 'bring it in' : null),
    keys: ['b'],
    group: 'Finish, clean, questions',
    where: ['preview'],
    enabled: canBring,
    run: (state) => bring(state, false),
  },
  {
    id: 'bring-base-tell',
    title: 'conflicts: the same, and tell the worker to resolve them',
    hint: (state) => (conflictsOf(state) ? '… and tell the worker' : null),
    keys: ['t'],
    group: 'Finish, clean, questions',
    where: ['preview'],
    enabled: canBring,
    run: (state) => bring(state, true),
  },
];

/** The finish dialog, where conflicts stand in its way. */
function conflictsOf(state: AppState): FinishDialog | null {
  const dialog = dialogOf(state);
  return dialog?.kind === 'finish' && (dialog.preview?.conflicts.length ?? 0) > 0 ? dialog : null;
}

function canBring(state: AppState): true | string {
  const dialog = conflictsOf(state);
  if (!dialog || !findWorker(state, dialog.id)) return 'There are no conflicts to resolve.';
  return isIdle(state);
}

function bring(state: AppState, tell: boolean): Step {
  const dialog = conflictsOf(state);
  if (!dialog) return stay(state);
  return ask(state, 'bringBase', { id: dialog.id, tell }, (next, pending) =>
    withDialog(next, { ...dialog, pending, problem: null }),
  );
}
