import { replaceControls, speltHidden } from './sanitize.ts';

const bare = /^[\w@%+=:,./-]+$/;
const named: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' };

/**
 * Returns a command in one line, quoted for a shell, so that a person can copy it from a hint. Characters that cannot be
 * seen are spelt out. We run commands without a shell.
 */
export function quoteCommand(command: readonly string[]): string {
  return command.map(quoteArgument).join(' ');
}

function quoteArgument(argument: string): string {
  if (bare.test(argument)) return argument;
  const inside = replaceControls(argument.replace(/['\\]/g, '\\$&'), escaped);
  const shown = speltHidden(inside);
  return inside === argument ? `'${shown}'` : `$'${shown}'`;
}

function escaped(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return (
    named[character] ?? (code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`)
  );
}

/** Quotes a word for a POSIX shell that reads it, whatever it holds. */
export function quoteWord(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
