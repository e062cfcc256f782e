import { editLines, headingNames, type LineEdit, type MarkdownFile, parseMarkdown } from './markdown.ts';

/** Lines that tell of the last sync: what is in front of the value, the value, and what follows it. */
const syncedLine =
  /^(.*?\blast sync(?:ed)?\b(?: (?:to|with) [\w ]{1,20})?[*_]*\s*:[*_]*\s*)(.*?)((?:\s+[|·•].*|[*_\s]*)?)$/i;
const pendingLine = /^(.*?\bpending (?:changes|entries)\b[*_]*\s*:[*_]*\s*)(\d+|none)?((?:\D.*)?)$/i;

const listItem = /^ {0,3}[-*+] +\S/;
const nothing = /^ {0,3}(?:[-*+] +)?[*_(]*(?:none|nothing|no pending (?:changes|entries))[*_).]*\s*$/i;

/**
 * Returns the text with the lines that tell of the last sync brought up to date, where it has them: copies of what we
 * know, for people to read. Both values may be on one line.
 * @param lastSynced shown as it is given
 * @param isAll whether nothing waits any more: then the list of what waits is emptied, too
 */
export function withSyncNote(
  { file }: { readonly file: MarkdownFile },
  lastSynced: string,
  isAll = true,
): string {
  const synced = withValue(file, syncedLine, () => lastSynced);
  if (!isAll) return synced;
  const counted = withValue(parseMarkdown(synced), pendingLine, () => '0');
  const after = parseMarkdown(counted);
  const items = listLines(after) ?? { items: [] };
  return editLines(
    after.lines,
    items.items.map((line): LineEdit => ({ kind: 'remove', line })),
  );
}

/**
 * Returns the text with one more change that waits for a sync, where it counts or lists them.
 * @param at such as `2026-11-22 20:00`, as most lists begin their lines
 */
export function withPendingNote(text: string, at: string, what: string): string {
  const counted = withValue(parseMarkdown(text), pendingLine, (old) => String((Number(old) || 0) + 1));
  const file = parseMarkdown(counted);
  const list = listLines(file);
  if (!list) return counted;
  const [bullet = '-'] = /[-*+]/.exec(file.lines[list.items.at(-1) ?? -1]?.text ?? '') ?? [];
  const line = `${bullet} ${at}: ${what.replace(/\s+/g, ' ').trim()}`;
  if (list.nothing !== null)
    return editLines(file.lines, [{ kind: 'replace', line: list.nothing, text: line }]);
  const last = list.items.at(-1);
  if (last !== undefined) return editLines(file.lines, [{ kind: 'insert', after: last, texts: [line] }]);
  const isEnd = list.heading + 1 >= file.lines.length || file.lines[list.heading + 1]?.text.trim() !== '';
  const texts = isEnd ? ['', line] : [line];
  return editLines(file.lines, [{ kind: 'insert', after: list.heading + (isEnd ? 0 : 1), texts }]);
}

/** The section that lists what was not pushed yet: its heading, items, and a line that says that there are none. */
function listLines(file: MarkdownFile) {
  const heading = file.headings.find(
    ({ text, line, end }) =>
      /\bpending\b/i.test(text) &&
      headingNames(text).some((name) =>
        /^(?:change log|changes|pending changes|pending entries|pending push)$/.test(name),
      ) &&
      !file.tables.some(({ header }) => line < header.line && header.line < end),
  );
  if (!heading) return null;
  const prose = file.prose.filter((line) => heading.line < line && line < heading.end);
  const textOf = (line: number) => file.lines[line]?.text ?? '';
  const none = prose.find((line) => nothing.test(textOf(line))) ?? null;
  return {
    heading: heading.line,
    nothing: none,
    items: prose.filter((line) => line !== none && listItem.test(textOf(line))),
  };
}

function withValue(file: MarkdownFile, pattern: RegExp, renew: (old: string) => string): string {
  const at = file.prose.find((line) => pattern.test(file.lines[line]?.text ?? ''));
  if (at === undefined) return file.text;
  const [, before = '', old = '', after = ''] = pattern.exec(file.lines[at]?.text ?? '') ?? [];
  const value = renew(old);
  if (value === old) return file.text;
  const gap = /\s$/.test(before) ? '' : ' ';
  return editLines(file.lines, [{ kind: 'replace', line: at, text: `${before}${gap}${value}${after}` }]);
}
