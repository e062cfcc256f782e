import type { KeyToken } from '../terminal/input.ts';

/** The key as the table of actions spells it: `n`, `N`, `enter`, `ctrl-q`, `alt-enter`, `shift-tab`. */
export function keyName(token: KeyToken): string {
  return `${token.ctrl ? 'ctrl-' : ''}${token.alt ? 'alt-' : ''}${token.shift ? 'shift-' : ''}${token.name}`;
}

/** What the key writes into a text, or null when it is no letter, digit or sign. */
export function typedText(token: KeyToken): string | null {
  if (token.ctrl || token.alt) return null;
  if (token.name === 'space') return ' ';
  return [...token.name].length === 1 ? token.name : null;
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
