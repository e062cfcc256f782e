import { editField, insertText } from '../../room/field.ts';
import { keyName, typedText } from '../../room/keyName.ts';
import { whyOff } from '../../room/keys.ts';
import { isWaiting, waitingText } from '../../room/reachable.ts';
import { type AppState, shownDialog } from '../../room/state.ts';
import { type Step, stay, withDialog, withNotice, withoutNotice } from '../../room/step.ts';
import type { KeyToken, PasteToken, ReleaseToken, Token } from '../../terminal/input.ts';
import { definitionOf, keyFor, placeOf } from '../definitions.ts';
import { dropsSelection } from './drag.ts';
import { updateMouse } from './mouse.ts';

/** Something a person did goes to what has the focus: a key, or the text or program behind it. */
export function updateToken(state: AppState, token: Token, unseen = false): Step {
  const { drag } = state;
  if (unseen && token.kind === 'key' && keyFor(state, keyName(token))?.isDeciding)
    return stay(withNotice(state, unseenText));
  if (!dropsSelection(drag, token)) return takeToken(state, token);
  const step = takeToken({ ...state, drag: null }, token);
  return { state: step.state, effects: [{ type: 'select', id: drag.id, to: null }, ...step.effects] };
}

const unseenText = 'This has just come up: look, and press again.';

function takeToken(state: AppState, token: Token): Step {
  switch (token.kind) {
    case 'key':
      // Typing in the palette is no look at what lies below it.
      return state.palette ? updateKey(state, token) : steady(updateKey(state, token));
    case 'paste':
      return updatePaste(state, token);
    case 'mouse':
      return updateMouse(state, token);
    case 'release':
      return updateRelease(state, token);
    case 'focus':
      return stay(state.hasFocus === token.gained ? state : { ...state, hasFocus: token.gained });
    // The terminal's answers are of no concern here, and none of a worker's business.
    case 'reply':
      return stay(state);
  }
}

/** Whoever presses a key has looked. */
function steady(step: Step): Step {
  return step.state.slid ? { ...step, state: { ...step.state, slid: false } } : step;
}

function updateKey(old: AppState, token: KeyToken): Step {
  const place = placeOf(old);
  // What is said stays while a worker is typed into.
  const state = place?.isProgram ? old : withoutNotice(old);
  const key = keyFor(state, keyName(token));
  if (key) {
    const why = whyOff(key, state);
    return why === null ? key.run(withoutNotice(state)) : stay(withNotice(state, why));
  }
  return place ? (place.type?.(state, token) ?? stay(state)) : stay(typeText(state, token));
}

/** A worker hears of keys let go only if it asked for that: our own terminal then tells of it. */
function updateRelease(state: AppState, { raw }: ReleaseToken): Step {
  const { focus } = state;
  const isTyping = focus.at === 'pane' && placeOf(state)?.isProgram;
  return isTyping ? { state, effects: [{ type: 'input', id: focus.id, bytes: raw }] } : stay(state);
}

/** Letters and editing keys go into the dialog's text, where it has one. */
function typeText(state: AppState, token: KeyToken): AppState {
  const typed = typedText(token);
  if (isWaiting(state)) return typed === null ? state : withNotice(state, waitingText);
  const dialog = shownDialog(state);
  const text = dialog && definitionOf(dialog).text;
  const field = dialog && text?.of(dialog);
  if (!dialog || !text || !field) return state;
  const edited = typed === null ? editField(field, keyName(token)) : insertText(field, typed);
  return edited ? withDialog(state, text.with(dialog, edited)) : state;
}

function updatePaste(state: AppState, token: PasteToken): Step {
  const place = placeOf(state);
  if (place) return place.paste?.(state, token) ?? stay(state);
  const dialog = shownDialog(state);
  const text = dialog && definitionOf(dialog).text;
  const field = dialog && text?.of(dialog);
  if (!dialog || !text || !field || isWaiting(state)) return stay(state);
  const pasted = insertText(field, token.text, text.isMultiline?.(dialog) ?? false);
  return stay(withDialog(state, text.with(dialog, pasted)));
}
