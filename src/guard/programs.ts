import { deny, leavesMachine } from './git.ts';
import { allowedBelow, refusedCommands, refusedWith } from './ownCommands.ts';
import { type Denial, judgeWrite, type Place } from './places.ts';

/** Which of a program's arguments name files that it changes. */
type Changed = (args: readonly string[]) => readonly string[];

const everyName: Changed = (args) => named(args);
const lastName: Changed = (args) => flagValues(args, '-t', '--target-directory') ?? named(args).slice(-1);

const writers: Readonly<Record<string, Changed>> = {
  ...Object.fromEntries(
    'rm rmdir unlink shred touch mkdir mkfifo mknod tee truncate mv patch'
      .split(' ')
      .map((name) => [name, everyName]),
  ),
  ...Object.fromEntries('cp ln install rsync scp'.split(' ').map((name) => [name, lastName])),
  // The first name is a mode or an owner.
  ...Object.fromEntries(
    'chmod chown chgrp setfacl'
      .split(' ')
      .map((name) => [name, (args: readonly string[]) => named(args).slice(1)]),
  ),
  sed: (args) =>
    args.some((arg) => /^(-[a-zA-Z]*i|--in-place)/.test(arg)) ? named(args).filter(isPath) : [],
  perl: (args) => (args.some((arg) => /^-[a-zA-Z]*i/.test(arg)) ? named(args).filter(isPath) : []),
  dd: (args) => args.flatMap((arg) => (arg.startsWith('of=') ? [arg.slice(3)] : [])),
  tar: (args) =>
    args.some((arg) => /^-?[a-zA-Z]*x|^--extract/.test(arg))
      ? (flagValues(args, '-C', '--directory') ?? [])
      : (flagValues(args, '-f', '--file') ?? []),
  unzip: (args) => flagValues(args, '-d') ?? [],
  curl: (args) => flagValues(args, '-o', '--output', '--output-dir') ?? [],
  wget: (args) => flagValues(args, '-O', '-P', '--output-document', '--directory-prefix') ?? [],
  sort: (args) => flagValues(args, '-o', '--output') ?? [],
  find: (args) =>
    args.includes('-delete')
      ? args.slice(
          0,
          args.findIndex((arg) => /^[-(!]/.test(arg)),
        )
      : [],
};

/** Whether a program other than git may be run with these arguments. */
export function judgeProgram(program: string, args: readonly string[], place: Place): Denial | null {
  if (program === 'gh' || program === 'glab') return judgeForge(args, place);
  const changed = Object.hasOwn(writers, program) ? (writers[program]?.(args) ?? []) : [];
  for (const path of changed) {
    const denial = judgeWrite(path, place);
    if (denial) return denial;
  }
  return null;
}

/** Reports whether a worker may run one of our commands. @param args behind `orch-tui` */
export function judgeOrchTui(args: readonly string[], { rules }: Place): Denial | null {
  const said = named(args);
  const isSaid = (name: string) => name === said.slice(0, name.split(' ').length).join(' ');
  const decides =
    refusedCommands.some(isSaid) ||
    refusedWith.some(([name, option]) => isSaid(name) && args.includes(option));
  if (!decides || allowedBelow.some(isSaid) || rules.allow.includes('approve')) return null;
  return deny(
    'approve',
    `Only a person may run orch-tui ${said.slice(0, 2).join(' ')}.`,
    'Report what you need: it is shown to them.',
  );
}

/** Programs that take a script as an argument, and the flag before it. */
const interpreters: Readonly<Record<string, RegExp>> = {
  python: /^-[a-zA-Z]*c$/,
  node: /^(-e|-p|-pe|--eval|--print)$/,
  bun: /^(-e|--eval)$/,
  deno: /^eval$/,
  perl: /^-[a-zA-Z]*[eE]$/,
  ruby: /^-e$/,
  php: /^-r$/,
  awk: /^(?!-)/,
};

/** The script that an interpreter is given on its command line, or in a here-document; null without one. */
export function inlineCode(program: string, args: readonly string[], input: string | null): string | null {
  const kind = program.replace(/^(python|ruby|php|perl)[\d.]+$/, '$1').replace(/^[gmn]awk$/, 'awk');
  const flag = Object.hasOwn(interpreters, kind) ? interpreters[kind] : undefined;
  if (!flag) return null;
  const at = args.findIndex((arg) => flag.test(arg));
  if (at < 0) return input;
  return args[kind === 'awk' ? at : at + 1] ?? null;
}

const forbiddenGit =
  /\bgit\b['"\s,()[\]]{1,12}(stash|push|switch|checkout|worktree|update-ref|branch['"\s,]+-[dDmM])\b/;
const changing =
  /open|write|append|unlink|remove|rename|rmtree|mkdir|copy|move|symlink|truncate|system|exec|spawn|popen|subprocess|\bsh\b|print\s*>|>/i;

/**
 * Whether a script may be run. Nobody can tell what a program does; this catches what is said plainly: git where it is
 * forbidden, and a path outside together with something that changes files.
 */
export function judgeCode(code: string, place: Place): Denial | null {
  const { allow } = place.rules;
  if (forbiddenGit.test(code) && !allow.includes('switch'))
    return deny(
      'switch',
      'The script runs git beyond your branch.',
      'Run git by itself, so that it can be checked.',
    );
  if (!changing.test(code)) return null;
  for (const [, path = ''] of code.matchAll(/['"`]((?:~|\.{1,2})?\/[^'"`\s]*)['"`]/g)) {
    const denial = judgeWrite(path.replace(/^~/, place.rules.variables.HOME ?? '~'), place);
    if (denial) return denial;
  }
  return null;
}

function named(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  if (end >= 0) return [...named(args.slice(0, end)), ...args.slice(end + 1)];
  return args.filter((arg) => !arg.startsWith('-') || arg === '-');
}

/** Files rather than scripts such as `s/a/b/`. */
function isPath(arg: string, index: number): boolean {
  return index > 0 || !/^[sy](.).*\1|^\d*[dpq]$|^\//.test(arg);
}

function flagValues(args: readonly string[], ...flags: string[]): readonly string[] | null {
  const found = args.flatMap((arg, at) => {
    const value = args[at + 1];
    if (flags.includes(arg)) return value === undefined ? [] : [value];
    const flag = flags.find((one) => one.startsWith('--') && arg.startsWith(`${one}=`));
    return flag ? [arg.slice(flag.length + 1)] : [];
  });
  return found.length > 0 ? found : null;
}

const publishing = /^(pr|mr|repo|project|release|issue|gist|snippet)$/;
const looking = /^(list|ls|view|show|status|diff|checks|)$/;

/**
 * Whether a worker may use the command line of GitHub or GitLab so: what changes there is as public as a push.
 * @param args behind `gh` or `glab`
 */
export function judgeForge(args: readonly string[], { rules }: Place): Denial | null {
  const allows = (topic: 'switch' | 'push') => rules.allow.includes(topic);
  const [about = '', verb = ''] = args.filter((arg, at) => !arg.startsWith('-') && !namesRepo(args[at - 1]));
  if (/^[pm]r$/.test(about) && verb === 'checkout')
    return allows('switch') ? null : deny('switch', 'This leaves your branch.', `Stay on ${rules.branch}.`);
  const changes = about === 'api' ? sends(args) : publishing.test(about) && !looking.test(verb);
  return changes && !allows('push') ? leavesMachine() : null;
}

function namesRepo(flag: string | undefined): boolean {
  return flag === '-R' || flag === '--repo';
}

/** Fields make a request a POST where no method is named. */
function sends(args: readonly string[]): boolean {
  const at = args.findIndex((arg) => /^(-X|--method)/.test(arg));
  if (at < 0) return args.some((arg) => /^(-[fF]|--field|--raw-field|--input)/.test(arg));
  return !/GET$/i.test(args[at] ?? '') && !/^GET$/i.test(args[at + 1] ?? '');
}
