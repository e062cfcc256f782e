import type { QueueItem } from '../core/queue.ts';
import type { Effect } from '../room/effects.ts';
import type { AppState } from '../room/state.ts';
import type { Step } from '../room/step.ts';

/**
 * What has come to need the person since the picture before, told where they may not be looking: not of the worker they
 * look at, not of those they have silenced, and nothing of what was there when the room was opened.
 */
export function newsBetween(old: AppState, next: AppState): readonly Effect[] {
  if (!old.facts || !next.facts || old.facts === next.facts || !next.settings.notify) return [];
  const known = new Set(old.facts.queue.map(nameOf));
  const news = next.facts.queue.filter((item) => !known.has(nameOf(item)) && isNews(next, item));
  return news.map(({ worker, text }) => ({ type: 'notify', worker, text }));
}

/** A state that a worker comes into again is news again. */
function nameOf({ id, since }: QueueItem): string {
  return `${id} ${since}`;
}

function isNews(state: AppState, { kind, worker, proposal }: QueueItem): boolean {
  if (state.silenced.has(worker)) return false;
  // A person's own proposal is no news to them.
  if (kind === 'proposal') return state.facts?.proposals.find(({ n }) => n === proposal)?.by !== 'person';
  return !isLookedAt(state, worker);
}

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
function isLookedAt({ hasFocus, focus, anchor }: AppState, id: string): boolean {
  if (!hasFocus) return false;
  return 'id' in focus ? focus.id === id : anchor === id;
}
