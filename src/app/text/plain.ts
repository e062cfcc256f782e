/**
 * Names, titles and briefs come from outside. Control characters could reach the terminal, and bidirectional or
 * invisible ones could make a text read as something that it is not.
 */
const controls = /[\u0000-\u001f\u007f-\u009f]/g;
const deceptive = /[\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff]/g;
const suspicious = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u2069\ufeff\ufff9-\uffff]/;

/** The text on one line: controls become spaces, deceptive characters vanish. */
export function plainLine(text: string): string {
  if (!suspicious.test(text)) return text;
  return text.replace(controls, ' ').replace(deceptive, '');
}

/** The text with its line breaks; tabs become two spaces. */
export function plainText(text: string): string {
  if (!suspicious.test(text)) return text;
  return text.replace(/\r\n?/g, '\n').replace(/\t/g, '  ').split('\n').map(plainLine).join('\n');
}

const bare = /^[\w@%+=:,./-]+$/;
const needsEscape =
  /['\\\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const named: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' };

/**
 * A command as one line that shows exactly what is run, quoted as a POSIX shell would want it. For reading
 * only: nothing of ours goes through a shell.
 */
export function quoteCommand(command: readonly string[]): string {
  return command.map(quoteArgument).join(' ');
}

function quoteArgument(argument: string): string {
  if (bare.test(argument)) return argument;
  if (argument.search(needsEscape) < 0) return `'${argument}'`;
  return `$'${argument.replace(needsEscape, escaped)}'`;
}

function escaped(character: string): string {
  if (character === "'" || character === '\\') return `\\${character}`;
  return named[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
