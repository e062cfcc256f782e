import { isLive } from '../../domain/worker.ts';
import { editField, insertText } from '../../room/field.ts';
import type { History } from '../../room/history.ts';
import { keyLabel, keyName, typedText } from '../../room/keyName.ts';
import { isWaiting, waitingText } from '../../room/reachable.ts';
import { findWorker } from '../../room/select.ts';
import type { AppState } from '../../room/state.ts';
import { type Step, stay, withDialog, withNotice, withoutNotice } from '../../room/step.ts';
import type { KeyToken, PasteToken, ReleaseToken, Token } from '../../terminal/input.ts';
import { isEnabled } from '../action.ts';
import { keyFor, whereOf } from '../actions.ts';
import type { Dialog } from '../dialog.ts';
import { dialogOf } from '../dialog.ts';
import { isMultiline, textOf, withText } from '../dialogText.ts';
import { withHistory } from '../lookBack.ts';
import { dropsSelection } from './drag.ts';
import { updateMouse } from './mouse.ts';
import { pasteFilter, typeFilter } from './palette.ts';

/** Something a person did goes to what has the focus: a worker, a text, or the table of actions. */
export function updateToken(state: AppState, token: Token, unseen = false): Step {
  const { drag } = state;
  if (unseen && token.kind === 'key' && isYes(state, keyName(token)))
    return stay(withNotice(state, unseenText));
  if (!dropsSelection(drag, token)) return takeToken(state, token);
  const step = takeToken({ ...state, drag: null }, token);
  return { state: step.state, effects: [{ type: 'select', id: drag.id, to: null }, ...step.effects] };
}

const unseenText = 'This has just come up: look, and press again.';

/** Whether a key decides something. */
function isYes(state: AppState, key: string): boolean {
  const here = keyFor(state, key);
  return here !== null && (here.isDeciding ?? /^[y\d]$/.test(key));
}

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
  const key = keyName(token);
  const where = whereOf(old);
  const state = where === 'pane' ? old : withoutNotice(old);
  const action = keyFor(state, key);
  if (action) {
    const enabled = isEnabled(action, state);
    return enabled === true ? action.run(withoutNotice(state)) : stay(withNotice(state, enabled));
  }
  if (where === 'palette' && state.palette) return stay(typeFilter(state, state.palette, token));
  if (state.focus.at === 'pane')
    return where === 'pane' ? typeInto(state, state.focus.id, token) : stay(state);
  if (state.focus.at === 'history')
    return stay(where === 'too-small' ? state : typeSearch(state, state.focus, token));
  const dialog = dialogOf(state);
  return stay(dialog && where !== 'too-small' ? typeText(state, dialog, token) : state);
}

/** A worker hears of keys let go only if it asked for that: our own terminal then tells of it. */
function updateRelease(state: AppState, { raw }: ReleaseToken): Step {
  const isTyping = state.focus.at === 'pane' && whereOf(state) === 'pane';
  return isTyping ? { state, effects: [{ type: 'input', id: state.focus.id, bytes: raw }] } : stay(state);
}

/** Every key but the leave key is the worker's, byte for byte. */
function typeInto(state: AppState, id: string, token: KeyToken): Step {
  const refusal = whyDeaf(state, id);
  if (refusal !== null) return stay(withNotice(state, refusal));
  return { state, effects: [{ type: 'input', id, bytes: token.raw }] };
}

/**
 * A worker that ended under the person's fingers keeps the focus: the rest of what they are typing must not
 * become commands.
 */
function whyDeaf(state: AppState, id: string): string | null {
  const worker = findWorker(state, id);
  if (worker && isLive(worker.state)) return null;
  return `${id} has ended and takes no keys; ${keyLabel(state.settings.leaveKey)} goes back to the lists.`;
}

function typeText(state: AppState, dialog: Dialog, token: KeyToken): AppState {
  if (isWaiting(state)) return typedText(token) === null ? state : withNotice(state, waitingText);
  const field = textOf(dialog);
  if (!field) return state;
  const text = typedText(token);
  const edited = text === null ? editField(field, keyName(token)) : insertText(field, text);
  return edited ? withDialog(state, withText(dialog, edited)) : state;
}

/** Letters and editing keys go into the text to search for, while it is being typed. */
function typeSearch(state: AppState, history: History, token: KeyToken): AppState {
  if (!history.prompt) return state;
  const text = typedText(token);
  const prompt = text === null ? editField(history.prompt, keyName(token)) : insertText(history.prompt, text);
  return prompt ? withHistory(state, { ...history, prompt }) : state;
}

function updatePaste(state: AppState, { text, last }: PasteToken): Step {
  if (whereOf(state) === 'too-small') return stay(state);
  if (state.palette) return stay(pasteFilter(state, state.palette, text));
  if (state.focus.at === 'pane') {
    const { id } = state.focus;
    const refusal = whyDeaf(state, id);
    if (refusal !== null) return stay(withNotice(state, refusal));
    return { state, effects: [{ type: 'paste', id, text, last }] };
  }
  if (state.focus.at === 'history') {
    const { prompt } = state.focus;
    return stay(prompt ? withHistory(state, { ...state.focus, prompt: insertText(prompt, text) }) : state);
  }
  const dialog = dialogOf(state);
  const field = dialog && textOf(dialog);
  if (!dialog || !field || isWaiting(state)) return stay(state);
  return stay(withDialog(state, withText(dialog, insertText(field, text, isMultiline(dialog)))));
}
