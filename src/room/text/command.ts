import { replaceHidden } from '../../lib/sanitize.ts';

const bare = /^[\w@%+=:,./-]+$/;
const named: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' };

/**
 * A command as one line that shows exactly what is run, quoted as a POSIX shell would want it. For reading
 * only: nothing of ours goes through a shell.
 */
export function quoteCommand(command: readonly string[]): string {
  return command.map(quoteArgument).join(' ');
}

/** Stands for a brief that is shown in full beside its command; no argument can read like it, for it would be quoted. */
const briefMark = '‹the brief›';

/**
 * The same for a command that is shown with its brief.
 * @param marks what else is shown in full elsewhere, with the mark that stands for it here
 */
export function shownCommand(
  command: readonly string[],
  brief: string,
  marks: ReadonlyMap<string, string> = new Map(),
): string {
  const shown = (part: string) =>
    part !== '' && part === brief ? briefMark : (marks.get(part) ?? quoteArgument(part));
  return command.map(shown).join(' ');
}

/** Characters from which on an argument is shown once for several commands. */
const longArgument = 100;

/** Marks for long arguments that are the same in every one of several commands. */
export function sharedArguments(commands: readonly (readonly string[])[]): ReadonlyMap<string, string> {
  const [first = [], ...others] = commands;
  const isShared = (part: string) => part.length >= longArgument && others.every((one) => one.includes(part));
  const shared = others.length === 0 ? [] : [...new Set(first.filter(isShared))];
  return new Map(shared.map((part, n) => [part, `‹${n + 1}›`]));
}

function quoteArgument(argument: string): string {
  if (bare.test(argument)) return argument;
  const inside = replaceHidden(argument.replace(/['\\]/g, '\\$&'), escaped);
  return inside === argument ? `'${argument}'` : `$'${inside}'`;
}

function escaped(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return (
    named[character] ?? (code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`)
  );
}
