import type { Shell } from './shell.ts';
import { anything, baseName, type Choices, fileText, isKnown, someName } from './text.ts';

export interface Printer {
  readonly args: readonly string[];
  readonly input: Choices<string>;
  readonly walk: Shell;
}

/**
 * Returns the possible output of a program that only prints texts, because other commands use it. Programs that show
 * file contents print `fileText`, unless their input is unknown.
 */
export function printedBy(program: string, { args, input, walk }: Printer): Choices<string> {
  const printer = Object.hasOwn(printers, program) ? printers[program] : undefined;
  if (printer) return printer(args, input, walk);
  return input.some((text) => text !== '' && !text.includes(fileText)) && !readsFiles(args)
    ? [anything]
    : [fileText];
}

function readsFiles(args: readonly string[]): boolean {
  return args.filter((arg) => !arg.startsWith('-')).length > 1;
}

type Printing = (args: readonly string[], input: Choices<string>, walk: Shell) => Choices<string>;

const named = (args: readonly string[]) => args.filter((arg) => !/^-./.test(arg));
const unknownName: Printing = () => [someName];
const nothing: Printing = () => [''];
const passThrough: Printing = (args, input) =>
  named(args).filter((arg) => arg !== '-').length > 0 ? [fileText] : input;

/** `head` and `tail`: without a file, a part of their input. */
const ends: Printing = (args, input) =>
  args.every((arg) => /^(-[nc])?[-+]?\d+$|^-[nc]$/.test(arg)) ? input : [fileText];

const printers: Readonly<Record<string, Printing>> = {
  echo: (args) => {
    const isPlain = !/^-[neE]*e/.test(args[0] ?? '');
    const text = args.filter((arg, at) => at > 0 || !/^-[neE]+$/.test(arg)).join(' ');
    return [`${isPlain ? text : escaped(text)}\n`];
  },
  printf: ([format = '', ...args]) => [formatted(format, args)],
  cat: (args, input, walk) => {
    const files = args.filter((arg) => !/^-./.test(arg));
    if (files.length === 0) return input;
    const [first = ''] = files;
    return files.length === 1 && first !== '-' && !first.startsWith('/dev/stdin')
      ? (walk.contents(first) ?? [fileText])
      : files.length === 1
        ? input
        : [fileText];
  },
  tee: (args, input, walk) => {
    for (const path of named(args)) walk.storeFile(path, input, /^-a|^--append/.test(args[0] ?? ''));
    return input;
  },
  sort: passThrough,
  uniq: passThrough,
  head: ends,
  tail: ends,
  which: (args) => named(args),
  type: (args) => named(args),
  basename: (args) => [baseName(named(args)[0] ?? someName)],
  dirname: (args) =>
    named(args)
      .slice(0, 1)
      .map((path) => parentOf(path)),
  realpath: (args, _, walk) => resolvedPath(args, walk),
  readlink: (args, _, walk) =>
    args.some((arg) => /^-[a-z]*[fem]/.test(arg)) ? resolvedPath(args, walk) : [anything],
  pwd: (_, __, walk) => walk.places.map(({ cwd }) => cwd),
  mktemp: (args, _, walk) => {
    const template = named(args).find((arg) => arg.includes('XXX'));
    const folder = walk.valueOf('TMPDIR')?.[0]?.[0] ?? '/tmp';
    return [template === undefined || args.includes('-t') ? `${folder}/${someName}` : template];
  },
  true: nothing,
  false: nothing,
  test: nothing,
  '[': nothing,
  sleep: nothing,
  wait: nothing,
  date: unknownName,
  seq: unknownName,
  id: unknownName,
  whoami: unknownName,
  hostname: unknownName,
  uname: unknownName,
  wc: unknownName,
  ls: (args) => {
    const [folder] = named(args);
    return [
      folder === undefined || folder.includes('*') ? (folder ?? someName) : `${folder}/${someName}`,
      ...(folder === undefined ? [] : [folder]),
    ];
  },
  base64: () => [anything],
  xxd: () => [anything],
  tr: (args, input) =>
    input.every((text) => text === '' || text.includes(fileText))
      ? [fileText]
      : args.length > 0 && args[0] === '-d' && /^\\n$|^\\r$/.test(args[1] ?? '')
        ? input
        : [anything],
  printenv: () => [anything],
};

function parentOf(path: string): string {
  const at = path.replace(/\/+$/, '').lastIndexOf('/');
  if (at < 0) return '.';
  return at === 0 ? '/' : path.slice(0, at);
}

function resolvedPath(args: readonly string[], walk: Shell): Choices<string> {
  const [path = '.'] = named(args);
  if (!isKnown(path)) return [path];
  return walk.places.flatMap(({ locate, cwd }) =>
    isKnown(cwd) || path.startsWith('/') ? (locate(path, cwd) ?? [anything]) : [anything],
  );
}

/** Returns the output of `printf`; padded and counted values become some name. */
function formatted(format: string, args: readonly string[]): string {
  const left = [...args];
  let text = '';
  // A format is reused while arguments are left.
  for (let round = 0; round < 50 && (round === 0 || left.length > 0); round += 1) {
    const before = left.length;
    text += escaped(format).replace(/%(?:%|[-+ #0]*\d*(?:\.\d+)?([a-zA-Z]))/g, (_, kind?: string) => {
      if (kind === undefined) return '%';
      const arg = left.shift() ?? '';
      if (kind === 'b') return escaped(arg);
      return kind === 's' || kind === 'q' ? arg : someName;
    });
    if (left.length === before) break;
  }
  return text;
}

/** Characters of backslash escapes. */
const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '',
  b: '',
  f: '',
  v: '',
  e: '\u001b',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

function escaped(text: string): string {
  return text.replace(/\\(x[\da-fA-F]{1,2}|u[\da-fA-F]{1,4}|0?[0-7]{1,3}|.)/gs, (whole, code: string) => {
    if (/^[xu][\da-fA-F]/.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
    return escapes[code] ?? whole;
  });
}
