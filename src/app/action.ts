import type { AppState, Settings } from '../room/state.ts';
import type { Step } from '../room/step.ts';

/** Where a key is pressed; each place has its own keys. */
export const places = [
  'room',
  /** The room while the list of what needs the person has the keys: it has some more. */
  'queue',
  'pane',
  /** Looking back through a worker's output, and typing what to search for there. */
  'history',
  'history-search',
  'question',
  /** The sprint board, the same while the mouse moves a card, and a card's text while it is written. */
  'board',
  'board-drag',
  'card-text',
  /** Time entries. */
  'invoices',
  /** A sync with Notion, what changed on both sides, and a value for it while it is typed. */
  'sync',
  'sync-conflicts',
  'sync-value',
  /** Which work will not merge, one of its files, and a message about it. */
  'radar',
  'radar-file',
  'radar-note',
  'help',
  /** Over any of these but the worker's pane and where something is typed or decided. */
  'palette',
  'too-small',
] as const;
export type Where = (typeof places)[number];

/** Returns all places but those. A place that is added later is among them. */
export function everywhereBut(...others: readonly Where[]): readonly Where[] {
  return places.filter((place) => !others.includes(place));
}

/** Something a person can do. Keys, footer, help and documentation are made from these. */
export interface Action {
  readonly id: string;
  readonly title: string;
  /** A word for the footer; without one it is not shown there. */
  readonly hint?: string | ((state: AppState) => string | null);
  /** Names of keys; see `keyName`. `leave` stands for the configured leave key. */
  readonly keys: readonly string[];
  readonly group: string;
  readonly where: readonly Where[];
  /**
   * What the palette makes of it, which else offers it in its places. `everywhere`: needs nothing selected, so views
   * offer it, too. `never`: a step or a number, of no use from there. `told`: an answer to what must be in sight, so it
   * is told there and given by its own key alone.
   */
  readonly palette?: 'everywhere' | 'never' | 'told';
  /** Returns in one sentence why the key does nothing now; null while it works. */
  disabledReason?(state: AppState): string | null;
  /** True, or in one sentence why not just now. Without it the action is always possible. */
  enabled?(state: AppState): true | string;
  /** Called only while enabled. */
  run(state: AppState): Step;
}

export function hintOf({ hint }: Action, state: AppState): string | null {
  return typeof hint === 'function' ? hint(state) : (hint ?? null);
}

/** Whether an action is possible now, or why not. */
export function isEnabled(action: Action, state: AppState): true | string {
  return action.disabledReason?.(state) ?? action.enabled?.(state) ?? true;
}

/** The action's keys, with the leave key that the person configured. */
export function keysOf({ keys }: Action, { leaveKey }: Settings): readonly string[] {
  return keys.includes('leave') ? keys.map((key) => (key === 'leave' ? leaveKey : key)) : keys;
}
