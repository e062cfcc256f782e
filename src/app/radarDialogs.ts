import type { AppState } from '../room/state.ts';
import { ask, type Step, stay, toList, withDialog } from '../room/step.ts';
import type { NoteDialog, RadarDialog, SidesDialog } from './dialog.ts';
import { dialogOf } from './dialog.ts';
import { type Cell, findRadar, type Standing, standingOf } from './radar.ts';

/** The matrix at one of its cells. */
export function withRadar(state: AppState, cell: { readonly repo: string } & Cell): AppState {
  return withDialog(state, { kind: 'radar', ...cell, scroll: 0, pending: null, problem: null });
}

/** The matrix, a file or a message: all are about a pair. */
type PairDialog = RadarDialog | SidesDialog | NoteDialog;

export function pairOf(state: AppState): PairDialog | null {
  const dialog = dialogOf(state);
  const isPair = dialog?.kind === 'radar' || dialog?.kind === 'radar-file' || dialog?.kind === 'radar-note';
  return isPair ? dialog : null;
}

/** How the two of the open dialog stand to each other. */
export function standing(state: AppState): Standing | null {
  const pair = pairOf(state);
  const radar = pair && findRadar(state, pair.repo);
  return radar ? standingOf(radar, pair) : null;
}

export function filesOf(state: AppState): Standing['files'] {
  return standing(state)?.files ?? [];
}

export function openFile(state: AppState, index: number): Step {
  const pair = pairOf(state);
  const path = filesOf(state)[index]?.path;
  if (!pair || path === undefined) return stay(state);
  const { repo, a, b } = pair;
  const dialog = { kind: 'radar-file', repo, a, b, path, sides: null, scroll: 0, problem: null } as const;
  return ask(state, 'fileSides', { a, b, path }, (next, pending) => withDialog(next, { ...dialog, pending }));
}

/** The matrix at the pair that the open dialog is about. */
export function backToMatrix(state: AppState): AppState {
  const pair = pairOf(state);
  if (!pair || !findRadar(state, pair.repo)) return toList(state);
  const { repo, a, b } = pair;
  return withRadar(state, { repo, a, b });
}
