import { pasteFlags } from '../ipc/link.ts';
import { failure, type Result, success } from '../lib/result.ts';
import { withoutControls } from '../lib/sanitize.ts';
import { pause, pollUntil } from '../lib/schedule.ts';

/** Keyboard and screen of a child, for automatic typing. */
export interface Keyboard {
  isRunning(): boolean;
  /** Reports whether the child enabled bracketed paste. */
  isBracketed(): boolean;
  /** Reports whether the child enabled bracketed paste before and has disabled it: it has no prompt while it works. */
  hasLeftPrompt(): boolean;
  /** Reports whether a synchronized frame is open, so that the screen is incomplete. */
  isDrawing(): boolean;
  /** Parses all output of the child until now and looks for a question; see `showsOpenQuestion`. */
  asks(own: string): boolean;
  /** Returns the screen as plain text. */
  screen(): string;
  /** Types bytes as they are; false when none of them was accepted. */
  type(bytes: Uint8Array): boolean;
  paste(text: string): boolean;
  /** Bytes that the child has not read yet. */
  pending(): number;
  /** `performance.now()` of the last output. */
  lastOutput(): number;
}

/** Programs drop an Enter that follows text too closely: Codex needs 60 ms, Gemini up to 100. */
const beforeEnterMs = 150;
/** Longest wait for a child to show typed text. */
const shownMs = 5000;
const pollMs = 15;
/** A longer frame counts as endless. */
const longestFrameMs = 300;

/** A line for a child. */
export interface TypedLine {
  readonly text: string;
  /** Presses Enter after it. */
  readonly submit: boolean;
  /** Earlier text that may still be in the input box. */
  readonly own?: string;
}

/**
 * Types a line as one paste and, after a pause, Enter; never at a question. Screen and keyboard are in this process, so no
 * output from before a check is missed. A child without bracketed paste takes each line break for an Enter, so each is
 * treated as one.
 * @returns `asks` at a question, with nothing typed; `asks_meanwhile` where one appeared after the text, without Enter;
 * `not_at_prompt`; `not_shown` where the child does not show the text; `not_reading`
 */
export async function typeLine(keyboard: Keyboard, line: TypedLine): Promise<Result<null>> {
  const text = typedBytes(line.text);
  const parts = keyboard.isBracketed() ? [text] : text.replace(/\r+$/, '').split('\r');
  const own = `${line.own ?? ''}\n${line.text}`;
  for (const [at, part] of parts.entries()) {
    const isEntered = line.submit || at < parts.length - 1;
    const typed = await typePart(keyboard, part, own, isEntered);
    if (!typed.ok) return at > 0 && typed.problem.code === 'asks' ? askedMeanwhile() : typed;
    if (at < parts.length - 1) await pause(beforeEnterMs);
  }
  return success(null);
}

async function typePart(
  keyboard: Keyboard,
  text: string,
  own: string,
  isEntered: boolean,
): Promise<Result<null>> {
  if (await asksNow(keyboard, own)) return asked();
  if (keyboard.hasLeftPrompt() || keyboard.screen().trim() === '') return notAtPrompt();
  const typedAt = performance.now();
  if (!keyboard.isRunning()) return notReading();
  if (text !== '' && !keyboard.paste(text)) return notReading();
  if (!isEntered) return success(null);
  const isSeen = () => keyboard.asks(own) || showsText(keyboard.screen(), text);
  if (text !== '' && !(await isShown(keyboard, typedAt, shownMs, isSeen))) return notShown();
  if (await asksNow(keyboard, own)) return text === '' ? asked() : askedMeanwhile();
  return keyboard.type(enter) ? success(null) : notReading();
}

const enter = Buffer.from('\r');

/**
 * Types keys and Enter, like `typeLine`; presses Enter even if the child shows nothing.
 * @returns whether Enter was pressed
 */
export async function typeWord(keyboard: Keyboard, keys: string, patienceMs: number): Promise<boolean> {
  const own = withoutControls(keys);
  if (await asksNow(keyboard, own)) return false;
  const typedAt = performance.now();
  if (!keyboard.type(Buffer.from(keys))) return false;
  await isShown(keyboard, typedAt, patienceMs, () => true);
  if (await asksNow(keyboard, own)) return false;
  return keyboard.type(enter);
}

/** Reports whether a question is open. Waits for the end of an open frame, so that input goes to the screen that was read. */
export async function asksNow(keyboard: Keyboard, own = ''): Promise<boolean> {
  await until(() => !keyboard.isDrawing(), longestFrameMs);
  return keyboard.asks(own);
}

