/**
 * The only module that decides which characters of a text from outside may reach a terminal, a message or a file.
 *
 * - Controls are C0, DEL and C1 (`\p{Cc}`). A terminal interprets them.
 * - Invisible characters show nothing by themselves: formatting (`\p{Cf}`, with every bidirectional control of UAX #9, the
 *   tags U+E0000–E007F and the soft hyphen), default ignorable ones (UAX #44), lone surrogates, noncharacters, and the
 *   object replacement character. They disguise a text or hide a second one in it (UTR #36, section 2.10; UTS #39).
 * - Joiners (U+200C, U+200D) and variation selectors stay in shown text where they have an effect: emoji of several parts,
 *   keycaps, scripts that join letters, ideographs. So do the tags of the three flags that use them.
 *
 * Shown text spells an invisible character as `<U+202E>`: in rows, on cards, in dialogs and at the shell, so that a name
 * reads the same everywhere. Documents and typed text leave it out.
 *
 * Each function names the use of its text. Each runs in linear time.
 */

const invisible =
  '\\p{Cf}\\p{Default_Ignorable_Code_Point}\\p{Cs}\\p{Noncharacter_Code_Point}\\ufff9-\\ufffc';
/** Line and paragraph separators count as breaks. */
const controls = /[\p{Cc}\p{Zl}\p{Zp}]/gu;
const controlsOfLines = /[^\P{Cc}\n\t]/gu;
const breaks = /\r\n?|[\n\u2028\u2029]/;

/** England, Scotland and Wales: all recommended tag sequences (UTS #51, RGI_Emoji_Tag_Sequence). */
const flags =
  '\\u{1f3f4}\\u{e0067}\\u{e0062}(?:\\u{e0065}\\u{e006e}\\u{e0067}|\\u{e0073}\\u{e0063}\\u{e0074}|' +
  '\\u{e0077}\\u{e006c}\\u{e0073})\\u{e007f}';
/** A variation selector behind an ideograph chooses its form (UTS #37). */
const ideographs = '\\p{Ideographic}[\\u{e0100}-\\u{e01ef}]';
/** Matches clusters that need invisible characters first, so that they stay. */
const unseen = new RegExp(`(${flags}|${ideographs})|(?!\\u200c|\\u200d|\\ufe0e|\\ufe0f)[${invisible}]`, 'gu');
/** Variation selectors stay behind emoji and in keycaps; elsewhere terminals disagree on the width. */
const idleVariations = /(?<!\p{Extended_Pictographic}|\p{Emoji_Modifier})(?:\ufe0e|\ufe0f)(?!\u20e3)/gu;
/** A joiner has no effect behind Latin letters, signs and blanks, or behind another joiner. */
const idleJoiners = /(?<![^\0-\u024f])(?:\u200c|\u200d)+|(?<=\u200c|\u200d)(?:\u200c|\u200d)+/gu;
/** More combining marks than any script uses on one letter would leave their row. */
const piledMarks = /(?<=\p{M}{4})\p{M}+/gu;
/** Marks and joiners at the beginning have no base. */
const unbased = /^(?:\p{M}|\u200c|\u200d)+/u;
const blankOrUnbased = /^(?:\s|\p{M}|\u200c|\u200d)+/u;
/** Bytes of names that are no UTF-8; see `lib/paths.ts`. */
const bytes = /[\udc80-\udcff]/gu;
/** Most shown texts, which need no further check. */
const harmless = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2500-\u25ff]*$/;

/** All that `paragraphs` spells or removes except breaks; joiners between emoji are visible. */
const notShown = new RegExp(
  `(${flags}|${ideographs})|(?!(?<=\\p{Extended_Pictographic}|\\p{Emoji_Modifier})(?:\\ufe0e|\\ufe0f)|\\ufe0f\\u20e3)` +
    `(?!(?<=\\p{Extended_Pictographic}|\\p{Emoji_Modifier}|\\ufe0f)\\u200d\\p{Extended_Pictographic})` +
    `[${invisible}]|[^\\P{Cc}\\n\\r\\t]|(?<=^|\\p{M}{4})\\p{M}`,
  'gu',
);
/** JSON itself escapes characters below U+0020. Blanks other than U+0020 look like it. */
const unclearInJson = new RegExp(`(?! )[\\x7f-\\x9f\\p{Z}${invisible}]`, 'gu');
/** Embeddings, overrides and isolates: the explicit directions of UAX #9, section 2. */
const directions = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * Control sequences of ECMA-48: CSI; OSC, DCS, SOS, PM and APC up to their end; two-byte ones; and unfinished beginnings
 * of them.
 */
