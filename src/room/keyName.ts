import type { KeyToken, MouseToken } from '../terminal/input.ts';
import { editField, insertText, type TextField } from './field.ts';

/** The key as definitions spell it: `n`, `N`, `enter`, `ctrl-q`, `alt-enter`, `shift-tab`. */
export function keyName(token: KeyToken): string {
  return `${token.ctrl ? 'ctrl-' : ''}${token.alt ? 'alt-' : ''}${token.shift ? 'shift-' : ''}${token.name}`;
}

/** What the key writes into a text, or null when it is no letter, digit or sign. */
export function typedText(token: KeyToken): string | null {
  if (token.ctrl || token.alt) return null;
  if (token.name === 'space') return ' ';
  return [...token.name].length === 1 ? token.name : null;
}

/** Returns the text after a key: a letter is written, an editing key edits; null for any other. */
export function typeKey(field: TextField, token: KeyToken): TextField | null {
  const text = typedText(token);
  return text === null ? editField(field, keyName(token)) : insertText(field, text);
}

/** Returns which way the wheel was turned; 0 for everything else that a mouse does. */
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

/** A key as people read it on the screen. */
export function keyLabel(name: string): string {
  return (
    labels[name] ?? name.replace(/(ctrl-|alt-|shift-)(.+)$/, (_, held, key) => held + (labels[key] ?? key))
  );
}
