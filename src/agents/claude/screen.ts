import { showsTrustQuestion } from './trust.ts';

/**
 * What a screen of Claude Code that fell quiet shows: a dialog with choices, or the box to type into, where nothing
 * is asked. Null when it is neither.
 * @param screen its lines as plain text
 */
export function readScreen(screen: string): 'question' | 'prompt' | null {
  if (showsTrustQuestion(screen)) return 'question';
  if (readBox(screen) !== null) return 'prompt';
  return choice.test(lastMarked(screen).line) ? 'question' : null;
}

/** The first line of what stands in the box to type into, which may be a hint; null where there is no box. */
export function readBox(screen: string): string | null {
  const { above, line } = lastMarked(screen);
  return line.startsWith('❯') && above.startsWith('───') ? line.slice(1).trim() : null;
}

/** The last mark counts: above it may stand what the person said, with the same one. */
function lastMarked(screen: string): { readonly above: string; readonly line: string } {
  const lines = screen.split('\n');
  const at = lines.findLastIndex((line) => mark.test(line));
  const [above = '', line = ''] = at < 0 ? [] : [lines[at - 1], lines[at]];
  return { above, line };
}

const mark = /^\s*❯/;
const choice = /^\s*❯\s*\d+\./;
