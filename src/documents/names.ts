import { foldName } from './markdown.ts';

/** What a column may be called, the most certain name first; compared by `foldName`. */
export type Aliases<Field extends string> = Readonly<Record<Field, readonly string[]>>;

/** Which field each of a table's columns holds; null for a column that is only the person's. */
export function matchFields<Field extends string>(
  names: readonly string[],
  aliases: Aliases<Field>,
): (Field | null)[] {
  const folded = names.map(foldName);
  const fields: (Field | null)[] = names.map(() => null);
  for (const field of Object.keys(aliases) as Field[]) {
    const alias = aliases[field].find((one) =>
      folded.some((name, at) => name === one && fields[at] === null),
    );
    const at = folded.findIndex((name, column) => name === alias && fields[column] === null);
    if (at >= 0) fields[at] = field;
  }
  return fields;
}

/** What people write into a cell that says nothing. */
const placeholders = /^(?:-+|–|—|none|n\/a|\(none\))$/i;

export function isPlaceholder(text: string): boolean {
  return text === '' || placeholders.test(text);
}

/** A cell's value without the marks around all of it: code, bold, italic. Null where it says nothing. */
export function plainValue(text: string): string | null {
  const value = plainText(text);
  return isPlaceholder(value) ? null : value;
}

export function plainText(text: string): string {
  const value = text.trim();
  if (value.length > longestMarked) return value;
  const [, mark = '', inner] = /^(`+|\*\*|__|\*|_)([\s\S]+)\1$/.exec(value) ?? [];
  return inner === undefined || inner.includes(mark) ? value : plainText(inner);
}

/** Whatever is longer is prose, and hostile cells of a megabyte of backticks cost no time. */
const longestMarked = 300;

/** The value in the marks that another cell of the same column has. */
export function marked(value: string, model: string): string {
  const [, mark] = /^(`|\*\*|\*|_)[^`*_|]+\1$/.exec(model.trim()) ?? [];
  return mark === undefined || /[`*_\n]/.test(value) ? value : mark + value + mark;
}

/** Text and address of a cell that is one link; null for any other. */
export function linkIn(text: string): { readonly text: string; readonly url: string } | null {
  const [, label, url] = /^\[([^\]]*)\]\(([^()\s]+)\)$/.exec(text.trim()) ?? [];
  return label === undefined || url === undefined ? null : { text: label, url };
}
