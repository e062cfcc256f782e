import type { Result } from '../../domain/problem.ts';
import type { Copied, Message } from '../../room/messages.ts';
import type { AppState } from '../../room/state.ts';
import { problemLine, type Step, stay, toList, withNotice } from '../../room/step.ts';
import { counted } from '../../room/text/words.ts';
import { withCursor } from '../lookBack.ts';

type Searched = Extract<Message, { type: 'searched' }>;

/** The cursor goes to the match; an answer that nobody waits for any more changes nothing. */
export function takeFound(state: AppState, { id, text, result }: Searched): Step {
  const { focus } = state;
  if (focus.at !== 'history' || focus.id !== id || focus.search?.text !== text) return stay(state);
  if (!result.ok) return stay(withNotice(state, problemLine(result.problem), 'problem'));
  const found = result.value;
  const step = withCursor(state, { ...focus, search: { text, found } }, found.at ?? focus.cursor);
  return found.found ? step : stay(withNotice(step.state, `“${text}” is nowhere in it.`));
}

export function takeCopied(state: AppState, result: Result<Copied>): AppState {
  if (!result.ok) return withNotice(state, problemLine(result.problem), 'problem');
  const { lines, path } = result.value;
  if (lines === 0) return withNotice(state, 'Nothing but blanks was selected.');
  const copied = `Copied ${counted(lines, 'line')}`;
  return withNotice(state, path === null ? `${copied}.` : `${copied} to the file ${path}`);
}

/** Whoever looks back at a screen that is gone is back in the lists. */
export function withoutTerminal(state: AppState, id: string): AppState {
  const terminals = new Map(state.terminals);
  terminals.delete(id);
  const next = { ...state, terminals, drag: state.drag?.id === id ? null : state.drag };
  const { focus } = state;
  if (focus.at !== 'history' || focus.id !== id) return next;
  return withNotice(toList(next), `The screen of ${id} is gone.`);
}
