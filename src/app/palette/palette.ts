import { emptyField, insertText, type TextField } from '../../room/field.ts';
import { typeKey, wheel } from '../../room/keyName.ts';
import type { Place, RoomKey } from '../../room/keys.ts';
import { contains, paletteLayout, paletteRows } from '../../room/layout.ts';
import type { AppState, Palette } from '../../room/state.ts';
import { type Step, stay, withNotice, withoutNotice } from '../../room/step.ts';
import type { MouseToken } from '../../terminal/input.ts';
import type { Offer } from './filter.ts';

/** What the palette offers; only the program's definitions know, of which it is a part. */
type Offers = (state: AppState) => readonly Offer[];

const keys = { group: 'Palette', palette: 'never' } as const;

/** Opens the palette. */
export function paletteKeyOf(offersOf: Offers): RoomKey {
  return {
    id: 'palette',
    title: 'all actions, workers and cards, to be found by their letters',
    hint: ({ focus }) => (focus.at === 'list' ? 'palette' : null),
    keys: [':', 'ctrl-p'],
    group: 'Program',
    palette: 'never',
    run: (state) => stay(withFilter(state, emptyField, offersOf)),
  };
}

/** The palette, which does nothing by itself: enter does what the marked item's key does where one is. */
export function palettePlaceOf(offersOf: Offers): Place {
  const typed = (state: AppState, edit: (filter: TextField) => TextField | null): Step => {
    const filter = state.palette && edit(state.palette.filter);
    return stay(filter ? withFilter(state, filter, offersOf) : state);
  };
  const moving = (
    to: string,
    title: string,
    names: readonly string[],
    by: (state: AppState) => number,
  ): RoomKey => ({
    ...{ ...keys, id: `palette-${to}`, title, keys: names },
    run: (state) => stay(moveMark(state, offersOf(state), by(state))),
  });
  return {
    name: 'palette',
    isHere: ({ palette }) => palette !== null,
    keys: [
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
    ],
    type: (state, token) => typed(state, (filter) => typeKey(filter, token)),
    paste: (state, { text }) => typed(state, (filter) => insertText(filter, text)),
  };
}

/** A click does what is clicked, and closes the palette anywhere else; the wheel goes through the items. */
export function updatePaletteMouse(state: AppState, token: MouseToken, offers: readonly Offer[]): Step {
  if (wheel(token) !== 0) return stay(moveMark(state, offers, wheel(token)));
  if (token.action !== 'press' || token.button !== 'left') return stay(state);
  const { rect, list, first } = paletteLayout(state.size, offers.length, markedAt(state, offers));
  if (!contains(rect, token.x, token.y)) return stay(withoutPalette(withoutNotice(state)));
  const offer = contains(list, token.x, token.y) ? offers[first + token.y - list.y] : undefined;
  return offer ? runMarked(withMark(withoutNotice(state), offer.item.id), offers) : stay(state);
}

/** Opens the palette, or has it look for something else: the best that is found is marked. */
function withFilter(state: AppState, filter: TextField, offersOf: Offers): AppState {
  const { palette } = state;
  if (palette?.filter.text === filter.text) return withPalette(state, { ...palette, filter });
  const next = withPalette(state, { filter, marked: null });
  return withPalette(next, { filter, marked: offersOf(next)[0]?.item.id ?? null });
}

/** Marks an item further down or up, stopping at both ends; the nearer end where none is marked. */
function moveMark(state: AppState, offers: readonly Offer[], by: number): AppState {
  const at = markedAt(state, offers);
  const to = at < 0 && by < 0 ? offers.length - 1 : Math.max(0, Math.min(offers.length - 1, at + by));
  return withMark(state, offers[to]?.item.id ?? null);
}

function withMark(state: AppState, marked: string | null): AppState {
  return state.palette ? withPalette(state, { ...state.palette, marked }) : state;
}

/** Index of the marked item; -1 where it is gone, or was never there. */
export function markedAt({ palette }: AppState, offers: readonly Offer[]): number {
  return palette ? offers.findIndex(({ item }) => item.id === palette.marked) : -1;
}

/** What came into the place of the marked item is another, which was not marked. A refusal leaves the palette open. */
function runMarked(state: AppState, offers: readonly Offer[]): Step {
  const item = offers[markedAt(state, offers)]?.item;
  if (item && item.off === null) return item.run(withoutPalette(state));
  const missing = offers.length === 0 ? 'Nothing is found by these letters.' : gone;
  return stay(withNotice(state, item?.off ?? missing));
}

const gone = 'What was marked is gone: mark another.';

function withPalette(state: AppState, palette: Palette): AppState {
  return { ...state, palette };
}

function withoutPalette(state: AppState): AppState {
  return { ...state, palette: null };
}
