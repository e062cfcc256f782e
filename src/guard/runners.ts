import { changedFiles } from './files.ts';
import type { ProgramRule, Shell } from './shell.ts';
import {
  anything,
  denial,
  denyUnknown,
  fileText,
  isGiven,
  isKnown,
  readable,
  readOptions,
  valuesOf,
} from './text.ts';

/** `xargs`: appends its input to its words. */
export const runXargs: ProgramRule = ({ args, environment, input, walk }) => {
  const read = readOptions(args, {
    short: 'aEIdLnPsR',
    long: 'arg-file delimiter max-lines max-args max-procs max-chars replace process-slot-var'.split(' '),
  });
  if (read.rest.length === 0) return input.map((text) => text.trim().replace(/\s*\n\s*/g, ' '));
  const mark = valuesOf(read, 'I', 'replace')[0] ?? (isGiven(read, 'i', 'replace') ? '{}' : null);
  for (const text of input) {
    const items = isKnown(text) ? text.split(/\s+/).filter((item) => item !== '') : [text.trim()];
    const named = isGiven(read, 'a', 'arg-file') ? ['\uE002'] : items;
    if (mark === null) walk.run([...read.rest, ...named], environment, ['']);
    else
      for (const item of named.slice(0, 16))
        walk.run(
          read.rest.map((word) => word.replaceAll(mark, item)),
          environment,
          [''],
        );
  }
  return [anything];
};

/** Clients of databases: judges their commands that run a shell. */
export const runDatabase: ProgramRule = ({ args, input, walk }) => {
  for (const text of [...args, ...input])
    for (const [, command = ''] of text.matchAll(
      /(?:^|\n|;)\s*(?:\.(?:shell|system)|\\!|system)\s+([^\n]+)/g,
    ))
      walk.subshell(command);
  return undefined;
};

/** `find` and `fd`: judges what they run for each file, and what they write. */
export const runFind: ProgramRule = (run) => {
  const { program, args, walk } = run;
  const end = args.findIndex((arg) => /^[-(!]/.test(arg) && !/^-[HLPO]/.test(arg));
  const roots = args.slice(0, end < 0 ? undefined : end).filter((arg) => !arg.startsWith('-'));
  const found = (roots.length > 0 ? roots : ['.']).map((root) =>
    root === '.' ? '\uE001' : `${root}/\uE001`,
  );
  const runs = program === 'find' ? /^-(exec|execdir|ok|okdir)$/ : /^(-x|-X|--exec|--exec-batch)$/;
  args.forEach((arg, at) => {
    if (runs.test(arg)) {
      const stop = args.findIndex((word, index) => index > at && (word === ';' || word === '+'));
      const words = args.slice(at + 1, stop < 0 ? undefined : stop);
      for (const path of found.slice(0, 8))
        walk.run(
          [
            ...words.map((word) => word.replaceAll('{}', path)),
            ...(words.some((word) => word.includes('{}')) || program === 'find' ? [] : [path]),
          ],
          new Map(),
          [''],
        );
    }
    if (/^-(fprintf?|fprint0|fls)$/.test(arg)) walk.write(args[at + 1] ?? '');
    if (arg === '-delete') for (const path of roots.length > 0 ? roots : ['.']) walk.write(path);
  });
  return found;
};

export const runMake: ProgramRule = ({ program, args, input, walk }) => {
  const read = readOptions(args, {
    short: 'fCIjloWEO',
    long: ['file', 'makefile', 'directory', 'eval'],
    anywhere: true,
  });
  const assigned = read.rest.filter((arg) => /^(SHELL|MAKE|\.SHELLFLAGS)=/.test(arg));
  for (const one of assigned) walk.subshell(one.slice(one.indexOf('=') + 1));
  for (const text of valuesOf(read, 'eval', 'E')) runRecipes(text, walk);
  for (const file of valuesOf(read, 'f', 'file', 'makefile')) {
    const texts = file === '-' || file === '/dev/stdin' ? input : walk.contents(file);
    if (texts?.some((text) => !isKnown(text)))
      walk.refuse(denyUnknown(`${program} -f ${readable(file)}`, 'It would run what it reads.'));
    for (const text of texts ?? []) runRecipes(text, walk);
  }
  return undefined;
};

/** Judges the recipes of a makefile: indented by a tab or behind a `;`, with `@`, `-` and `+` before them. */
function runRecipes(text: string, walk: Shell): void {
  for (const line of text.split('\n'))
    if (/^\t|;/.test(line)) walk.subshell(line.replace(/^[^\t;]*;|^\t/, '').replace(/^[@+-]+/, ''));
  for (const [, command = ''] of text.matchAll(/\$\(shell ([^)]*)\)/g)) walk.subshell(command);
}

