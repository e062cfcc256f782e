/**
 * The one place that says which characters of a text from outside may reach a terminal, a message or a file.
 *
 * - Controls are C0, DEL and C1 (`\p{Cc}`). A terminal obeys them.
 * - Invisible ones show nothing by themselves: formatting (`\p{Cf}`, among it every bidirectional control of UAX #9, the
 *   tags U+E0000–E007F and the soft hyphen), all that may be ignored by default (UAX #44), lone surrogates,
 *   noncharacters, and what stands for an object. They make a text read as something that it is not, or carry a second
 *   text along (UTR #36, section 2.10; UTS #39).
 * - Joiners (U+200C, U+200D) and selectors of variations stay in shown text where they do something: emoji of several
 *   parts, keycaps, scripts that join letters, ideographs. So do the tags of the three flags that have them. Elsewhere
 *   they only hide.
 *
 * Shown text spells an invisible character as `<U+202E>`: in rows, on cards, in dialogs and at the shell alike, so that
 * a name reads the same everywhere. What is kept for documents, and what a person types, goes without.
 *
 * Each function names what its text is for. Every one takes time in proportion to the text.
 */

const invisible =
  '\\p{Cf}\\p{Default_Ignorable_Code_Point}\\p{Cs}\\p{Noncharacter_Code_Point}\\ufff9-\\ufffc';
/** Line and paragraph separators are breaks like those among the controls. */
const controls = /[\p{Cc}\p{Zl}\p{Zp}]/gu;
const controlsOfLines = /[^\P{Cc}\n\t]/gu;
const breaks = /\r\n?|[\n\u2028\u2029]/;

/** England, Scotland and Wales: all sequences of tags that are recommended (UTS #51, RGI_Emoji_Tag_Sequence). */
const flags =
  '\\u{1f3f4}\\u{e0067}\\u{e0062}(?:\\u{e0065}\\u{e006e}\\u{e0067}|\\u{e0073}\\u{e0063}\\u{e0074}|' +
  '\\u{e0077}\\u{e006c}\\u{e0073})\\u{e007f}';
/** One behind an ideograph chooses its form (UTS #37). */
const ideographs = '\\p{Ideographic}[\\u{e0100}-\\u{e01ef}]';
/** Clusters that need what is invisible elsewhere are matched first, and stay. */
const unseen = new RegExp(`(${flags}|${ideographs})|(?!\\u200c|\\u200d|\\ufe0e|\\ufe0f)[${invisible}]`, 'gu');
/** Emoji keep their variation, keycaps included; behind anything else terminals do not agree on its width. */
const idleVariations = /(?<!\p{Extended_Pictographic}|\p{Emoji_Modifier})(?:\ufe0e|\ufe0f)(?!\u20e3)/gu;
/** Behind Latin letters, signs and blanks a joiner joins nothing, nor does a second one behind the first. */
const idleJoiners = /(?<![^\0-\u024f])(?:\u200c|\u200d)+|(?<=\u200c|\u200d)(?:\u200c|\u200d)+/gu;
/** More marks than any script sets upon one letter would grow out of their row. */
const piledMarks = /(?<=\p{M}{4})\p{M}+/gu;
/** Marks and joiners at the beginning have nothing to stand on. */
const unbased = /^(?:\p{M}|\u200c|\u200d)+/u;
const blankOrUnbased = /^(?:\s|\p{M}|\u200c|\u200d)+/u;
/** Bytes of names that are no UTF-8, as `lib/paths.ts` has them. */
const bytes = /[\udc80-\udcff]/gu;
/** Most of what is shown, for which nothing else is looked at. */
const harmless = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2500-\u25ff]*$/;

/** Whatever `paragraphs` spells or takes out but for breaks, and joiners but for those between emoji, which are seen. */
const notShown = new RegExp(
  `(${flags}|${ideographs})|(?!(?<=\\p{Extended_Pictographic}|\\p{Emoji_Modifier})(?:\\ufe0e|\\ufe0f)|\\ufe0f\\u20e3)` +
    `(?!(?<=\\p{Extended_Pictographic}|\\p{Emoji_Modifier}|\\ufe0f)\\u200d\\p{Extended_Pictographic})` +
    `[${invisible}]|[^\\P{Cc}\\n\\r\\t]|(?<=^|\\p{M}{4})\\p{M}`,
  'gu',
);
/** JSON has escaped what is below U+0020 by itself. Blanks other than U+0020 could be taken for it. */
const unclearInJson = new RegExp(`(?! )[\\x7f-\\x9f\\p{Z}${invisible}]`, 'gu');
/** Embeddings, overrides and isolates: the explicit directions of UAX #9, section 2. */
const directions = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * Control sequences as in ECMA-48: CSI; OSC, DCS, SOS, PM and APC up to their end; two-byte ones; and whatever has begun
 * one and does not end it.
 */
const sequences =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|\x1b(?:[ -/]*[0-~])?|[\x90\x98\x9b\x9d-\x9f]/g;

/** Replacements of control characters in `plainLines`. */
export interface LinesOptions {
  /** Replaces a tab; two spaces by default. */
  readonly tab?: string;
  /** Replaces every other control character; a space by default. */
  readonly control?: string;
}

/**
 * Makes one line of a text, to be shown. Every control character and line break becomes a space, and blanks stay as
 * many as they are.
 */
export function plainLine(text: string): string {
  return harmless.test(text) ? text : cleaned(text, ' ').replace(unbased, '');
}

