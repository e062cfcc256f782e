import type { AppState } from './state.ts';
import { type Step, stay, toList } from './step.ts';

/** Closes a dialog that only shows something. */
export const closeKey = {
  id: 'close',
  title: 'close',
  hint: 'close',
  keys: ['escape', 'q', 'enter', '?', 'ctrl-c'],
  run: (state: AppState): Step => stay(toList(state)),
} as const;
