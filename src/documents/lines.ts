/** One line of a file, kept to the byte: what it says, and how it ends (`''` at most for the last one). */
export interface Line {
  readonly text: string;
  readonly end: '\n' | '\r\n' | '\r' | '';
}

/** What becomes of lines; numbers count from 0. */
export type LineEdit =
  | { readonly kind: 'replace'; readonly line: number; readonly text: string }
  | { readonly kind: 'remove'; readonly line: number }
  /** Behind that line, -1 for the top; several at one place keep their order. */
  | { readonly kind: 'insert'; readonly after: number; readonly texts: readonly string[] };

/** Splits where markdown-it does, so that its line numbers are ours. */
export function splitLines(text: string): Line[] {
  const lines: Line[] = [];
  for (const [, line = '', end = ''] of text.matchAll(/([^\r\n]*)(\r\n|\r|\n|$)/g))
    if (line !== '' || end !== '') lines.push({ text: line, end: end as Line['end'] });
  return lines;
}

/** The file after these edits: every other line as it was, new ones ending as the first line does. */
export function editLines(lines: readonly Line[], edits: readonly LineEdit[]): string {
  const replaced = new Map<number, string>();
  const removed = new Set<number>();
  const inserted = new Map<number, string[]>();
  for (const edit of edits) {
    if (edit.kind === 'replace') replaced.set(edit.line, edit.text);
    else if (edit.kind === 'remove') removed.add(edit.line);
    else inserted.set(edit.after, [...(inserted.get(edit.after) ?? []), ...edit.texts]);
  }
  const end = lines[0]?.end || '\n';
  const after: Line[] = (inserted.get(-1) ?? []).map((text) => ({ text, end }));
  for (const [at, line] of lines.entries()) {
    if (!removed.has(at)) after.push({ text: replaced.get(at) ?? line.text, end: line.end });
    for (const text of inserted.get(at) ?? []) after.push({ text, end });
  }
  const endsBare = lines.at(-1)?.end === '';
  return after
    .map((line, at) => line.text + (at < after.length - 1 ? line.end || end : endsBare ? '' : line.end))
    .join('');
}
