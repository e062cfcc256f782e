import { editField, insertText } from '../../room/field.ts';
import { contains } from '../../room/geometry.ts';
import { keyName, typedText } from '../../room/keyName.ts';
import type { AppState, Palette } from '../../room/state.ts';
import { type Step, stay, withoutNotice } from '../../room/step.ts';
import type { KeyToken, MouseToken } from '../../terminal/input.ts';
import { markedAt, moveMark, runMarked, withFilter, withMark, withoutPalette } from '../actions/palette.ts';
import { selectOffers } from '../actions.ts';
import { paletteLayout } from '../palette/layout.ts';
import { wheel } from './wheel.ts';

/** Letters and editing keys go into what is looked for. */
export function typeFilter(state: AppState, { filter }: Palette, token: KeyToken): AppState {
  const text = typedText(token);
  const edited = text === null ? editField(filter, keyName(token)) : insertText(filter, text);
  return edited ? withFilter(state, edited, selectOffers) : state;
}

export function pasteFilter(state: AppState, { filter }: Palette, text: string): AppState {
  return withFilter(state, insertText(filter, text), selectOffers);
}

/** A click does what is clicked, and closes the palette anywhere else; the wheel goes through the items. */
export function updatePaletteMouse(state: AppState, token: MouseToken): Step {
  const offers = selectOffers(state);
  if (wheel(token) !== 0) return stay(moveMark(state, offers, wheel(token)));
  if (token.action !== 'press' || token.button !== 'left') return stay(state);
  const { rect, list, first } = paletteLayout(state.size, offers.length, markedAt(state, offers));
  if (!contains(rect, token.x, token.y)) return stay(withoutPalette(withoutNotice(state)));
  const offer = contains(list, token.x, token.y) ? offers[first + token.y - list.y] : undefined;
  return offer ? runMarked(withMark(withoutNotice(state), offer.item.id), offers) : stay(state);
}
