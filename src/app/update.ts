import { suggestionText } from '../features/notion/words.ts';
import type { TerminalRecord } from '../protocol/hostApi.ts';
import type { Message } from '../room/messages.ts';
import type { AppState } from '../room/state.ts';
import { ask, problemLine, type Step, stay, withNotice, withoutNotice } from '../room/step.ts';
import { hearBell, newsBetween, withHeardBells } from './alerts.ts';
import { noticeLife } from './clock.ts';
import { afterLookingBack, takeCopied, takeFound, withCursorInRange, withoutTerminal } from './lookBack.ts';
import { updateAnswer } from './update/answers.ts';
import { holdDrag } from './update/drag.ts';
import { withFacts } from './update/facts.ts';
import { updateToken } from './update/tokens.ts';
import { withScrollInRange, withSeen } from './view/dialog.ts';
import { progressMark, shownTitle } from './view/panes.ts';

/** The one way to change what is on the screen. Pure, synchronous and total. */
export function updateApp(state: AppState, message: Message): Step {
  const step = afterLookingBack(state, afterMessage(state, message));
  return { state: withHeardBells(withCursorInRange(withScrollInRange(step.state))), effects: step.effects };
}

function afterMessage(state: AppState, message: Message): Step {
  switch (message.type) {
    case 'resized':
      return stay({ ...state, size: message.size });
    case 'factsArrived':
      return withNews(state, withSuggestedSync(state, withFacts(state, message.facts)));
    case 'connectionChanged':
      return connectionChanged(state, message.connection);
    case 'terminalChanged':
      return stay(withTerminal(state, message.record));
    case 'terminalForgotten':
      return stay(withoutTerminal(state, message.id));
    case 'bellRang':
      return hearBell(state, message.id);
    case 'notifyFailed':
      return stay(withNotice(state, message.message, 'problem'));
    case 'tokenArrived':
      return updateToken(message.unseen ? state : withSeen(state), message.token, message.unseen);
    case 'dragHeld':
      return holdDrag(state);
    case 'searched':
      return takeFound(state, message);
    case 'copied':
      return stay(takeCopied(state, message.result));
    case 'notTyped':
      return stay(withNotice(state, problemLine(message.problem), 'problem'));
    case 'attachEnded':
      return stay(
        message.why === 'left' ? state : withNotice(state, `The terminal of ${message.id} is gone.`),
      );
    case 'answered':
      return updateAnswer(state, message);
    case 'ticked':
      return stay(withFading({ ...state, now: message.now }));
  }
}

/** Said once, where nothing else is being said; the header goes on saying it. */
function withSuggestedSync(old: AppState, state: AppState): AppState {
  const { suggestion, pending = 0 } = state.facts?.notion ?? {};
  if (!old.facts || old.facts.notion?.suggestion || !suggestion || state.notice) return state;
  return withNotice(state, `${suggestionText(suggestion, pending)}: b, then s.`);
}

function withNews(old: AppState, state: AppState): Step {
  return { state, effects: newsBetween(old, state) };
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

/** Records change many times a second: only what is shown makes a new state. */
function withTerminal(state: AppState, record: TerminalRecord): AppState {
  const known = state.terminals.get(record.id);
  if (known && isShownAlike(known, record)) return state;
  return { ...state, terminals: new Map(state.terminals).set(record.id, record) };
}

function isShownAlike(a: TerminalRecord, b: TerminalRecord): boolean {
  return (
    a.pid === b.pid &&
    (a.exit === null) === (b.exit === null) &&
    a.cols === b.cols &&
    a.rows === b.rows &&
    shownTitle(a.title) === shownTitle(b.title) &&
    progressMark(a.progress)?.text === progressMark(b.progress)?.text &&
    a.mouse === b.mouse &&
    a.fullScreen === b.fullScreen
  );
}
