/** How a program's options are read: which take a value of their own. */
export interface OptionSyntax {
  /** Letters of short options that take a value, in the same word or the next. */
  readonly short?: string;
  /** Names of long options that take a value in the next word where there is no `=`. */
  readonly long?: readonly string[];
  /** Options may also come behind the first word that is none, as GNU programs allow. */
  readonly anywhere?: boolean;
}

export interface Options {
  /** Options by name without dashes, with their value where they have one, in order. */
  readonly options: readonly (readonly [name: string, value: string | null])[];
  readonly rest: readonly string[];
}

/** Reads options as getopt does. Nothing fails: an option that is not known takes no value. */
export function readOptions(args: readonly string[], syntax: OptionSyntax): Options {
  const options: (readonly [string, string | null])[] = [];
  const rest: string[] = [];
  const left = [...args].reverse();
  while (left.length > 0) {
    const arg = left.pop() ?? '';
    if (arg === '--') break;
    if (!arg.startsWith('-') || arg === '-') {
      rest.push(arg);
      if (!syntax.anywhere) break;
    } else if (arg.startsWith('--') || syntax.long?.includes(arg.slice(1)))
      options.push(longOption(arg, left, syntax));
    else options.push(...shortOptions(arg, left, syntax));
  }
  return { options, rest: [...rest, ...left.reverse()] };
}

/** @param left the words behind it, last first */
function longOption(
  arg: string,
  left: string[],
  { long = [] }: OptionSyntax,
): readonly [string, string | null] {
  const [name = '', ...value] = arg.replace(/^--?/, '').split('=');
  if (value.length > 0) return [name, value.join('=')];
  return [name, long.includes(name) ? (left.pop() ?? '') : null];
}

function shortOptions(
  arg: string,
  left: string[],
  { short = '' }: OptionSyntax,
): readonly (readonly [string, string | null])[] {
  const at = [...arg.slice(1)].findIndex((letter) => short.includes(letter)) + 1;
  const plain = [...(at === 0 ? arg.slice(1) : arg.slice(1, at))].map((letter) => [letter, null] as const);
  if (at === 0) return plain;
  const attached = arg.slice(at + 1);
  return [...plain, [arg[at] ?? '', attached === '' ? (left.pop() ?? '') : attached]];
}

/** Returns the values of options by any of their names. */
export function valuesOf({ options }: Options, ...names: string[]): readonly string[] {
  return options.flatMap(([name, value]) => (names.includes(name) && value !== null ? [value] : []));
}

/** Reports whether one of these options is given. */
export function isGiven({ options }: Options, ...names: string[]): boolean {
  return options.some(([name]) => names.includes(name));
}
