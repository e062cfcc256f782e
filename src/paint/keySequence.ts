/**
 * Where one thing that a terminal sent ends and the next begins, after ECMA-48 and xterm's ctlseqs. Text holds one byte
 * a character.
 */

/** Longest sequence waited for as a whole, in bytes; terminals' own are below a hundred. */
export const longestSequence = 4096;

/** CSI; also the Linux console's function keys, mouse reports before SGR, and rxvt's Shift. */
const controlSequence = /^\x1b\[(?:\[[A-E]|M[ -\xff]{3}|\d+\$|(?![[M])[ -?]*[@-~])/;
const startedControlSequence = /^\x1b\[(?:\[|M[ -\xff]{0,2}|[ -?]*)$/;
/** OSC, DCS, APC, PM and SOS: nothing but replies comes in them. */
const stringStart = /^\x1b[\]P_^X]/;
/** Keys that rxvt sends after one more escape when Alt is held. */
const altered = /^\x1b(?:O[A-Za-z]|\[[\d;]*[A-DFHZ^@$]|\[(?!20[01]~)[\d;]+~)$/;

/** Length of the first token of `text`, which is not empty; 0 when its end has not arrived. */
export function firstLength(text: string): number {
  if (text[0] !== '\x1b') return characterLength(text);
  if (text.length === 1) return 0;
  if (text[1] === '\x1b') return afterEscape(text);
  if (text[1] === '[') return controlLength(text);
  if (text[1] === 'O') return text.length === 2 ? 0 : /[ -~]/.test(text[2] ?? '') ? 3 : 2;
  if (stringStart.test(text)) return text.length === 2 ? 0 : (stringEnd(text, 2) ?? 0);
  const character = characterLength(text.slice(1));
  return character === 0 ? 0 : character + 1;
}

/** Whether `text`, of which the end has not arrived, would be keys if nothing followed. */
export function isPerhapsWhole(text: string): boolean {
  return /^\x1b{1,2}[[\]OP_^X]?$/.test(text);
}

/** The keys that a text `isPerhapsWhole` of comes to when nothing follows. */
export function splitWhole(text: string): string[] {
  return text.match(/\x1b[^\x1b]?/g) ?? [];
}

/**
 * Where a string ends whose inside begins at `from`: after its end mark, or before another control character, which no
 * terminal sends in one; so half a reply never locks the keyboard. Null: not in `text`.
 */
export function stringEnd(text: string, from: number): number | null {
  const inside = text.slice(from).search(/[\x00-\x1f]/);
  if (inside < 0 || text.slice(from + inside) === '\x1b') return null;
  const end = from + inside;
  if (text[end] === '\x07') return end + 1;
  return text.startsWith('\x1b\\', end) ? end + 2 : end;
}

function controlLength(text: string): number {
  const whole = controlSequence.exec(text);
  if (whole) return whole[0].length;
  if (startedControlSequence.test(text)) return 0;
  // Broken off by a control character, which is a token of its own.
  return /^\x1b\[[ -?]*/.exec(text)?.[0].length ?? 1;
}

/** An escape before a key's sequence is Alt, before anything else it is the key. */
function afterEscape(text: string): number {
  const next = text[2];
  if (next === undefined) return 0;
  if (next !== '[' && next !== 'O') return 1;
  const length = firstLength(text.slice(1));
  if (length === 0) return 0;
  return altered.test(text.slice(1, 1 + length)) ? length + 1 : 1;
}

/** One UTF-8 character, or one byte if it is none. */
function characterLength(text: string): number {
  const lead = text.charCodeAt(0);
  const length = lead < 0xc2 || lead > 0xf4 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  for (let at = 1; at < length; at++) {
    if (at === text.length) return 0;
    if ((text.charCodeAt(at) & 0xc0) !== 0x80) return 1;
  }
  return length;
}
