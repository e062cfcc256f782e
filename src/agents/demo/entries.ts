import { accent, bad, bold, dim, good, hue } from './style.ts';
import { cut, wrap } from './text.ts';

/** What a conversation consists of, as kept and as shown. */
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

/** Lines of a file or of an output shown of one result. */
const shownLines = 9;

/** The entry as styled lines of at most `cols` cells, the blank line before it included. */
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

/** The first lines, and how many are left out. */
function shorten(lines: readonly string[], indent = ''): readonly string[] {
  if (lines.length <= shownLines) return lines;
  return [...lines.slice(0, shownLines - 1), `${indent}… ${lines.length - shownLines + 1} more lines`];
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
