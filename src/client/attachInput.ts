import type { Token } from '../terminal/input.ts';
import { mouseBytes } from '../terminal/paneInput.ts';
import type { Modes } from '../terminal/screen.ts';

/** Mouse reports that are no mouse tokens, such as those of old encodings: events, not answers. */
const event = /^\x1b\[(?:M.{3}|<?[\d;]+[Mm])$/s;
/** A key as terminals send it, and the answer where the cursor is in the first row. */
const placeOrKey = /^\x1b\[1;\d+R$/;

/**
 * What a program that has the person's terminal to itself is sent, one byte a character: what the terminal sent. The
 * host has answered each of the program's questions, so answers of the person's terminal, which saw them too, are
 * dropped, and with them the one key that looks like an answer, F3 with a modifier. Pastes go another way.
 */
export function rawBytes(token: Token): string {
  switch (token.kind) {
    case 'key':
      return placeOrKey.test(token.raw) ? '' : token.raw;
    case 'mouse':
    case 'release':
      return token.raw;
    // The terminal tells only a program that asked.
    case 'focus':
      return focusBytes(token.gained);
    case 'reply':
      return event.test(token.raw) ? token.raw : '';
    case 'paste':
      return '';
  }
}

/** What a program is sent whose screen is painted by us, in modes that are ours. */
export function paintedBytes(token: Token, modes: Modes | null): string {
  switch (token.kind) {
    case 'key':
      return token.raw;
    case 'mouse':
      return modes ? mouseBytes(token, modes) : '';
    case 'focus':
      return modes?.focusEvents ? focusBytes(token.gained) : '';
    // No keyboard protocol is on, so none of these comes.
    case 'release':
    case 'reply':
    case 'paste':
      return '';
  }
}

function focusBytes(gained: boolean): string {
  return gained ? '\x1b[I' : '\x1b[O';
}
