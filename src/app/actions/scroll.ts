import { dialogHeight } from '../../room/geometry.ts';
import type { AppState } from '../../room/state.ts';
import { type Step, stay, toList, withDialog } from '../../room/step.ts';
import type { Action } from '../action.ts';
import { dialogOf } from '../dialog.ts';

/** Beyond the end of any dialog; the end is found once the step is done. */
const farAway = 1_000_000;

/** Moving through what is longer than its dialog. Where letters are typed, only the arrows do it. */
export const scrollActions: readonly Action[] = [
  ...scrolling('scroll-down', 'scroll down', ['j'], ['down'], () => 1),
  ...scrolling('scroll-up', 'scroll up', ['k'], ['up'], () => -1),
  ...scrolling('page-down', 'a page down', ['space', 'ctrl-d'], ['pagedown'], pageOf),
  ...scrolling('page-up', 'a page up', ['ctrl-u'], ['pageup'], (state) => -pageOf(state)),
  ...scrolling('scroll-first', 'to the beginning', ['g', 'home'], [], () => -farAway),
  ...scrolling('scroll-last', 'to the end', ['G', 'end'], [], () => farAway),
  {
    id: 'close',
    title: 'close',
    hint: 'close',
    group: 'Dialogs',
    keys: ['escape', 'q', 'enter', '?', 'ctrl-c'],
    where: ['help'],
    run: (state) => stay(toList(state)),
  },
];

/** Returns the keys that move through a dialog; while text is written only those that write nothing. */
export function scrollKeys(isTyping: boolean): readonly Action[] {
  const keys = scrollActions.filter(
    ({ id, where }) => id !== 'close' && !/-radar$/.test(id) && where.length > 0,
  );
  return isTyping
    ? keys.map((key) => ({ ...key, keys: key.keys.filter((name) => /^(up|down|page(up|down))$/.test(name)) }))
    : keys;
}

function scrolling(
  id: string,
  title: string,
  letters: readonly string[],
  arrows: readonly string[],
  by: (state: AppState) => number,
): readonly Action[] {
  const both = {
    title,
    group: 'Dialogs',
    palette: 'never',
    run: (state: AppState) => scroll(state, by(state)),
  } as const;
  return [
    {
      ...both,
      id,
      keys: [...letters, ...arrows],
      where: ['radar-file', 'invoices', 'sync', 'help'],
    },
    // Where the other keys move through a matrix, pages are all that is left.
    ...(arrows[0]?.startsWith('page')
      ? [{ ...both, id: `${id}-radar`, keys: [...letters, ...arrows], where: ['radar'] } as const]
      : []),
  ];
}

/** Rows less, or more where negative, may be asked for than there are; `withScrollInRange` puts it right. */
export function scroll(state: AppState, by: number): Step {
  const dialog = dialogOf(state);
  if (!dialog || !('scroll' in dialog)) return stay(state);
  return stay(withDialog(state, { ...dialog, scroll: Math.max(0, dialog.scroll + by) }));
}

/** A row of the old page stays in sight. */
function pageOf({ size }: AppState): number {
  return Math.max(1, dialogHeight(size) - 4);
}
