import type { ProgramRule, Shell } from './shell.ts';
import { anything, baseName, type Choices, denyUnknown, fileText, isKnown, someName } from './text.ts';

/** Returns the key of an alias among the variables. */
export function aliasName(name: string): string {
  return `alias ${name}`;
}

/** Builtins of a shell that change what follows. */
export const builtins: Readonly<Record<string, ProgramRule>> = {
  cd: ({ args, environment, walk }) => {
    const to = args.find((arg) => !/^-[LPe@]+$/.test(arg) && arg !== '--');
    // With CDPATH a relative folder is searched in other folders, too.
    const path = environment.get('CDPATH') ?? walk.valueOf('CDPATH')?.[0]?.[0] ?? '';
    if (path !== '' && to !== undefined && !/^(\/|\.{1,2}(\/|$))/.test(to)) {
      walk.changeFolder([anything]);
      return undefined;
    }
    const home = walk.valueOf('HOME')?.[0]?.[0] ?? anything;
    if (to === '-') walk.changeFolder(walk.folderBefore);
    else walk.changeFolder(walk.places.flatMap(({ locate, cwd }) => foldersAt(to ?? home, cwd, locate)));
    return undefined;
  },
  pushd: (run) => builtins.cd?.(run),
  popd: ({ walk }) => {
    walk.changeFolder(walk.folderBefore);
    return undefined;
  },
  export: (run) => declare(run),
  declare: (run) => declare(run),
  typeset: (run) => declare(run),
  local: (run) => declare(run),
  readonly: (run) => declare(run),
  unset: ({ args, walk }) => {
    for (const name of args) if (!name.startsWith('-')) walk.set(name, [['']]);
    return undefined;
  },
  set: ({ args, walk }) => {
    const at = args.indexOf('--');
    if (at >= 0) walk.positional(args.slice(at + 1));
    else if (args[0] !== undefined && !/^[-+]/.test(args[0])) walk.positional(args);
    return undefined;
  },
  shift: ({ walk }) => {
    const [list = []] = walk.valueOf('@') ?? [];
    walk.positional(list.slice(1));
    return undefined;
  },
  read: (run) => read(run),
  mapfile: (run) => read(run),
  readarray: (run) => read(run),
  eval: ({ args, walk, input }) => walk.script(args.join(' '), input),
  source: (run) => source(run),
  '.': (run) => source(run),
  trap: ({ args, walk }) => {
    const rest = args.filter((arg, at) => !(at === 0 && /^(-[lp]|--)$/.test(arg)));
    if (rest.length > 1 && rest[0] !== '-') walk.subshell(rest[0] ?? '');
    return undefined;
  },
  alias: ({ args, walk }) => {
    for (const arg of args) {
      const at = arg.indexOf('=');
      if (at <= 0) continue;
      walk.subshell(arg.slice(at + 1));
      walk.set(aliasName(arg.slice(0, at)), [[arg.slice(at + 1)]]);
    }
    return undefined;
  },
  unalias: () => undefined,
  hash: ({ args, walk }) => {
    const at = args.indexOf('-p');
    const [path, name] = at < 0 ? [] : args.slice(at + 1);
    if (path !== undefined && name !== undefined) walk.set(aliasName(name), [[path]]);
    return undefined;
  },
  exec: ({ args, environment, input, walk }) => {
    const words =
      args[0] === '-a' ? args.slice(2) : args.filter((arg, at) => at > 0 || !/^-[cl]+$/.test(arg));
    if (words.length === 0) return undefined;
    const printed = walk.run(words, environment, input);
    walk.exit();
    return printed;
  },
  command: ({ args, environment, input, walk }) => {
    if (args.some((arg, at) => at === 0 && /^-[pvV]*[vV]/.test(arg))) return args.slice(1);
    const words = args[0] === '-p' || args[0] === '--' ? args.slice(1) : args;
    return walk.run(
      words[0] === undefined ? [] : [unshadowed(words[0]), ...words.slice(1)],
      environment,
      input,
    );
  },
  builtin: ({ args, environment, input, walk }) => walk.run(args, environment, input),
  exit: ({ walk }) => exitShell(walk),
  return: ({ walk }) => exitShell(walk),
  break: ({ walk }) => exitShell(walk),
  continue: ({ walk }) => exitShell(walk),
  let: () => undefined,
  shopt: () => undefined,
  enable: ({ args, walk }) => {
    if (args.includes('-f')) walk.refuse(denyUnknown('enable -f', 'It loads code into the shell.'));
    return undefined;
  },
  ':': () => [''],
};

/** `command NAME` runs the program even where a function has its name. */
function unshadowed(name: string): string {
  return name.includes('/') || !isKnown(name) ? name : `/usr/bin/${name}`;
}

function exitShell(walk: Shell): undefined {
  walk.exit();
}

function foldersAt(
  to: string,
  cwd: string,
  locate: (path: string, from: string) => readonly string[] | null,
): Choices<string> {
  if (!isKnown(cwd) && !to.startsWith('/')) return [anything];
  if (/^[\uE000\uE002]/.test(to)) return [anything];
  return locate(to.replaceAll(someName, 'some-name'), cwd) ?? [anything];
}

