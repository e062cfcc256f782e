/**
 * Names, paths, titles, briefs and what git or an agent says come from outside. Control characters could reach the
 * terminal, and bidirectional or invisible ones could make a text read as something that it is not, or carry a second
 * text along. This is the one place that takes them out; every span goes through it.
 */
const controls = /\p{Cc}/gu;
/** Formatting, fillers, tags and the like, which show nothing by themselves. */
const invisible =
  /(?!\u200c|\u200d|\ufe0e|\ufe0f)[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Cs}\p{Zl}\p{Zp}\ufff9-\ufffc\ufffe\uffff]/gu;
/** Emoji keep their variation, keycaps included; behind anything else terminals do not agree on its width. */
const idleVariations = /(?<!\p{Extended_Pictographic}|\p{Emoji_Modifier})(?:\ufe0e|\ufe0f)(?!\u20e3)/gu;
/** Emoji and scripts that join letters keep their joiners; between Latin letters they only hide. */
const idleJoiners = /(?<![^\0-\u024f])(?:\u200c|\u200d)/gu;
/** More marks than any script sets upon one letter would grow out of their row. */
const piledMarks = /(?<=\p{M}{4})\p{M}+/gu;
/** A first mark has nothing to stand on. */
const firstMarks = /^\p{M}+/u;
const harmless = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2500-\u25ff]*$/;

/** The text on one line, to be shown: controls become spaces, invisible characters vanish. */
export function plainLine(text: string): string {
  return harmless.test(text) ? text : clean(text).replace(firstMarks, '');
}

/** The text with its line breaks; tabs become two spaces. It may be a part: a mark may stand on what is before it. */
export function plainText(text: string): string {
  if (harmless.test(text)) return text;
  return text.replace(/\r\n?/g, '\n').replace(/\t/g, '  ').split('\n').map(clean).join('\n');
}

function clean(text: string): string {
  return [invisible, idleVariations, idleJoiners, piledMarks].reduce(
    (shown, pattern) => shown.replace(pattern, ''),
    text.replace(controls, ' '),
  );
}

const bare = /^[\w@%+=:,./-]+$/;
const needsEscape =
  /['\\\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Cs}\p{Zl}\p{Zp}\ufff9-\ufffc\ufffe\uffff]/gu;
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
  if (argument.search(needsEscape) < 0) return `'${argument}'`;
  return `$'${argument.replace(needsEscape, escaped)}'`;
}

function escaped(character: string): string {
  if (character === "'" || character === '\\') return `\\${character}`;
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return (
    named[character] ?? (code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`)
  );
}
