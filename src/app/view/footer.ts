import type { History } from '../../room/history.ts';
import { keyLabel } from '../../room/keyName.ts';
import { hintOf, keysOf, type RoomKey, whyOff } from '../../room/keys.ts';
import { fits } from '../../room/layout.ts';
import type { AppState } from '../../room/state.ts';
import { fitLine, type Line, line, lineWidth, type Span, span, spreadLine } from '../../room/text/line.ts';
import { counted } from '../../room/text/words.ts';
import { oneLineField } from '../../room/textField.ts';
import { keysAt } from '../definitions.ts';

/** A notice, or the keys that do something now. The key that leaves a worker is always named. */
export function footerLine(state: AppState): Line {
  const { cols } = state.size;
  const notice = noticeLine(state);
  const { focus } = state;
  if (focus.at === 'pane') return besideKeys(state, notice);
  // What lies over the room names its keys itself.
  if (state.palette) return fitLine([span(' '), ...notice], cols);
  const prompt = promptOf(state);
  if (prompt) return prompt.line;
  if (focus.at === 'history' && notice.length === 0) return besideKeys(state, matchesLine(focus));
  if (notice.length > 0) return fitLine([span(' '), ...notice], cols);
  return fitLine(focus.at === 'dialog' ? [] : [span(' '), ...keyHints(state, cols - 2)], cols);
}

/** What is said stands behind the keys, which are never covered. */
function besideKeys(state: AppState, said: Line): Line {
  const { cols } = state.size;
  const room = cols - 2 - (said.length > 0 ? lineWidth(said) + 3 : 0);
  return fitLine([span(' '), ...keyHints(state, room), span('   '), ...said], cols);
}

/** The text to search for while it is typed, and the caret's cell; null while none is. */
export function promptOf(state: AppState): { line: Line; caret: { x: number; y: number } } | null {
  const prompt = state.focus.at === 'history' ? state.focus.prompt : null;
  if (!prompt || !fits(state.size)) return null;
  const { cols, rows } = state.size;
  const hints = keyHints(state, cols);
  const head = ' search: ';
  const field = oneLineField(head, prompt, cols - lineWidth(hints) - 2);
  const line = [...spreadLine(field.line, hints, cols - 1), span(' ')];
  return { line, caret: { x: head.length + field.column, y: rows - 1 } };
}

/** `3 of 17` */
function matchesLine({ search }: History): Line {
  if (!search) return [];
  const { found } = search;
  if (!found) return line('searching …', 'muted');
  return line(
    found.found ? `${found.nth} of ${counted(found.matches, 'match', 'matches')}` : 'no match',
    'notice',
  );
}

function noticeLine({ notice, connection }: AppState): Line {
  // What keeps the controller away stays until it is mended; a mere loss is told in the header.
  if (connection.status === 'lost' && connection.problem.code !== 'disconnected') {
    const { message, hint } = connection.problem;
    return line(`! ${[message, hint].filter(Boolean).join(' ')}`, 'bad');
  }
  if (!notice) return [];
  return notice.tone === 'problem' ? line(`! ${notice.text}`, 'bad') : line(notice.text, 'notice');
}

/** Keys and a word each, as many as fit; the last two, help and the way out, are never dropped. */
export function keyHints(state: AppState, width: number): Line {
  const hints = possible(state);
  const always = hints.slice(-2);
  const kept: Line[] = [];
  let left = width - lineWidth(joined(always));
  for (const hint of hints.slice(0, -2)) {
    left -= lineWidth(hint) + 2;
    if (left < 0) break;
    kept.push(hint);
  }
  return joined([...kept, ...always]);
}

function possible(state: AppState): readonly Line[] {
  return keysAt(state)
    .filter((key) => hintOf(key, state) !== null)
    .filter((key) => whyOff(key, state) === null)
    .toSorted((one, other) => Number(isWayOut(one)) - Number(isWayOut(other)))
    .map((key) => [
      span(keyLabel(keysOf(key, state.settings)[0] ?? ''), 'key'),
      span(` ${hintOf(key, state)}`, 'muted'),
    ]);
}

/** Whatever else can be done in a place, how to leave it is said last. */
function isWayOut({ keys }: RoomKey): boolean {
  return keys.includes('escape');
}

function joined(hints: readonly Line[]): Line {
  return hints.flatMap((hint, index): readonly Span[] => (index > 0 ? [span('  '), ...hint] : hint));
}
