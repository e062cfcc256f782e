import type { KeyWords } from '../core/dialog.ts';
import type { AppState } from './state.ts';
import { type Step, stay, toList } from './step.ts';

/** A key of the room itself, or of what lies in it. */
export interface RoomKey extends KeyWords {
  readonly group: string;
  /** A word for the footer; without one it is not shown there. */
  readonly hint?: string | ((state: AppState) => string | null);
  /** Returns in one sentence why the key does nothing now; null while it works. Without it the key always works. */
  disabledReason?(state: AppState): string | null;
  /** Called only while the key works. */
  run(state: AppState): Step;
}

/** Closes a dialog that only shows something. */
export const closeKey = {
  id: 'close',
  title: 'close',
  hint: 'close',
  keys: ['escape', 'q', 'enter', '?', 'ctrl-c'],
  run: (state: AppState): Step => stay(toList(state)),
} as const;