const sequences =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|\x1b(?:[ -/]*[0-~])?|[\x90\x98\x9b\x9d-\x9f]/g;

/** Replacements of control characters in `plainLines`. */
interface LinesOptions {
  /** Replaces a tab; two spaces by default. */
  readonly tab?: string;
  /** Replaces every other control character; a space by default. */
  readonly control?: string;
}

/**
 * Returns a text as one shown line. Each control character and line break becomes a space; runs of blanks stay.
 */
export function plainLine(text: string): string {
  return harmless.test(text) ? text : cleaned(text, ' ').replace(unbased, '');
}

/**
 * Returns a text as shown lines. Every break becomes `\n`. The text may be a part of another, so a combining mark at its
 * beginning stays.
 */
export function plainLines(text: string, { tab = '  ', control = ' ' }: LinesOptions = {}): string {
  if (harmless.test(text)) return text;
  const plain = (line: string) => line.split('\t').map((part) => cleaned(part, control));
  return text
    .split(breaks)
    .map((line) => plain(line).join(tab))
    .join('\n');
}

/**
 * Returns a text as one short line: breaks, controls and runs of blanks become one space each, and both ends are trimmed.
 * @param max characters; a longer text ends in `…`
 */
export function oneLine(text: string, max = Number.POSITIVE_INFINITY): string {
  // U+FEFF is white space in JavaScript, but invisible.
  const blanked = begun(text, max).replace(/[^\S\ufeff]+/g, ' ');
  const line = cleaned(blanked, ' ').replace(/ +/g, ' ').replace(blankOrUnbased, '').trimEnd();
  return shortened(line, max, text);
}

/**
 * Returns the lines of a text, with four spaces for a tab, without blanks at their ends, and at most one empty line in a
 * row.
 * @param max characters in all; a longer text ends in `…`
 */
export function paragraphs(text: string, max = Number.POSITIVE_INFINITY): string {
  const lines = plainLines(begun(text, max), { tab: '    ', control: '' })
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(blankOrUnbased, '')
    .trimEnd();
  return shortened(lines, max, text);
}

/**
 * Returns a value as JSON that is fully visible: invisible characters, and blanks other than the space, become escapes such
 * as `\u202e`. It parses to the same value.
 * @param indent spaces for each level; one line by default
 */
export function visible(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, null, indent) ?? '';
  return json.replace(unclearInJson, inJson);
}

/** Escapes a code point as JSON does, in units of 16 bits. */
function inJson(character: string): string {
  const [first, second] = [character.charCodeAt(0), character.charCodeAt(1)];
  return unicodeEscape(first) + (character.length > 1 ? unicodeEscape(second) : '');
}

