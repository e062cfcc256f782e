import type { Worker } from '../domain/worker.ts';
import { emptyField } from '../room/field.ts';
import type { AppState } from '../room/state.ts';
import { ask, type Step, withDialog } from '../room/step.ts';

/** Finishing and cleaning begin with a look at what would happen. */
export function openFinish(state: AppState, { id }: Worker): Step {
  const dialog = { kind: 'finish', id, preview: null, typed: emptyField, scroll: 0, problem: null } as const;
  return ask(state, 'previewFinish', { id }, (next, pending) => withDialog(next, { ...dialog, pending }));
}

export function openClean(state: AppState, { id }: Worker): Step {
  const dialog = { kind: 'clean', id, preview: null, typed: emptyField, scroll: 0, problem: null } as const;
  return ask(state, 'previewClean', { id }, (next, pending) => withDialog(next, { ...dialog, pending }));
}
