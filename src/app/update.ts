import type { TerminalRecord } from '../protocol/hostApi.ts';
import { noticeLife } from './clock.ts';
import type { Message } from './messages.ts';
import type { AppState } from './state.ts';
import { ask, type Step, stay, withoutNotice } from './step.ts';
import { updateAnswer } from './update/answers.ts';
import { withFacts } from './update/facts.ts';
import { updateToken } from './update/tokens.ts';
import { withScrollInRange } from './view/dialog.ts';

/** The one way to change what is on the screen. Pure, synchronous and total. */
export function updateApp(state: AppState, message: Message): Step {
  const step = afterMessage(state, message);
  return { state: withScrollInRange(step.state), effects: step.effects };
}

function afterMessage(state: AppState, message: Message): Step {
  switch (message.type) {
    case 'resized':
      return stay({ ...state, size: message.size });
    case 'factsArrived':
      return stay(withFacts(state, message.facts));
    case 'connectionChanged':
      return connectionChanged(state, message.connection);
    case 'terminalChanged':
      return stay(withTerminal(state, message.record));
    case 'terminalForgotten':
      return stay({ ...state, terminals: without(state.terminals, message.id) });
    case 'tokenArrived':
      return updateToken(state, message.token);
    case 'answered':
      return updateAnswer(state, message);
    case 'ticked':
      return stay(withFading({ ...state, now: message.now }));
  }
}

/** A new link knows nothing of what was missed, so it begins with the whole picture. */
function connectionChanged(state: AppState, connection: AppState['connection']): Step {
  const isNewlyLive = connection.status === 'live' && state.connection.status !== 'live';
  const next = { ...state, connection };
  return isNewlyLive ? ask(next, 'facts', {}) : stay(next);
}

/** A notice covers the keys, so it does not stay for ever; what was refused has more time to be read. */
function withFading(state: AppState): AppState {
  const { notice, now } = state;
  if (!notice) return state;
  if (notice.since === null) return { ...state, notice: { ...notice, since: now } };
  return now - notice.since < noticeLife(notice) ? state : withoutNotice(state);
}

/** Titles change many times a second and are not shown: only what is shown makes a new state. */
function withTerminal(state: AppState, record: TerminalRecord): AppState {
  const known = state.terminals.get(record.id);
  if (known && known.pid === record.pid && (known.exit === null) === (record.exit === null)) return state;
  return { ...state, terminals: new Map(state.terminals).set(record.id, record) };
}

function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  const next = new Map(map);
  next.delete(key);
  return next;
}
