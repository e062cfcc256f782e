import type { Facts } from '../core/facts.ts';
import type { QueueItem } from '../core/queue.ts';
import { suggestionText } from '../features/notion/texts.ts';
import type { TerminalRecord } from '../ipc/hostApi.ts';
import type { KeyToken, PasteToken, ReleaseToken, Token } from '../terminal/input.ts';
import { editField, insertText } from '../ui/field.ts';
import { nextAge, shortAge } from '../ui/format.ts';
import { keyName, typedText, whyOff } from '../ui/keys.ts';
import { type AppState, type Notice, shownDialog } from '../ui/state.ts';
import {
  ask,
  isWaiting,
  noEffects,
  problemLine,
  type ScreenEffect,
  type ScreenMessage,
  type Step,
  waitingText,
  withDialog,
  withNotice,
  withoutNotice,
} from '../ui/step.ts';
import { updateAnswer, withFacts } from './answers.ts';
import { withCopied, withCursorInRange, withFound, withoutTerminal, withResetView } from './copyMode.ts';
import { definitionOf, keyFor, placeOf } from './definitions.ts';
import { dropsSelection, holdDrag, updateMouse } from './mouse.ts';
import { withScrollInRange, withSeen } from './overlays.ts';
import { progressMark, shownTitle } from './panes.ts';

/** Updates the room's state. Pure, synchronous and total. */
export function updateApp(state: AppState, message: ScreenMessage): Step {
  const step = withResetView(state, afterMessage(state, message));
  return { state: withoutSeenBells(withCursorInRange(withScrollInRange(step.state))), effects: step.effects };
}

function afterMessage(state: AppState, message: ScreenMessage): Step {
  switch (message.type) {
    case 'resized':
      return noEffects({ ...state, size: message.size });
    case 'factsArrived':
      return factsArrived(state, message.facts);
    case 'connectionChanged':
      return connectionChanged(state, message.connection);
    case 'terminalChanged':
      return noEffects(withTerminal(state, message.record));
    case 'terminalForgotten':
      return noEffects(withoutTerminal(state, message.id));
    case 'bellRang':
      return ringBell(state, message.id);
    case 'notifyFailed':
      return noEffects(withNotice(state, message.message, 'problem'));
    case 'tokenArrived':
      return updateToken(message.unseen ? state : withSeen(state), message.token, message.unseen);
    case 'dragHeld':
      return holdDrag(state);
    case 'searched':
      return withFound(state, message);
    case 'copied':
      return noEffects(withCopied(state, message.result));
    case 'notTyped':
      return noEffects(withNotice(state, problemLine(message.problem), 'problem'));
    case 'attachEnded':
      return noEffects(
        message.why === 'left' ? state : withNotice(state, `The terminal of ${message.id} is gone.`),
      );
    case 'answered':
      return updateAnswer(state, message);
    case 'ticked':
      return noEffects(withFading({ ...state, now: message.now }));
  }
}

function factsArrived(old: AppState, facts: Facts): Step {
  const state = withSuggestedSync(old, withFacts(old, facts));
  return { state, effects: newNotifications(old, state) };
}

/** Suggests a sync once, unless another notice is shown; the header keeps showing it. */
function withSuggestedSync(old: AppState, state: AppState): AppState {
  const { suggestion, pending = 0 } = state.facts?.notion ?? {};
  if (!old.facts || old.facts.notion?.suggestion || !suggestion || state.notice) return state;
  return withNotice(state, `${suggestionText(suggestion, pending)}: b, then s.`);
}

/** Stores the connection; a new live one requests all facts. */
function connectionChanged(state: AppState, connection: AppState['connection']): Step {
  const isNewlyLive = connection.status === 'live' && state.connection.status !== 'live';
  const next = { ...state, connection };
  return isNewlyLive ? ask(next, 'facts', {}) : noEffects(next);
}

/** Removes a notice after its time, because it covers the keys. */
function withFading(state: AppState): AppState {
  const { notice, now } = state;
  if (!notice) return state;
  if (notice.since === null) return { ...state, notice: { ...notice, since: now } };
  return now - notice.since < noticeLife(notice) ? state : withoutNotice(state);
}

/** Stores a terminal's record if something visible changed: records change many times a second. */
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

/** Routes input to a key, a text field or a program. */
function updateToken(state: AppState, token: Token, unseen = false): Step {
  const { drag } = state;
  if (unseen && token.kind === 'key' && keyFor(state, keyName(token))?.isDeciding)
    return noEffects(withNotice(state, unseenText));
  if (!dropsSelection(drag, token)) return takeToken(state, token);
  const step = takeToken({ ...state, drag: null }, token);
  return { state: step.state, effects: [{ type: 'select', id: drag.id, to: null }, ...step.effects] };
}

const unseenText = 'This has just appeared. Read it, then press again.';

function takeToken(state: AppState, token: Token): Step {
  switch (token.kind) {
    case 'key':
      // Typing in the palette does not confirm the selected row.
      return state.palette ? updateKey(state, token) : withSteadySelection(updateKey(state, token));
    case 'paste':
      return updatePaste(state, token);
    case 'mouse':
      return updateMouse(state, token);
    case 'release':
      return updateRelease(state, token);
    case 'focus':
      return noEffects(state.hasFocus === token.gained ? state : { ...state, hasFocus: token.gained });
    // Answers of the terminal are handled by the client.
    case 'reply':
      return noEffects(state);
  }
}

