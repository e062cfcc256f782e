/** Bytes of keys as xterm sends them. */
const named: Readonly<Record<string, string>> = {
  enter: '\r',
  tab: '\t',
  'shift-tab': '\x1b[Z',
  escape: '\x1b',
  backspace: '\x7f',
  space: ' ',
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  home: '\x1b[H',
  end: '\x1b[F',
  pageup: '\x1b[5~',
  pagedown: '\x1b[6~',
  insert: '\x1b[2~',
  delete: '\x1b[3~',
  f1: '\x1bOP',
};

/** @param key a character, a name as above, `ctrl-` with a character, or `alt-` with any of these */
export function bytesOfKey(key: string): string {
  if (key.startsWith('alt-') && key.length > 4) return `\x1b${bytesOfKey(key.slice(4))}`;
  if (/^ctrl-[a-z@[\\\]^_]$/.test(key))
    return String.fromCharCode(key.slice(5).toUpperCase().charCodeAt(0) - 64);
  const bytes = named[key] ?? key;
  if (named[key] === undefined && [...key].length !== 1) throw new Error(`There is no key "${key}".`);
  return bytes;
}
