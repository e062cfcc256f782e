import type { AppState } from '../room/state.ts';
import type { Step } from '../room/step.ts';

/** A worker that rang is marked until the person looks at it; their own terminal rings if they want that. */
export function hearBell(state: AppState, id: string): Step {
  if (isLookedAt(state, id)) return { state, effects: [] };
  const rang = state.rang.has(id) ? state.rang : new Set(state.rang).add(id);
  const next = rang === state.rang ? state : { ...state, rang };
  return { state: next, effects: state.settings.bell ? [{ type: 'ring' }] : [] };
}

/** Takes the marks from those that are looked at, or gone. */
export function withHeardBells(state: AppState): AppState {
  const rang = [...state.rang].filter((id) => state.terminals.has(id) && !isLookedAt(state, id));
  return rang.length === state.rang.size ? state : { ...state, rang: new Set(rang) };
}

/** One looks at the worker that has the keys, else at the one selected last, and at none from another window. */
export function isLookedAt({ hasFocus, focus, anchor }: AppState, id: string): boolean {
  if (!hasFocus) return false;
  return 'id' in focus ? focus.id === id : anchor === id;
}
