import { plainLines, withoutHidden } from '../lib/sanitize.ts';

/** A key, or text, typed at the demo agent. */
export type Key =
  | { readonly name: 'text'; readonly text: string }
  | { readonly name: 'enter' | 'escape' | 'up' | 'down' | 'backspace' }
  | { readonly name: 'ctrl-c' | 'ctrl-d' | 'ctrl-u' | 'ctrl-w' };

const pasteStart = '\x1b[200~';
const pasteEnd = '\x1b[201~';

const named: Readonly<Record<string, Key>> = {
  '\r': { name: 'enter' },
  '\x1b': { name: 'escape' },
  '\x1b[A': { name: 'up' },
  '\x1bOA': { name: 'up' },
  '\x1b[B': { name: 'down' },
  '\x1bOB': { name: 'down' },
  '\x7f': { name: 'backspace' },
  '\b': { name: 'backspace' },
  '\x03': { name: 'ctrl-c' },
  '\x04': { name: 'ctrl-d' },
  '\x15': { name: 'ctrl-u' },
  '\x17': { name: 'ctrl-w' },
};

/** Matches an escape sequence, a run of text or a control character; a lone ESC is the Escape key. */
const token = /\x1b\[[0-9;?<>]*[ -/]*[@-~]|\x1bO.|\x1b[^\x1b[]|[^\x00-\x09\x0b-\x1f\x7f]+|./gsu;

/** Splits the terminal's input into keys; a paste may arrive in pieces. */
export class KeyReader {
  /** Text of an unfinished paste; null outside of one. */
  #paste: string | null = null;

  push(input: string): Key[] {
    const keys: Key[] = [];
    let rest = input;
    while (rest !== '') rest = this.#paste === null ? this.#plain(rest, keys) : this.#pasted(rest, keys);
    return keys;
  }

  #plain(input: string, keys: Key[]): string {
    const start = input.indexOf(pasteStart);
    const typed = start < 0 ? input : input.slice(0, start);
    for (const [part] of typed.matchAll(token)) {
      const key = named[part] ?? (/^[\x00-\x09\x0b-\x1f]/.test(part) ? null : { name: 'text', text: part });
      if (key) keys.push(key);
    }
    if (start < 0) return '';
    this.#paste = '';
    return input.slice(start + pasteStart.length);
  }

  #pasted(input: string, keys: Key[]): string {
    const text = this.#paste + input;
    const end = text.indexOf(pasteEnd);
    if (end < 0) {
      this.#paste = text;
      return '';
    }
    this.#paste = null;
    keys.push({ name: 'text', text: text.slice(0, end).replace(/\r\n?/g, '\n') });
    return text.slice(end + pasteEnd.length);
  }
}

/** Returns the prompt's text after a key; keys that do not edit do not change it. */
export function editText(text: string, key: Key): string {
  switch (key.name) {
    case 'text':
      return plainLines(withoutHidden(text + key.text), { control: '' });
    case 'backspace':
      return [...text].slice(0, -1).join('');
    case 'ctrl-u':
      return '';
    case 'ctrl-w':
      return text.replace(/\S*\s*$/, '');
    default:
      return text;
  }
}

/** A question with options; the first means yes, the last no. */
export interface Menu {
  readonly title: string;
  readonly subject: string;
  readonly question: string;
  readonly options: readonly string[];
  readonly selected: number;
}

/** The menu with another selection, the index of the answer, or `escape`. */
type MenuStep = Menu | number | 'escape';

export function updateMenu(menu: Menu, key: Key): MenuStep {
  const last = menu.options.length - 1;
  switch (key.name) {
    case 'up':
      return { ...menu, selected: Math.max(0, menu.selected - 1) };
    case 'down':
      return { ...menu, selected: Math.min(last, menu.selected + 1) };
    case 'enter':
      return menu.selected;
    case 'escape':
    case 'ctrl-c':
      return 'escape';
    case 'text':
      return chosen(key.text, last) ?? menu;
    default:
      return menu;
  }
}

function chosen(text: string, last: number): number | null {
  if (text === 'y') return 0;
  if (text === 'n') return last;
  const number = /^[1-9]$/.test(text) ? Number(text) - 1 : -1;
  return number >= 0 && number <= last ? number : null;
}
