import { emptyField, type TextField } from '../../room/field.ts';
import type { AppState, Palette } from '../../room/state.ts';
import { type Step, stay, withNotice } from '../../room/step.ts';
import type { Action } from '../action.ts';
import type { Offer } from '../palette/filter.ts';
import { paletteRows } from '../palette/layout.ts';

const keys = { group: 'Palette', where: ['palette'], palette: 'never' } as const;

/**
 * The palette, which does nothing by itself: enter does what the marked item's key does where one is.
 * @param offersOf what it offers; the table knows, of which this is a part
 */
export function paletteActions(offersOf: (state: AppState) => readonly Offer[]): readonly Action[] {
  return [
    {
      id: 'palette',
      title: 'all actions, workers and cards, to be found by their letters',
      hint: ({ focus }) => (focus.at === 'list' ? 'palette' : null),
      keys: [':', 'ctrl-p'],
      group: 'Program',
      palette: 'never',
      where: [
        ...(['room', 'history', 'board', 'invoices', 'sync', 'sync-conflicts', 'radar'] as const),
        ...(['radar-file', 'help'] as const),
      ],
      run: (state) => stay(withFilter(state, emptyField, offersOf)),
    },
    {
      ...keys,
      id: 'palette-run',
      title: 'do what is marked, as its own key would',
      hint: 'do it',
      keys: ['enter'],
      run: (state) => runMarked(state, offersOf(state)),
    },
    moving('down', 'the next one', ['down', 'ctrl-n', 'ctrl-j'], () => 1),
    moving('up', 'the one before', ['up', 'ctrl-p', 'ctrl-k'], () => -1),
    moving('page-down', 'a page down', ['pagedown'], ({ size }) => paletteRows(size)),
    moving('page-up', 'a page up', ['pageup'], ({ size }) => -paletteRows(size)),
    {
      ...keys,
      id: 'palette-close',
      title: 'close the palette',
      hint: 'close',
      keys: ['escape', 'ctrl-c'],
      run: (state) => stay(withoutPalette(state)),
    },
  ];

  function moving(
    to: string,
    title: string,
    names: readonly string[],
    by: (state: AppState) => number,
  ): Action {
    return {
      ...keys,
      id: `palette-${to}`,
      title,
      keys: names,
      run: (state) => stay(moveMark(state, offersOf(state), by(state))),
    };
  }
}

/** Opens the palette, or has it look for something else: the best that is found is marked. */
export function withFilter(
  state: AppState,
  filter: TextField,
  offersOf: (state: AppState) => readonly Offer[],
): AppState {
  const { palette } = state;
  if (palette?.filter.text === filter.text) return withPalette(state, { ...palette, filter });
  const next = withPalette(state, { filter, marked: null });
  return withPalette(next, { filter, marked: offersOf(next)[0]?.item.id ?? null });
}

/** Marks an item further down or up, stopping at both ends; the nearer end where none is marked. */
export function moveMark(state: AppState, offers: readonly Offer[], by: number): AppState {
  const at = markedAt(state, offers);
  const to = at < 0 && by < 0 ? offers.length - 1 : Math.max(0, Math.min(offers.length - 1, at + by));
  return withMark(state, offers[to]?.item.id ?? null);
}

export function withMark(state: AppState, marked: string | null): AppState {
  return state.palette ? withPalette(state, { ...state.palette, marked }) : state;
}

/** Index of the marked item; -1 where it is gone, or was never there. */
export function markedAt({ palette }: AppState, offers: readonly Offer[]): number {
  return palette ? offers.findIndex(({ item }) => item.id === palette.marked) : -1;
}

/** What came into the place of the marked item is another, which nobody has marked. A refusal leaves the palette open. */
export function runMarked(state: AppState, offers: readonly Offer[]): Step {
  const item = offers[markedAt(state, offers)]?.item;
  if (item && item.off === null) return item.run(withoutPalette(state));
  const missing = offers.length === 0 ? 'Nothing is found by these letters.' : gone;
  return stay(withNotice(state, item?.off ?? missing));
}

const gone = 'What was marked is gone: mark another.';

function withPalette(state: AppState, palette: Palette): AppState {
  return { ...state, palette };
}

export function withoutPalette(state: AppState): AppState {
  return { ...state, palette: null };
}
