import { aliasName, builtins, judgeEnvironment, shells } from './builtins.ts';
import { changedFiles, judgeEditor, judgeExCommand } from './files.ts';
import { runGit } from './git.ts';
import { runFile, runInterpreter, runShell } from './interpreters.ts';
import { type Printer, printedBy } from './output.ts';
import { judgePackages } from './packages.ts';
import { judgeForge, judgeOwnCommand, judgeSending } from './personOnly.ts';
import {
  runCopier,
  runDatabase,
  runFind,
  runGdb,
  runHooks,
  runKill,
  runLater,
  runMake,
  runTar,
  runXargs,
} from './runners.ts';
import type { ProgramRule, Run, Shell } from './shell.ts';
import { anything, baseName, type Choices, denyUnknown, isKnown } from './text.ts';
import { plain, runWrapped, wrappers } from './wrappers.ts';

/** Runs words as a command. Returns what it may print. */
export function runWords(
  words: readonly string[],
  environment: ReadonlyMap<string, string>,
  input: Choices<string>,
  walk: Shell,
): Choices<string> {
  const [first, ...args] = words;
  if (first === undefined) return [''];
  judgeEnvironment(environment, first, walk);
  const alias = walk.valueOf(aliasName(first))?.[0]?.[0];
  if (alias !== undefined && !isAliased(words, alias))
    return walk.run([...alias.split(/\s+/).filter((word) => word !== ''), ...args], environment, input);
  const called = walk.call(first, args, input);
  if (called !== null) return called;
  const written = first.includes('/') ? walk.contents(first) : null;
  if (written !== null) return runFile(written, args, input, walk);
  const program = baseName(first);
  // A pattern may match any program.
  if (!isKnown(program) || (/[*?[]/.test(program) && program !== '[')) {
    walk.refuse(denyUnknown(first, 'It cannot be told which program this is.'));
    return [''];
  }
  const run: Run = { program, args, environment, input, walk };
  judgePackages(program.replace(/[\d.]+$/, ''), args, walk);
  judgeSending(run);
  const known = programs.get(program) ?? programs.get(program.replace(/[\d.]+$/, ''));
  if (known) return known(run) ?? [''];
  if (program.startsWith('git-'))
    return runGit({ ...run, program: 'git', args: [program.slice(4), ...args] });
  return runOther(run);
}

/** Reports whether an alias begins with the command that it replaces, as `ls` does for `ls -la`. */
function isAliased([first]: readonly string[], alias: string): boolean {
  return alias.trim().split(/\s+/)[0] === first;
}

/** Programs that print or search texts: their arguments are never run. */
const readers =
  'echo printf cat tee bat head tail grep egrep fgrep rg ag ack ls eza exa tree wc sort uniq cut tr nl tac rev jq yq column fold fmt comm diff cmp stat file du df date mktemp basename dirname realpath readlink pwd which type whereis true false test [ sleep seq yes id whoami uname hostname md5sum sha1sum sha256sum base64 xxd od hexdump strings less more man info apropos history ps pgrep top htop lsof pkill killall wait jobs fg bg tput clear printenv locale ulimit umask getopts times logger notify-send pbcopy xclip wl-copy figlet cowsay shellcheck shfmt prettier eslint biome tsc vitest jest mocha pytest ruff mypy black';

const runPrinter: ProgramRule = (run) => {
  const { program, args, input, walk } = run;
  args.forEach((arg, at) => {
    if (program === 'rg' && /^--pre(=|$)/.test(arg))
      walk.subshell(arg.includes('=') ? arg.slice(6) : (args[at + 1] ?? ''));
    if (/^(less|more|man)$/.test(program) && arg.startsWith('+')) judgeExCommand(arg.slice(1), walk);
  });
  for (const path of changedFiles(program, args)) walk.write(path);
  const printer: Printer = { args, input, walk };
  return printedBy(program, printer);
};

const programs: ReadonlyMap<string, ProgramRule> = new Map<string, ProgramRule>([
  ...readers.split(' ').map((name) => [name, runPrinter] as const),
  ...Object.entries(wrappers).map(
    ([name, wrapper]) => [name, (run: Run) => runWrapped(run, wrapper)] as const,
  ),
  // GNU programs with the prefix that other systems give them.
  ...'gtimeout gnice gstdbuf genv gnohup'
    .split(' ')
    .map((name) => [name, (run: Run) => runWrapped(run, wrappers[name.slice(1)] ?? plain)] as const),
  ...'sh bash zsh dash ksh mksh yash ash rbash fish csh tcsh'
    .split(' ')
    .map((name) => [name, runShell] as const),
  ...'python pypy node nodejs bun deno tsx ts-node perl ruby php lua Rscript osascript expect tclsh awk gawk mawk nawk'
    .split(' ')
    .map((name) => [name, runInterpreter] as const),
  ...'vi vim nvim ex view ed red sed gsed emacs nano editor'
    .split(' ')
    .map((name) => [name, judgeEditor] as const),
  ...'at batch crontab'.split(' ').map((name) => [name, runLater] as const),
  ...'make gmake'.split(' ').map((name) => [name, runMake] as const),
  ...'tar bsdtar gtar'.split(' ').map((name) => [name, runTar] as const),
  ...'rsync scp sftp'.split(' ').map((name) => [name, runCopier] as const),
  ...'sqlite3 psql mysql mariadb mongosh redis-cli'.split(' ').map((name) => [name, runDatabase] as const),
  ...'pre-commit lefthook husky overcommit simple-git-hooks captainhook'
    .split(' ')
    .map((name) => [name, runHooks] as const),
  ['kill', runKill],
  ['xargs', runXargs],
  ['find', runFind],
  ['fd', runFind],
  ['fdfind', runFind],
  ['gdb', runGdb],
  ['git', runGit],
  ...['gh', 'glab'].map(
    (name) =>
      [
        name,
        ({ program, args, walk }: Run) => {
          judgeForge(program, args, walk);
          return undefined;
        },
      ] as const,
  ),
  ...Object.entries(builtins),
]);

/** Judges an unknown program, which may run its words, as `doit git push` would. */
function runOther({ program, args, environment, input, walk }: Run): Choices<string> {
  judgeOwnCommand([program, ...args], walk);
  for (const path of changedFiles(program, args)) walk.write(path);
  if (program === 'ln' && args.some((arg) => /^-[a-zA-Z]*s|^--symbolic/.test(arg))) {
    const [target, path] = args.filter((arg) => !arg.startsWith('-'));
    if (target !== undefined && path !== undefined) walk.link(path, target);
  }
  const at = args.findIndex(
    (arg) => /^(git|gh|glab|orch-tui)$/.test(baseName(arg)) || shells.test(baseName(arg)),
  );
  if (at >= 0 && args.length > at + 1) walk.run(args.slice(at), environment, input);
  return [anything];
}
