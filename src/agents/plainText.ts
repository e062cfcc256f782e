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
