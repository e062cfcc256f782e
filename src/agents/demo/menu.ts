import type { Key } from './keys.ts';

/** A question with answers to choose from; the first means yes, the last means no. */
export interface Menu {
  readonly title: string;
  readonly subject: string;
  readonly question: string;
  readonly options: readonly string[];
  readonly selected: number;
}

/** A menu that moved, the index of the answer, or `escape`. */
export type MenuStep = Menu | number | 'escape';

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
