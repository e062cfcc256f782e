const longestTitle = 200;

/** What a program calls itself, fit to be shown: one line, no control or direction characters, not endless. */
export function cleanTitle(title: string): string {
  const visible = title.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '');
  return [...visible].slice(0, longestTitle).join('');
}
