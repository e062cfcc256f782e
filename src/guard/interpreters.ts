import { judgeEnvironment } from './builtins.ts';
import { interpreters, judgeCode } from './code.ts';
import { changedFiles } from './files.ts';
import { judgeOwnCommand } from './personOnly.ts';
import type { ProgramRule, Shell } from './shell.ts';
import {
  anything,
  baseName,
  type Choices,
  denyUnknown,
  isGiven,
  isKnown,
  type OptionSyntax,
  readOptions,
  valuesOf,
} from './text.ts';
import { plain, runWrapped, wrappers } from './wrappers.ts';

const shellSyntax: OptionSyntax = { short: 'oO', long: ['rcfile', 'init-file'] };

/** A shell: judges the text of `-c`, of a file that this line wrote, or of its input. */
export const runShell: ProgramRule = ({ program, args, environment, input, walk }) => {
  const read = readOptions(
    args.map((arg) => (/^\+[a-zA-Z]/.test(arg) ? `-${arg.slice(1)}` : arg)),
    shellSyntax,
  );
  judgeEnvironment(environment, program, walk);
  for (const file of valuesOf(read, 'rcfile', 'init-file'))
    for (const text of walk.contents(file) ?? []) walk.subshell(text);
  const [first, ...rest] = read.rest;
  if (isGiven(read, 'c'))
    return first === undefined ? undefined : runText([first], rest.slice(1), input, walk, rest[0]);
  if (isGiven(read, 'version', 'help')) return undefined;
  if (
    first !== undefined &&
    !isGiven(read, 's') &&
    !/^(-|\/dev\/stdin|\/dev\/fd\/0|\/proc\/self\/fd\/0)$/.test(first)
  ) {
    // A known name is enough, as for programs: the content of a script stays unknown.
    if (!isKnown(baseName(first)) && walk.contents(first) === null)
      walk.refuse(denyUnknown(`${program} ${first}`, 'It cannot be told which script this is.'));
    const text = walk.contents(first);
    return text === null ? undefined : runText(text, rest, input, walk);
  }
  if (input.every((text) => text === '')) return undefined;
  if (!input.every(isKnown)) {
    walk.refuse(denyUnknown(program, 'A shell would run what it reads, and that cannot be told here.'));
    return undefined;
  }
  return runText(input, rest, [''], walk);
};

/** Judges each text that a shell may get, with its arguments. */
function runText(
  texts: Choices<string>,
  args: readonly string[],
  input: Choices<string>,
  walk: Shell,
  name = 'sh',
): Choices<string> {
  const variables = new Map<string, Choices<readonly string[]>>([
    ['@', [args]],
    ['0', [[name]]],
    ...args.map((arg, at) => [String(at + 1), [[arg]]] as const),
  ]);
  return texts.flatMap((text) => walk.subshell(text, input, variables));
}

/** Judges the run of a file that the same line wrote. */
export function runFile(
  texts: Choices<string>,
  args: readonly string[],
  input: Choices<string>,
  walk: Shell,
): Choices<string> {
  for (const text of texts) {
    const program = /^#!\s*(?:\S*\/env\s+)?(?:\S*\/)?([\w.-]+)/.exec(text)?.[1] ?? 'sh';
    if (interpreters.test(program)) judgeCode(text, walk);
    else runText([text], args, input, walk);
  }
  return [anything];
}

const codeFlag: Readonly<Record<string, RegExp>> = {
  python: /^-[a-zA-Z]*c$/,
  pypy: /^-[a-zA-Z]*c$/,
  node: /^(-e|-p|-pe|--eval|--print)$/,
  bun: /^(-e|--eval|-p|--print)$/,
  deno: /^eval$/,
  tsx: /^(-e|--eval)$/,
  perl: /^-[a-zA-Z0]*[eE]$/,
  ruby: /^-[a-zA-Z]*e$/,
  php: /^-r$/,
  lua: /^-e$/,
  Rscript: /^-e$/,
  osascript: /^-e$/,
  expect: /^-c$/,
  awk: /^(?!-)/,
};

/** An interpreter: judges code on its command line, in a file that this line wrote, or in its input. */
export const runInterpreter: ProgramRule = ({ program, args, environment, input, walk }) => {
  const kind = program
    .replace(/[\d.]+$/, '')
    .replace(/^[gmn]awk$/, 'awk')
    .replace(/^nodejs$/, 'node');
  if (kind === 'bun' && /^(x|run)$/.test(args[0] ?? ''))
    return runWrapped({ program, args, environment, input, walk }, wrappers.bun ?? plain);
  const module = /^(python|pypy)$/.test(kind) ? args.findIndex((arg) => /^-[a-zA-Z]*m$/.test(arg)) : -1;
  if (module >= 0) {
    walk.run(args.slice(module + 1), environment, input);
    return [anything];
  }
  const flag = codeFlag[kind] ?? /^-e$/;
  const codes = args.flatMap((arg, at) => {
    if (!flag.test(arg)) return /^--(eval|print)=/.test(arg) ? [arg.slice(arg.indexOf('=') + 1)] : [];
    return kind === 'awk' ? [arg] : [args[at + 1] ?? ''];
  });
  if (kind === 'awk') codes.splice(1);
  for (const code of codes) {
    if (!isKnown(code) && /^[\s\uE000-\uE002]+$/.test(code))
      walk.refuse(denyUnknown(program, 'The code it is given cannot be told here.'));
    judgeCode(code, walk);
  }
  const file = args.find((arg) => !arg.startsWith('-'));
  if (
    codes.length === 0 &&
    (file === undefined || args.includes('-') || /^\/dev\/(stdin|fd\/0)$/.test(file))
  ) {
    if (input.some((text) => text.includes(anything) || text.includes('\uE002')))
      walk.refuse(denyUnknown(program, 'It would run what it reads, and that cannot be told here.'));
    for (const code of input) judgeCode(code, walk);
  } else if (codes.length === 0 && file !== undefined)
    for (const code of walk.contents(file) ?? []) judgeCode(code, walk);
  judgeOwnCommand([program, ...args], walk);
  for (const path of changedFiles(program, args)) walk.write(path);
  return [anything];
};