/** Waits until the child has shown the typed text, and then before Enter. */
async function isShown(
  keyboard: Keyboard,
  typedAt: number,
  patienceMs: number,
  isSeen: () => boolean,
): Promise<boolean> {
  const hasShown = () => keyboard.pending() === 0 && keyboard.lastOutput() >= typedAt && isSeen();
  const isShown = await until(() => hasShown() || !keyboard.isRunning(), patienceMs);
  await pause(beforeEnterMs);
  return isShown && keyboard.isRunning();
}

/** Count of letters to find on the screen. */
const surelyShown = 8;

/**
 * Reports whether a screen shows the beginning or the end of a line of the text, or agents' label for a long paste. Until
 * then the child may not have read it, and a question in between would get text and Enter as its answer.
 */
function showsText(screen: string, text: string): boolean {
  const shown = letters(screen);
  const lines = text.split('\r').map(letters);
  const parts = lines.flatMap((line) => [line.slice(0, surelyShown), line.slice(-surelyShown)]);
  const known = parts.filter((part) => part !== '');
  return known.length === 0 || known.some((part) => shown.includes(part)) || /\[Pasted\b/i.test(screen);
}

/** Returns letters and digits only, to ignore borders, wrapping and padding. */
function letters(text: string): string {
  return text.replace(/[^\p{L}\p{N}]/gu, '');
}

function until(holds: () => boolean, limitMs: number): Promise<boolean> {
  return pollUntil(holds, { limitMs, everyMs: pollMs });
}

function asked(): Result<never> {
  return failure(
    'asks',
    'It shows a question, which what is typed now would answer.',
    'Answer it in its pane.',
  );
}

function askedMeanwhile(): Result<never> {
  return failure(
    'asks_meanwhile',
    'A question came up while it was typed: it was not entered.',
    'Look at its pane.',
  );
}

function notAtPrompt(): Result<never> {
  return failure(
    'not_at_prompt',
    'It shows no prompt just now: what is typed would go to whatever it asks next.',
    'Send it again once it rests.',
  );
}

function notShown(): Result<never> {
  return failure(
    'not_shown',
    'It does not show what was typed, so Enter was not pressed. It may still read the text.',
    'Look at its pane before you send it again.',
  );
}

function notReading(): Result<never> {
  return failure('not_reading', 'It has ended or does not read what is typed.', 'Look at its terminal.');
}

/** Brackets of a paste (xterm's control sequences, mode 2004). */
const pasteStart = '\x1b[200~';
const pasteEnd = '\x1b[201~';

/** The limit of a child's queue; see `Input`. */
const longestPaste = 16 * 1024 * 1024;

/** A whole paste. */
interface Paste {
  readonly id: string;
  /** Null when it was too long. */
  readonly pieces: readonly Buffer[] | null;
}

/** Assembles the pieces of a link's paste, which its child gets as a whole or not at all. */
export class PasteReader {
  #id = '';
  #pieces: Buffer[] = [];
  #bytes = 0;
  /** A return and its newline are one Enter, also in two pieces. */
  #endsInReturn = false;

  /** @returns the paste, with its last piece */
  add(id: string, flags: number, text: string): Paste | null {
    if (flags & pasteFlags.first || id !== this.#id) this.#clear(id);
    const joined = this.#endsInReturn && text.startsWith('\n') ? text.slice(1) : text;
    this.#endsInReturn = text.endsWith('\r');
    const piece = Buffer.from(flags & pasteFlags.asItIs ? text : typedBytes(joined));
    this.#bytes += piece.length;
    if (this.#bytes <= longestPaste) this.#pieces.push(piece);
    else this.#pieces = [];
    if (!(flags & pasteFlags.last)) return null;
    const pieces = this.#bytes <= longestPaste ? this.#pieces : null;
    this.#clear('');
    return { id, pieces };
  }

  #clear(next: string): void {
    this.#id = next;
    this.#pieces = [];
    this.#bytes = 0;
    this.#endsInReturn = false;
  }
}

/** Returns the bytes that a terminal sends for a paste, in brackets where they are enabled. */
export function bracketed(pieces: readonly Buffer[], isBracketed: boolean): Buffer {
  const isEmpty = pieces.every((piece) => piece.length === 0);
  // On an empty paste an agent may look for a picture in the clipboard.
  return Buffer.concat(
    isBracketed && !isEmpty ? [Buffer.from(pasteStart), ...pieces, Buffer.from(pasteEnd)] : pieces,
  );
}

/**
 * Returns text as a person would type it: newlines become Enter; control characters other than tab are dropped, so that the
 * text cannot end the paste.
 */
export function typedBytes(text: string): string {
  return withoutControls(text).replaceAll('\n', '\r');
}
