import { plainLines, withoutSequences } from '../../lib/sanitize.ts';

/** Characters of two cells: East Asian wide ones and emoji. A wrong guess costs a clipped character, no more. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Emoji_Presentation}/u;
const combining = /\p{M}/u;

/** Cells that a text without control characters takes. */
export function cellWidth(text: string): number {
  let cells = 0;
  for (const character of text) cells += widthOf(character);
  return cells;
}

/** The text cut to at most `width` cells, with an ellipsis where something is missing. */
export function cut(text: string, width: number): string {
  if (cellWidth(text) <= width) return text;
  return width < 1 ? '' : `${splitAt(text, width - 1)[0]}…`;
}

/** Lines of at most `width` cells, broken between words where possible. Never empty. */
export function wrap(text: string, width: number): string[] {
  const room = Math.max(2, width);
  return text.split('\n').flatMap((line) => wrapLine(line.trimEnd(), room));
}

function wrapLine(line: string, room: number): string[] {
  const lines: string[] = [];
  let rest = line;
  while (cellWidth(rest) > room) {
    const [head] = splitAt(rest, room);
    const space = rest.startsWith(' ', head.length) ? head.length : head.lastIndexOf(' ');
    const end = space > 0 && head.slice(0, space).trim() !== '' ? space : head.length;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).replace(/^ /, '');
  }
  return [...lines, rest];
}

function splitAt(text: string, room: number): [head: string, tail: string] {
  let cells = 0;
  let end = 0;
  for (const character of text) {
    cells += widthOf(character);
    if (cells > room) break;
    end += character.length;
  }
  return [text.slice(0, end), text.slice(end)];
}

function widthOf(character: string): number {
  if (character < '\u0300') return 1;
  return combining.test(character) ? 0 : wide.test(character) ? 2 : 1;
}

/** Text from outside without what a terminal would obey; tabs become spaces. */
export function printable(text: string): string {
  return plainLines(withoutSequences(text), { control: '' });
}
