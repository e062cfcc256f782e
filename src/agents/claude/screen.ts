import { showsTrustQuestion } from './trust.ts';

/**
 * Reads what a screen of Claude Code that fell quiet shows: a dialog with choices, or the box to type into, where
 * nothing is asked. Null when it is neither.
 * @param screen its lines as plain text
 */
export function readScreen(screen: string): 'question' | 'prompt' | null {
  if (readBox(screen) !== null) return 'prompt';
  return showsTrustQuestion(screen) || showsChoices(screen) || showsKeys(screen) ? 'question' : null;
}

/** The first line of what stands in the box to type into, which may be a hint; null where there is no box. */
export function readBox(screen: string): string | null {
  const { above, line } = lastMarked(screen.split('\n'));
  const [before = ''] = above.slice(-1);
  return line.startsWith('❯') && before.startsWith('───') ? line.slice(1).trim() : null;
}

/**
 * Reports whether the last mark is at one choice of several. Newer dialogs number none of them, and some print no
 * keys below: there a choice is known by a line beside it that begins in the same column.
 */
function showsChoices(screen: string): boolean {
  const { above, line, below } = lastMarked(screen.split('\n'));
  if (numbered.test(line)) return true;
  // What a person said is marked, too, in the first column.
  const [, indent = ''] = unnumbered.exec(line) ?? [];
  if (indent === '') return false;
  const isSibling = (other = '') => other.startsWith(indent) && other.slice(indent.length).search(/\S/) === 2;
  return isSibling(above.at(-1)) || isSibling(below[0]);
}

/** Reports whether the screen ends with the keys that answer a dialog, such as `Enter to confirm · Esc to cancel`. */
function showsKeys(screen: string): boolean {
  const lines = screen.trimEnd().split('\n');
  // Narrow terminals wrap them anywhere.
  const end = lines
    .slice(lines.findLastIndex((line) => line.trim() === '') + 1)
    .map((line) => line.trim())
    .join(' ');
  return keys.test(end);
}

interface Marked {
  readonly above: readonly string[];
  /** The marked line; empty where there is none. */
  readonly line: string;
  readonly below: readonly string[];
}

/** The last mark counts: above it may stand what the person said, with the same one. */
function lastMarked(lines: readonly string[]): Marked {
  const at = lines.findLastIndex((line) => mark.test(line));
  if (at < 0) return { above: lines, line: '', below: [] };
  return { above: lines.slice(0, at), line: lines[at] ?? '', below: lines.slice(at + 1) };
}

const mark = /^\s*❯/;
const numbered = /^\s*❯\s*\d+\./;
const unnumbered = /^(\s+)❯ \S/;
const keys = /^(?:Enter|Esc|Space|Tab|[←↑→↓/]+) to .*\bEsc to \w+|^Esc to (?!interrupt)\w+/;
