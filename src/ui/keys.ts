import type { KeyDescription } from '../core/dialog.ts';
import type { KeyToken, MouseToken, PasteToken } from '../terminal/input.ts';
import { editField, insertText, type TextField } from './field.ts';
import { dialogHeight } from './layout.ts';
import { type AppState, type Settings, shownDialog } from './state.ts';
import { noEffects, type Step, toList, withDialog } from './step.ts';

/** Returns the key as definitions spell it: `n`, `N`, `enter`, `ctrl-q`, `alt-enter`, `shift-tab`. */
export function keyName(token: KeyToken): string {
  return `${token.ctrl ? 'ctrl-' : ''}${token.alt ? 'alt-' : ''}${token.shift ? 'shift-' : ''}${token.name}`;
}

/** Returns the character that the key types; null for a key that types none. */
export function typedText(token: KeyToken): string | null {
  if (token.ctrl || token.alt) return null;
  if (token.name === 'space') return ' ';
  return [...token.name].length === 1 ? token.name : null;
}

/** Returns the field after a letter or an editing key; null for any other key. */
export function typeKey(field: TextField, token: KeyToken): TextField | null {
  const text = typedText(token);
  return text === null ? editField(field, keyName(token)) : insertText(field, text);
}

/** Returns the direction of the wheel: -1 up, 1 down, 0 for other mouse events. */
export function wheel({ action }: MouseToken): -1 | 0 | 1 {
  if (action === 'wheel-up') return -1;
  return action === 'wheel-down' ? 1 : 0;
}

const labels: Readonly<Record<string, string>> = {
  enter: '↵',
  escape: 'esc',
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  pageup: 'pgup',
  pagedown: 'pgdn',
};

/** Returns the key as it is written on the screen. */
export function keyLabel(name: string): string {
  return (
    labels[name] ?? name.replace(/(ctrl-|alt-|shift-)(.+)$/, (_, held, key) => held + (labels[key] ?? key))
  );
}

/** A key of the control room, with its title and action. */
export interface RoomKey extends KeyDescription {
  readonly group: string;
  /** A word for the footer; a key without one is not listed there. */
  readonly hint?: string | ((state: AppState) => string | null);
  /** Returns in one sentence why the key does nothing now; null while it works. Without it the key always works. */
  disabledReason?(state: AppState): string | null;
  /** Called only while the key works. */
  run(state: AppState): Step;
}

/** The receiver of keys while no dialog is open, such as the lists or a pane. */
export interface KeyPlace {
  readonly name: string;
  isHere(state: AppState): boolean;
  readonly keys: readonly RoomKey[];
  /** Keys that are not listed go to the program in the pane, ctrl-z included. */
  readonly isProgram?: true;
  /** Takes keys that are not listed. */
  type?(state: AppState, token: KeyToken): Step;
  paste?(state: AppState, token: PasteToken): Step;
}

/** Returns the word for the footer; null where the key is not shown there. */
export function hintOf({ hint }: RoomKey, state: AppState): string | null {
  return typeof hint === 'function' ? hint(state) : (hint ?? null);
}

/** Returns in one sentence why the key does nothing now; null while it works. */
export function whyOff(key: RoomKey, state: AppState): string | null {
  return key.disabledReason?.(state) ?? null;
}

/** Returns the names of a definition's keys, with the configured detach key for `leave`. */
export function keysOf({ keys }: KeyDescription, { leaveKey }: Settings): readonly string[] {
  return keys.includes('leave') ? keys.map((key) => (key === 'leave' ? leaveKey : key)) : keys;
}

/** Closes a dialog without questions or text. */
export const closeKey = {
  id: 'close',
  title: 'close',
  hint: 'close',
  keys: ['escape', 'q', 'enter', '?', 'ctrl-c'],
  run: (state: AppState): Step => noEffects(toList(state)),
} as const;

/** Suspends the room, everywhere but in a worker's program. */
export const suspendKey: RoomKey = {
  group: 'Program',
  id: 'suspend',
  title: 'back to the shell until fg',
  keys: ['ctrl-z'],
  run: (state) => ({ state, effects: [{ type: 'suspend' }] }),
};

/** More rows than any dialog has; `withScrollInRange` limits it. */
const farAway = 1_000_000;

/** Scroll a dialog that is longer than the screen. */
export const scrollKeys: readonly RoomKey[] = [
  scrolling('scroll-down', 'scroll down', ['j', 'down'], () => 1),
  scrolling('scroll-up', 'scroll up', ['k', 'up'], () => -1),
  scrolling('page-down', 'a page down', ['space', 'ctrl-d', 'pagedown'], pageOf),
  scrolling('page-up', 'a page up', ['ctrl-u', 'pageup'], (state) => -pageOf(state)),
  scrolling('scroll-first', 'to the beginning', ['g', 'home'], () => -farAway),
  scrolling('scroll-last', 'to the end', ['G', 'end'], () => farAway),
];

/** The scrolling keys that neither write nor edit, for dialogs with a text field. */
export const scrollKeysBesideText: readonly RoomKey[] = scrollKeys.map((key) => ({
  ...key,
  keys: key.keys.filter((name) => /^(up|down|page(up|down))$/.test(name)),
}));

function scrolling(
  id: string,
  title: string,
  keys: readonly string[],
  by: (state: AppState) => number,
): RoomKey {
  return {
    ...{ id, title, keys, group: 'Dialogs', palette: 'never' },
    run: (state) => scroll(state, by(state)),
  };
}

/** Scrolls the open dialog by rows; `withScrollInRange` limits the result. */
export function scroll(state: AppState, by: number): Step {
  const dialog = shownDialog(state);
  if (dialog?.scroll === undefined) return noEffects(state);
  return noEffects(withDialog(state, { ...dialog, scroll: Math.max(0, dialog.scroll + by) }));
}

/** Returns the rows of a page; one row of the old page stays in sight. */
function pageOf({ size }: AppState): number {
  return Math.max(1, dialogHeight(size) - 4);
}
