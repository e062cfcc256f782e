import { plainLines } from '../lib/sanitize.ts';

/** Characters. */
const longestTitle = 200;

/** What a program calls itself, fit to be shown: one line, no control or direction characters, not endless. */
export function cleanTitle(title: string): string {
  const plain = plainLines(title, { control: '' }).replaceAll('\n', '');
  return [...plain].slice(0, longestTitle).join('');
}