/** `at`, `batch` and `crontab`: refused, because their commands run later. */
export const runLater: ProgramRule = ({ program, args, input, walk }) => {
  if (program === 'crontab' && args.some((arg) => /^-l$/.test(arg))) return undefined;
  if (program === 'crontab' || program === 'at' || program === 'batch') {
    for (const text of input) if (isKnown(text) && text !== '') walk.subshell(text);
    walk.refuse(
      denial('outside', program, 'It runs commands later, when they cannot be checked.', 'Run them now.'),
    );
  }
  return undefined;
};

export const runGdb: ProgramRule = ({ args, environment, input, walk }) => {
  const read = readOptions(args, { long: ['ex', 'iex', 'eval-command', 'command', 'x'] });
  for (const text of valuesOf(read, 'ex', 'iex', 'eval-command'))
    walk.subshell(text.replace(/^\s*(shell|!|pipe|python|system)\s*/, ''));
  return isGiven(read, 'args') ? walk.run(read.rest, environment, input) : undefined;
};

export const runTar: ProgramRule = ({ program, args, walk }) => {
  for (const [at, arg] of args.entries()) {
    const [, script] =
      /^--(?:to-command|use-compress-program|rsh-command|info-script|new-volume-script)=(.*)$/s.exec(arg) ??
      [];
    const [, action] = /^--checkpoint-action=exec=(.*)$/s.exec(arg) ?? [];
    if (script !== undefined || action !== undefined) walk.subshell(script ?? action ?? '');
    if (/^(--to-command|--use-compress-program|-I|-F)$/.test(arg)) walk.subshell(args[at + 1] ?? '');
    if (/^--checkpoint-action$/.test(arg)) walk.subshell((args[at + 1] ?? '').replace(/^exec=/, ''));
  }
  for (const path of changedFiles(program, args)) walk.write(path);
  return [fileText];
};

export const runCopier: ProgramRule = ({ program, args, walk }) => {
  const read = readOptions(args, {
    short: program === 'rsync' ? 'efBMT' : 'cDFiJloPSX',
    long: ['rsh', 'rsync-path'],
    anywhere: true,
  });
  for (const script of valuesOf(read, 'e', 'rsh', 'rsync-path', 'S')) walk.subshell(script);
  judgeSshSettings(valuesOf(read, 'o'), walk);
  for (const path of changedFiles(program, args)) walk.write(path);
  return undefined;
};

/** Judges settings of ssh that run a command on this machine. */
export function judgeSshSettings(settings: readonly string[], walk: Shell): void {
  for (const setting of settings)
    if (/^\s*(ProxyCommand|LocalCommand|KnownHostsCommand)\b/i.test(setting))
      walk.subshell(setting.replace(/^\s*\w+\s*[= ]\s*/, ''));
}

/** Programs that install hooks of the repository, which run in every worktree. */
export const runHooks: ProgramRule = ({ program, args, walk }) => {
  const verb = args.find((arg) => !arg.startsWith('-')) ?? '';
  const installs =
    /^(install|install-hooks|uninstall|init|init-templatedir|add|set|migrate)$/.test(verb) ||
    args.some((arg) => /^--(install|uninstall)$/.test(arg)) ||
    (verb === '' && /^(husky|simple-git-hooks)$/.test(program));
  const isAsked = args.some((arg) => /^(--help|-h|--version|--dry-run)$/.test(arg));
  if (installs && !isAsked && !(program === 'pre-commit' && verb === 'install-hooks'))
    walk.refuse(
      denial(
        'outside',
        `${program} ${verb}`.trim(),
        'Hooks belong to the whole repository and run in every worktree.',
        'Run the checks themselves; the person sets up hooks.',
      ),
    );
  return undefined;
};

/** `kill`: `kill -9 -1` ends every program of the person, other workers included. */
export const runKill: ProgramRule = ({ args, walk }) => {
  const [first = ''] = args;
  const isSignal = /^-/.test(first) && first !== '--';
  const targets = isSignal && args.length > 1 ? args.slice(/^-[sn]$/.test(first) ? 2 : 1) : args;
  if (targets.some((target, at) => target === '-1' && (isSignal || at > 0)))
    walk.refuse(
      denial(
        'outside',
        `kill ${args.join(' ')}`,
        'This ends all programs of the person.',
        'Name the process.',
      ),
    );
  return undefined;
};
