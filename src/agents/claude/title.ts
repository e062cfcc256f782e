/**
 * Reads what Claude Code's terminal title says: `⠂ name` or `⠐ name` while it works, since 2.1.332 `◐ name` or
 * `◑ name`, and `✳ name` while it rests or waits. Where no session file can be read, it is the only source that tells
 * of a turn ended by Esc.
 */
export function readTitle(title: string): 'working' | 'resting' | null {
  if (/^[\u2801-\u28ff\u25d0\u25d1] /.test(title)) return 'working';
  return title.startsWith('✳') ? 'resting' : null;
}