function unicodeEscape(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

/** Replaces each control, line breaks and tabs included. For commands, where every character counts. */
export function replaceControls(text: string, by: (character: string) => string): string {
  return text.replace(controls, by);
}

/** Spells controls other than breaks and tabs as `<U+001B>`. For texts that a person decides about. */
export function speltControls(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(controlsOfLines, spelt);
}

/** Returns a part of a line with the width that `plainLine` gives it. For measuring. */
export function shownAlike(text: string): string {
  return cleaned(text, ' ');
}

/** Spells invisible characters as `<U+202E>`, except those that a cluster needs. Changes nothing else. */
export function speltHidden(text: string): string {
  return idle(withBytesSpelt(text).replace(unseen, orKept(spelt)), spelt);
}

/**
 * Removes invisible characters, except those that a cluster needs. For typed text, documents, and the titles of programs.
 * Panes leave the same characters out.
 */
export function withoutHidden(text: string): string {
  return harmless.test(text) ? text : idle(withBytesSpelt(text).replace(unseen, orKept(nothing)), nothing);
}

/**
 * Replaces each invisible character by a mark, breaks and tabs included. For names in messages; emoji stay whole.
 */
export function markHidden(text: string, mark: string): string {
  return text
    .replace(
      notShown,
      orKept(() => mark),
    )
    .replace(/[\n\r\t\u2028\u2029]/g, mark);
}

/** Reports whether a text holds a control character, line breaks and tabs included. */
export function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

/**
 * Counts the characters that `paragraphs` does not show. Breaks, tabs, and the joiners and selectors of emoji do not count.
 */
export function countHidden(text: string): number {
  let count = 0;
  for (const [, kept] of text.matchAll(notShown)) if (kept === undefined) count += 1;
  return count;
}

/**
 * Removes whole control sequences with their content. Only for the output of programs: it would hide a part of a text that
 * a person decides about. Other controls stay.
 */
export function withoutSequences(text: string): string {
  return text.replace(sequences, '');
}

/**
 * Removes control characters other than tabs and line breaks, which become `\n`. For text that goes to a program or a
 * clipboard, where it must neither end a paste nor press a key. Not for shown text.
 */
export function withoutControls(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(controlsOfLines, '');
}

/**
 * Returns a text for a document: as `withoutControls`, and without explicit directions, which can reorder a line. Implicit
 * marks, joiners and soft hyphens cannot, and stay.
 * @param control replaces a control character other than a break or a tab
 */
export function storedText(text: string, control = ''): string {
  return text.replace(/\r\n?/g, '\n').replace(controlsOfLines, control).replace(directions, '');
}

/**
 * Spells invisible characters. The order matters: a step may make characters useless only for a later step, so that the
 * function is idempotent.
 */
function cleaned(text: string, control: string): string {
  if (harmless.test(text)) return text;
  const shown = withBytesSpelt(text).replace(controls, control).replace(unseen, orKept(spelt));
  return idle(shown.replace(piledMarks, ''), spelt);
}

function withBytesSpelt(text: string): string {
  return text.replace(bytes, (unit) => `\\x${(unit.charCodeAt(0) - 0xdc00).toString(16)}`);
}

/** Replaces variation selectors and joiners without effect. */
function idle(text: string, by: (characters: string) => string): string {
  return text.replace(idleVariations, by).replace(idleJoiners, by);
}

/** Returns a replacer that keeps the clusters of the first group. */
function orKept(by: (character: string) => string): (found: string, kept: string | undefined) => string {
  return (found, kept) => kept ?? by(found);
}

const nothing = () => '';

/** Returns characters as their code points: `<U+202E>`. */
function spelt(characters: string): string {
  const codes = Array.from(characters, (one) => (one.codePointAt(0) ?? 0).toString(16).toUpperCase());
  return codes.map((code) => `<U+${code.padStart(4, '0')}>`).join('');
}

/** Removes a spelt character that was cut in the middle, which could read as another one. */
export function withoutHalfSpelt(text: string): string {
  return text.replace(/<U(?:\+[\dA-F]{0,6})?$/, '');
}

/** Removes, after a cut, also selectors, joiners and tags that need the characters behind them. */
function withoutHalf(text: string): string {
  return withoutHalfSpelt(text).replace(/(?:\ufe0e|\ufe0f|\u200c|\u200d|[\u{e0020}-\u{e007f}])+$/u, '');
}

/** UTF-16 units read for each kept character, so that the rest of a far longer text costs nothing. */
const unitsRead = 8;

function begun(text: string, max: number): string {
  return text.slice(0, max * unitsRead);
}

function shortened(text: string, max: number, whole: string): string {
  if (text.length <= max && whole.length <= max * unitsRead) return text;
  const characters = [...text];
  const isCut = characters.length > max || whole.length > max * unitsRead;
  return isCut ? `${withoutHalf(characters.slice(0, max - 1).join(''))}…` : text;
}
