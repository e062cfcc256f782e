import { showsTrustQuestion } from './trust.ts';

/**
 * What a screen of Claude Code that fell quiet shows: a dialog with choices, or the box to type into, where nothing
 * is asked. Null when it is neither.
 * @param screen its lines as plain text
 */
export function readScreen(screen: string): 'question' | 'prompt' | null {
  if (showsTrustQuestion(screen)) return 'question';
  const lines = screen.split('\n');
  // The last mark counts: above it may stand what the person said, with the same one.
  const at = lines.findLastIndex((line) => mark.test(line));
  const [above = '', line = ''] = at < 0 ? [] : [lines[at - 1], lines[at]];
  if (line.startsWith('❯') && above.startsWith('───')) return 'prompt';
  return choice.test(line) ? 'question' : null;
}

const mark = /^\s*❯/;
const choice = /^\s*❯\s*\d+\./;
