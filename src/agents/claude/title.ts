/**
 * What Claude Code's terminal title says: `⠂ name` or `⠐ name` while it works, `✳ name` while it rests or waits.
 * It is the only source that tells of a turn ended by Esc.
 */
export function readTitle(title: string): 'working' | 'resting' | null {
  if (/^[\u2801-\u28ff] /.test(title)) return 'working';
  return title.startsWith('✳') ? 'resting' : null;
}