/**
 * Keeps the lines of a text, to be shown. All kinds of breaks become `\n`. The text may be a part of another: a mark at
 * its beginning stays.
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
 * Makes one line of a text, in as little room as possible: breaks, controls and runs of blanks become one space each, and
 * both ends are trimmed.
 * @param max characters; a longer text ends in `…`
 */
export function oneLine(text: string, max = Number.POSITIVE_INFINITY): string {
  // U+FEFF is white space to JavaScript, and nothing at all to a reader.
  const blanked = begun(text, max).replace(/[^\S\ufeff]+/g, ' ');
  const line = cleaned(blanked, ' ').replace(/ +/g, ' ').replace(blankOrUnbased, '').trimEnd();
  return shortened(line, max, text);
}

/**
 * Keeps the lines of a text, with four spaces for a tab, no blanks at their ends, and no more than one empty line in a
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
 * Writes a value as JSON in which everything can be seen: what hides, and every blank but the space, is an escape such as
 * `\u202e`. It reads back as the same value.
 * @param indent spaces for each level; none puts all in one line
 */
export function visible(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, null, indent) ?? '';
  return json.replace(unclearInJson, inJson);
}

/** Writes a code point as JSON does: in units of 16 bits. */
function inJson(character: string): string {
  const [first, second] = [character.charCodeAt(0), character.charCodeAt(1)];
  return unicodeEscape(first) + (character.length > 1 ? unicodeEscape(second) : '');
}

function unicodeEscape(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

/** Replaces each control, line breaks and tabs included. For commands, of which every character counts. */
export function replaceControls(text: string, by: (character: string) => string): string {
  return text.replace(controls, by);
}

/** Spells controls other than breaks and tabs as `<U+001B>`, too. For what a person decides about. */
export function speltControls(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(controlsOfLines, spelt);
}

/** Gives a part of a line as wide as `plainLine` shows it. For measuring what is shown later. */
export function shownAlike(text: string): string {
  return cleaned(text, ' ');
}

/** Spells invisible characters as `<U+202E>`, but for those that a cluster needs. Everything else stays. */
export function speltHidden(text: string): string {
  return idle(withBytesSpelt(text).replace(unseen, orKept(spelt)), spelt);
}

/**
 * Takes out invisible characters, but for those that a cluster needs. For what a person types, what goes into documents,
 * and the titles of programs, which are left out in panes likewise.
 */
export function withoutHidden(text: string): string {
  return harmless.test(text) ? text : idle(withBytesSpelt(text).replace(unseen, orKept(nothing)), nothing);
}

/**
 * Puts a mark in the place of each character that cannot be seen, breaks and tabs included. For names in messages; emoji
 * in them stay whole.
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
 * Counts the characters that a reader of `paragraphs` would not see. Breaks, tabs, and what joins or varies an emoji are
 * none of them.
 */
export function countHidden(text: string): number {
  let count = 0;
  for (const [, kept] of text.matchAll(notShown)) if (kept === undefined) count += 1;
  return count;
}

/**
 * Takes out whole control sequences, with all that is in them. Only for the output of programs: of what a person decides
 * about, it would leave out a part. Other controls stay.
 */
export function withoutSequences(text: string): string {
  return text.replace(sequences, '');
}

/**
 * Keeps what a person could type or paste: line breaks, as `\n`, tabs, and everything but control characters. For text
 * that goes to a program or a clipboard, where it must neither end a paste nor press a key. Not for text that is shown.
 */
export function withoutControls(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(controlsOfLines, '');
}

/**
 * Keeps a text for a document of the person's: as `withoutControls`, and without explicit directions. Those can put a
 * line into another order than it says; implicit marks, joiners and soft hyphens cannot, and are the person's.
 * @param control stands for a control character other than a break or a tab
 */
export function storedText(text: string, control = ''): string {
  return text.replace(/\r\n?/g, '\n').replace(controlsOfLines, control).replace(directions, '');
}

/**
 * Spells what shows nothing. The order counts: each step may leave without a purpose only what a later one looks at, so
 * that a second time changes nothing.
 */
function cleaned(text: string, control: string): string {
  if (harmless.test(text)) return text;
  const shown = withBytesSpelt(text).replace(controls, control).replace(unseen, orKept(spelt));
  return idle(shown.replace(piledMarks, ''), spelt);
}

function withBytesSpelt(text: string): string {
  return text.replace(bytes, (unit) => `\\x${(unit.charCodeAt(0) - 0xdc00).toString(16)}`);
}

/** Replaces selectors of variations and joiners that do nothing. */
function idle(text: string, by: (characters: string) => string): string {
  return text.replace(idleVariations, by).replace(idleJoiners, by);
}

/** Replaces what is not a cluster that stays. */
function orKept(by: (character: string) => string): (found: string, kept: string | undefined) => string {
  return (found, kept) => kept ?? by(found);
}

const nothing = () => '';

/** Writes characters as their code points: `<U+202E>`. */
function spelt(characters: string): string {
  const codes = Array.from(characters, (one) => (one.codePointAt(0) ?? 0).toString(16).toUpperCase());
  return codes.map((code) => `<U+${code.padStart(4, '0')}>`).join('');
}

/** Takes out a spelt character that was cut within: less than all of it could be read as another. */
export function withoutHalfSpelt(text: string): string {
  return text.replace(/<U(?:\+[\dA-F]{0,6})?$/, '');
}

/** Nor does a cut leave selectors, joiners and tags that need what came behind them. */
function withoutHalf(text: string): string {
  return withoutHalfSpelt(text).replace(/(?:\ufe0e|\ufe0f|\u200c|\u200d|[\u{e0020}-\u{e007f}])+$/u, '');
}

/** UTF-16 units read for each character that is kept: what is far longer is not gone through for nothing. */
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
