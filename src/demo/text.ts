import { plainLines, withoutHidden, withoutSequences } from '../lib/sanitize.ts';

/** Styles of the demo agent: functions that put SGR around a text. */
export const bold = sgr('1', '22');
export const dim = sgr('2', '22');
export const accent = sgr('38;5;79', '39');
export const busy = sgr('38;5;215', '39');
const good = sgr('38;5;114', '39');
const bad = sgr('38;5;203', '39');
export const frame = sgr('38;5;240', '39');

const hues = [79, 75, 141, 211, 215, 149];

/** Returns the style of one of a few colours. */
function hue(n: number): (text: string) => string {
  return sgr(`38;5;${hues[n % hues.length]}`, '39');
}

function sgr(on: string, off: string): (text: string) => string {
  return (text) => (text === '' ? '' : `\x1b[${on}m${text}\x1b[${off}m`);
}

/** Characters of two cells: East Asian wide ones and emoji. A wrong width only clips a character. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Emoji_Presentation}/u;
const combining = /\p{M}/u;

/** Returns the cells of a text without control characters. */
export function demoCellWidth(text: string): number {
  let cells = 0;
  for (const character of text) cells += widthOf(character);
  return cells;
}

/** Cuts a text to `width` cells, with an ellipsis where it was longer. */
export function cut(text: string, width: number): string {
  if (demoCellWidth(text) <= width) return text;
  return width < 1 ? '' : `${splitAt(text, width - 1)[0]}…`;
}

/** Wraps a text to lines of at most `width` cells, between words where possible. Never empty. */
export function wrap(text: string, width: number): string[] {
  const room = Math.max(2, width);
  return text.split('\n').flatMap((line) => wrapLine(line.trimEnd(), room));
}

function wrapLine(line: string, room: number): string[] {
  const lines: string[] = [];
  let rest = line;
  while (demoCellWidth(rest) > room) {
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

/** Removes control sequences and invisible characters from a text; tabs become spaces. */
export function printable(text: string): string {
  return plainLines(withoutHidden(withoutSequences(text)), { control: '' });
}

/** An entry of a conversation, as stored and shown. */
export type Entry =
  | { readonly kind: 'request'; readonly text: string }
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'plan'; readonly items: readonly string[] }
  | { readonly kind: 'call'; readonly tool: string; readonly subject: string }
  | {
      readonly kind: 'result';
      readonly ok: boolean;
      readonly text: string;
      readonly added: readonly string[];
    }
  | { readonly kind: 'line'; readonly n: number; readonly text: string }
  | { readonly kind: 'note'; readonly text: string };

/** Most shown lines of one result. */
const maxShownLines = 9;

/** Returns an entry as styled lines of at most `cols` cells, with the blank line before it. */
export function renderEntry(entry: Entry, cols: number): string[] {
  switch (entry.kind) {
    case 'request':
      return ['', ...hang(entry.text, cols, accent('❯ '), '  ', bold)];
    case 'say':
      return ['', ...hang(entry.text, cols, `${bold('●')} `, '  ', plain)];
    case 'plan':
      return ['', cut('● Plan', cols), ...entry.items.map((item) => dim(cut(`  ☐ ${item}`, cols)))];
    case 'call':
      return ['', ...hang(`${entry.tool}(${entry.subject})`, cols, good('● '), '  ', bold).slice(0, 3)];
    case 'result':
      return resultLines(entry, cols);
    case 'line':
      return [hue(entry.n)(cut(`  ${entry.text}`, cols))];
    case 'note':
      return hang(entry.text, cols, dim('  ⎿ '), '    ', dim);
  }
}

function resultLines(entry: Extract<Entry, { kind: 'result' }>, cols: number): string[] {
  const text = shorten(entry.text.split('\n')).join('\n');
  const numbered = entry.added.map((line, i) => `${String(i + 1).padStart(5)} + ${line}`);
  const added = shorten(numbered, ' '.repeat(6));
  return [
    ...hang(text, cols, dim('  ⎿ '), '    ', entry.ok ? dim : bad),
    ...added.map((line) => dim(line.slice(0, 6)) + good(cut(line.slice(6), cols - 6))),
  ];
}

/** Returns the first lines, and a line with the count of the rest. */
function shorten(lines: readonly string[], indent = ''): readonly string[] {
  if (lines.length <= maxShownLines) return lines;
  return [...lines.slice(0, maxShownLines - 1), `${indent}… ${lines.length - maxShownLines + 1} more lines`];
}

function hang(
  text: string,
  cols: number,
  first: string,
  later: string,
  style: (line: string) => string,
): string[] {
  return wrap(text, cols - later.length).map((line, i) => `${i === 0 ? first : later}${style(line)}`);
}

function plain(line: string): string {
  return line;
}

/** Name, folder and branch of an agent. */
export interface Introduction {
  readonly name: string;
  readonly cwd: string;
  readonly branch: string | null;
}

const widest = 72;

/** Returns the box at the top of the conversation; one plain line where it does not fit. */
export function renderBanner({ name, cwd, branch }: Introduction, cols: number): string[] {
  const width = Math.min(cols, widest) - 4;
  const where = branch === null ? cwd : `${cwd} · ${branch}`;
  const lines: [string, (text: string) => string][] = [
    [`◆ demo agent · ${name}`, (text) => accent(bold(text))],
    ['No model, no network: real files, commands and commits.', dim],
    [tail(where, width), dim],
  ];
  if (width < 16) return lines.slice(0, 1).map(([text, style]) => style(cut(text, cols)));
  const edge = '─'.repeat(width + 2);
  const rows = lines.map(([text, style]) => {
    const shown = cut(text, width);
    return `${frame('│')} ${style(shown)}${' '.repeat(width - demoCellWidth(shown))} ${frame('│')}`;
  });
  return [frame(`╭${edge}╮`), ...rows, frame(`╰${edge}╯`)];
}

/** Cuts a path at its beginning. */
function tail(text: string, width: number): string {
  return text.length > width ? `…${text.slice(text.length - width + 1)}` : text;
}
