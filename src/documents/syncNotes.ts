import { editLines, headingNames, type LineEdit, type MarkdownFile, parseMarkdown } from './markdown.ts';

/** Lines about the last sync: the text before the value, the value, and the rest. */
const syncedLine =
  /^(.*?\blast sync(?:ed)?\b(?: (?:to|with) [\w ]{1,20})?[*_]*\s*:[*_]*\s*)(.*?)((?:\s+[|·•].*|[*_\s]*)?)$/i;
const pendingLine = /^(.*?\bpending (?:changes|entries)\b[*_]*\s*:[*_]*\s*)(\d+|none)?((?:\D.*)?)$/i;

const listItem = /^ {0,3}[-*+] +\S/;
const nothingPattern = /^ {0,3}(?:[-*+] +)?[*_(]*(?:none|nothing|no pending (?:changes|entries))[*_).]*\s*$/i;

/** Changes that a sync has not brought to the other side. */
interface PendingRows {
  /** Rows that could not be synced, with their id and text. */
  readonly rows: readonly { readonly id: string; readonly task: string }[];
  /** Texts of rows without an id, which cannot be synced: notes about them are kept. */
  readonly texts: readonly string[];
}

const nothingPending: PendingRows = { rows: [], texts: [] };

/**
 * Returns the text with its lines about the last sync updated, where it has them: copies of our data, for
 * people to read. Both values may be on one line. Pending changes stay in the list, or are added; others are
 * removed, and an empty list says so.
 * @param lastSynced displayed as given
 */
export function withSyncNote(
  { file }: { readonly file: MarkdownFile },
  lastSynced: string,
  { rows, texts }: PendingRows = nothingPending,
): string {
  const synced = parseMarkdown(withValue(file, syncedLine, () => lastSynced));
  const list = listLines(synced);
  const items = list?.items ?? [];
  const textOf = (line: number) => synced.lines[line]?.text ?? '';
  const isKept = (line: number) =>
    [...rows.flatMap(({ id, task }) => [id, task]), ...texts].some((name) =>
      containsName(textOf(line), name),
    );
  const kept = items.filter(isKept);
  const unnamed = rows.filter(
    ({ id, task }) =>
      !kept.some((line) => containsName(textOf(line), id) || containsName(textOf(line), task)),
  );
  const isNothing = kept.length + unnamed.length === 0;
  const edits = items
    .filter((line) => !kept.includes(line))
    .map(
      (line, at): LineEdit =>
        at === 0 && isNothing ? { kind: 'replace', line, text: 'None' } : { kind: 'remove', line },
    );
  const listed = editLines(synced.lines, edits);
  const all = list
    ? unnamed.reduce((text, { id, task }) => withItem(text, lastSynced, `${id} ${task} not synced`), listed)
    : listed;
  const isCounted = list !== null || texts.length === 0;
  return isCounted
    ? withValue(parseMarkdown(all), pendingLine, () => String(kept.length + unnamed.length))
    : all;
}

/** Reports whether a line contains a name as whole words. */
function containsName(line: string, name: string): boolean {
  const [text, word] = [line, name].map((one) => one.replace(/\s+/g, ' ').trim().toLowerCase());
  if (!text || !word) return false;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (
      ![text[at - 1], text[at + word.length]].some(
        (next) => next !== undefined && /[\p{L}\p{N}_]/u.test(next),
      )
    )
      return true;
  return false;
}

/**
 * Returns the text with one more pending change, where it counts or lists them.
 * @param at such as `2026-11-22 20:00`, as most lists begin their lines
 */
export function withPendingNote(text: string, at: string, what: string): string {
  const counted = withValue(parseMarkdown(text), pendingLine, (old) => String((Number(old) || 0) + 1));
  return withItem(counted, at, what);
}

/** Adds a line to the list of pending changes, where there is one. */
function withItem(text: string, at: string, what: string): string {
  const file = parseMarkdown(text);
  const list = listLines(file);
  if (!list) return text;
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

/**
 * Finds the section that lists pending changes: its heading, its items, and a line that states that there
 * are none.
 */
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
  const none = prose.find((line) => nothingPattern.test(textOf(line))) ?? null;
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