const declare: ProgramRule = ({ args, walk }) => {
  for (const arg of args) {
    const [, name, more, value = ''] = /^([A-Za-z_]\w*)(\+)?=(.*)$/s.exec(arg) ?? [];
    if (name === undefined) continue;
    const old = more ? (walk.valueOf(name)?.[0]?.[0] ?? anything) : '';
    // A nameref holds the value of another variable.
    walk.set(name, [[args.some((one) => /^-[a-zA-Z]*n/.test(one)) ? anything : old + value]]);
    judgeEnvironment(new Map([[name, value]]), 'sh', walk);
  }
  return undefined;
};

/** `read` and `mapfile`: set a variable to a line of the input. */
const read: ProgramRule = ({ program, args, input, walk }) => {
  const names = args.filter(
    (arg, at) => /^[A-Za-z_]\w*$/.test(arg) && !/^-[a-zA-Z]*[dnNpitu]$/.test(args[at - 1] ?? ''),
  );
  const lines = input.flatMap((text) =>
    isKnown(text) ? text.split('\n').filter((line) => line !== '') : [text.trim() || fileText],
  );
  const values = lines.length === 0 ? [''] : [...new Set(lines)];
  const list = args.findIndex((arg) => /^-[a-zA-Z]*a/.test(arg));
  if (program === 'read' && list >= 0) {
    const [, attached = ''] = /^-[a-zA-Z]*a(\w+)$/.exec(args[list] ?? '') ?? [];
    // IFS may contain other separators; a line that cannot be resolved stays one word.
    walk.set(
      attached || (args[list + 1] ?? 'REPLY'),
      values.map((line) => line.split(isKnown(line) ? /[ \t:,|;]+/ : '\n').filter((word) => word !== '')),
    );
    return undefined;
  }
  if (program !== 'read') {
    walk.set(names[0] ?? 'MAPFILE', [values]);
    return undefined;
  }
  if (names.length <= 1)
    walk.set(
      names[0] ?? 'REPLY',
      values.map((line) => [line]),
    );
  names.forEach((name, at) => {
    if (names.length < 2) return;
    const words = values.map((line) => {
      const parts = line.split(/[ \t:,|]+/);
      return at === names.length - 1 ? parts.slice(at).join(' ') : (parts[at] ?? '');
    });
    walk.set(
      name,
      [...new Set(words)].map((word) => [word]),
    );
  });
  return undefined;
};

/** `source FILE`: the content is known if the same line wrote the file; otherwise it is opaque like any script. */
const source: ProgramRule = ({ program, args, input, walk }) => {
  const [file = '', ...rest] = args;
  const texts = /^\/dev\/(stdin|fd\/0)$/.test(file) ? input : walk.contents(file);
  if (texts === null) {
    if (!isKnown(baseName(file)))
      walk.refuse(denyUnknown(`${program} ${file}`, 'It cannot be told which script this is.'));
    return undefined;
  }
  for (const text of texts) {
    if (rest.length > 0) walk.positional(rest);
    if (isKnown(text)) walk.script(text);
    else walk.refuse(denyUnknown(`${program} ${file}`, 'What it would run cannot be told here.'));
  }
  return undefined;
};

/** Variables whose value some program runs as a command. */
const commandVariables =
  /^(PROMPT_COMMAND|(GIT_|GIT_SEQUENCE_|SUDO_|SVN_|HG|FC)?(EDITOR|VISUAL)|(GIT_|MAN)?PAGER|GIT_SSH(_COMMAND)?|GIT_PROXY_COMMAND|GIT_EXTERNAL_DIFF|(GIT_|SSH_|SUDO_)?ASKPASS|LESSOPEN|LESSCLOSE|BROWSER|MAKE_SHELL|CARGO_BUILD_RUSTC_WRAPPER|RUSTC_WRAPPER)$/;

/** Judges variables that change what a command runs. */
export function judgeEnvironment(
  environment: ReadonlyMap<string, string>,
  command: string,
  walk: Shell,
): void {
  for (const [name, value] of environment) {
    if (commandVariables.test(name)) {
      if (value !== '') walk.subshell(value.replace(/^\|/, ''));
      if (name === 'GIT_SEQUENCE_EDITOR') judgeSequence(value, walk);
    } else if (/^PS[0-4]$/.test(name)) walk.expandLater(value);
    else if (name === 'BASH_ENV' || (name === 'ENV' && shells.test(baseName(command)))) {
      const text = walk.contents(value);
      if (text !== null) for (const one of text) walk.subshell(one);
      else if (value !== '') walk.refuse(denyUnknown(`${name}=${value}`, 'A shell runs that file first.'));
    }
  }
}

/** Judges an editor of a rebase list: git runs the text behind `exec`, which the editor's command may write. */
export function judgeSequence(editor: string, walk: Shell): void {
  for (const [, command = ''] of editor.matchAll(/(?:exec|\bx)\s+([^'"\n]+)/g)) walk.subshell(command);
}

/** Names of shells. */
export const shells = /^(ba|z|da|k|mk|ya|a|rba|pda|fi|c|tc)?sh$/;
