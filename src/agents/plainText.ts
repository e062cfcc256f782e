/**
 * One line that is safe to show: no control characters, none that turn the writing direction or hide themselves,
 * spaces collapsed, at most `limit` characters.
 */
export function plainLine(text: string, limit: number): string {
  const line = text
    .slice(0, limit * 8)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/[\p{Cf}\p{Cs}]/gu, '')
    .trim();
  const characters = [...line];
  return characters.length > limit ? `${characters.slice(0, limit - 1).join('')}…` : line;
}

/** Several lines of the same kind, at most `limit` characters in all; no more than one empty line in a row. */
export function plainLines(text: string, limit: number): string {
  const lines = text
    .slice(0, limit * 8)
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) =>
      line
        .replaceAll('\t', '    ')
        .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
        .trimEnd(),
    )
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  const characters = [...lines];
  return characters.length > limit ? `${characters.slice(0, limit - 1).join('')}…` : lines;
}