/** Resets `selectionShifted`: a key confirms the selected row. */
function withSteadySelection(step: Step): Step {
  return step.state.selectionShifted ? { ...step, state: { ...step.state, selectionShifted: false } } : step;
}

function updateKey(old: AppState, token: KeyToken): Step {
  const place = placeOf(old);
  // A notice stays while the person types into a worker.
  const state = place?.isProgram ? old : withoutNotice(old);
  const key = keyFor(state, keyName(token));
  if (key) {
    const why = whyOff(key, state);
    return why === null ? key.run(withoutNotice(state)) : noEffects(withNotice(state, why));
  }
  return place ? (place.type?.(state, token) ?? noEffects(state)) : noEffects(typeText(state, token));
}

/** Passes the release of a key to a worker. The terminal reports releases only if the worker asked for them. */
function updateRelease(state: AppState, { raw }: ReleaseToken): Step {
  const { focus } = state;
  const isTyping = focus.at === 'pane' && placeOf(state)?.isProgram;
  return isTyping ? { state, effects: [{ type: 'input', id: focus.id, bytes: raw }] } : noEffects(state);
}

/** Types a key into the dialog's text field, if it has one. */
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
  if (place) return place.paste?.(state, token) ?? noEffects(state);
  const dialog = shownDialog(state);
  const text = dialog && definitionOf(dialog).text;
  const field = dialog && text?.of(dialog);
  if (!dialog || !text || !field || isWaiting(state)) return noEffects(state);
  const pasted = insertText(field, token.text, text.isMultiline?.(dialog) ?? false);
  return noEffects(withDialog(state, text.with(dialog, pasted)));
}

/**
 * Returns notifications for queue items that the facts before did not have. Left out are the worker in view, silenced
 * workers and the items that the room opened with.
 */
function newNotifications(old: AppState, next: AppState): readonly ScreenEffect[] {
  if (!old.facts || !next.facts || old.facts === next.facts || !next.settings.notify) return [];
  const known = new Set(old.facts.queue.map(nameOf));
  const news = next.facts.queue.filter((item) => !known.has(nameOf(item)) && needsNotification(next, item));
  return news.map(({ worker, text }) => ({ type: 'notify', worker, text }));
}

/** Returns the identity of a queue item; the same state at another time is another item. */
function nameOf({ id, since }: QueueItem): string {
  return `${id} ${since}`;
}

function needsNotification(state: AppState, { kind, worker, proposal }: QueueItem): boolean {
  if (state.silenced.has(worker)) return false;
  // The person made their own proposals.
  if (kind === 'proposal') return state.facts?.proposals.find(({ n }) => n === proposal)?.by !== 'person';
  return !isLookedAt(state, worker);
}

/** Marks a worker that rang until it is in view, and rings the person's terminal if the settings say so. */
function ringBell(state: AppState, id: string): Step {
  if (isLookedAt(state, id)) return noEffects(state);
  const rang = state.rang.has(id) ? state.rang : new Set(state.rang).add(id);
  const next = rang === state.rang ? state : { ...state, rang };
  return { state: next, effects: state.settings.bell ? [{ type: 'ring' }] : [] };
}

/** Removes the marks of workers that are in view or no longer exist. */
function withoutSeenBells(state: AppState): AppState {
  const rang = [...state.rang].filter((id) => state.terminals.has(id) && !isLookedAt(state, id));
  return rang.length === state.rang.size ? state : { ...state, rang: new Set(rang) };
}

/** Reports whether a worker is in view: it has the keys, or was selected last, in a focused window. */
function isLookedAt({ hasFocus, focus, anchor }: AppState, id: string): boolean {
  if (!hasFocus) return false;
  return 'id' in focus ? focus.id === id : anchor === id;
}

/** The shortest pause between two ticks. */
const shortestTick = 1_000;
/** How late an age may be shown, so that the ages of many workers change in one frame. */
const agesTogether = 15_000;

/** Returns the time that a notice is shown, in milliseconds. */
function noticeLife({ tone }: Pick<Notice, 'tone'>): number {
  return tone === 'problem' ? 30_000 : 10_000;
}

/**
 * Returns the milliseconds until an age or a notice changes on the screen; null while nothing changes with time.
 * @param now the current time; the state has that of the last tick
 */
export function nextTick(
  { facts, notice, now: shown }: Pick<AppState, 'facts' | 'notice' | 'now'>,
  now = shown,
): number | null {
  const workers = facts?.workers.map((worker) => worker.stateSince) ?? [];
  const proposals =
    facts?.proposals.flatMap(({ at, plan }) => (plan?.base ? [at, plan.base.committedAt] : [at])) ?? [];
  const pauses = [...workers, ...proposals].map((at) =>
    shortAge(at, shown) === shortAge(at, now) ? Math.max(agesTogether, nextAge(at, now)) : 0,
  );
  if (notice) pauses.push(notice.since === null ? 0 : notice.since + noticeLife(notice) - now);
  const soonest = Math.min(...pauses, Number.POSITIVE_INFINITY);
  return Number.isFinite(soonest) ? Math.max(shortestTick, soonest) : null;
}
