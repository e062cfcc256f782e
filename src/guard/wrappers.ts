import { builtins, judgeEnvironment } from './builtins.ts';
import { judgeSshSettings } from './runners.ts';
import type { Run, Shell } from './shell.ts';
import { anything, type Choices, type OptionSyntax, readOptions, valuesOf } from './text.ts';

/** A program that runs another command: its options, and the number of words before that command. */
interface Wrapper extends OptionSyntax {
  readonly before?: number;
  /** `NAME=value` before the command sets a variable for it. */
  readonly sets?: true;
  /** Options whose value is a command line. */
  readonly scripts?: readonly string[];
  /** The following words are joined to a command line. */
  readonly isScript?: true;
  /** Subcommands that must come first, such as `run`. */
  readonly verbs?: readonly string[];
  /** Options after which all words are the command. */
  readonly words?: readonly string[];
  /** Each following word is a command line. */
  readonly each?: true;
}

export const plain: Wrapper = {};
/** No word is a command: all are users, files and the like. */
const allWords = Number.POSITIVE_INFINITY;

export const wrappers: Readonly<Record<string, Wrapper>> = {
  env: {
    short: 'uCSa',
    long: ['unset', 'chdir', 'split-string', 'argv0'],
    sets: true,
    scripts: ['S', 'split-string'],
  },
  sudo: {
    short: 'CDghpRrtTUu',
    long: 'user group host prompt chdir chroot role type close-from other-user command-timeout'.split(' '),
    sets: true,
  },
  doas: { short: 'uC' },
  timeout: { short: 'ks', long: ['kill-after', 'signal'], before: 1 },
  nice: { short: 'n', long: ['adjustment'] },
  ionice: { short: 'cnpPu', long: ['class', 'classdata', 'pid', 'pgid', 'uid'] },
  chrt: { short: 'TPD', long: ['sched-runtime', 'sched-period', 'sched-deadline'], before: 1 },
  taskset: { before: 1 },
  numactl: { short: 'CNmpi', long: ['cpunodebind', 'physcpubind', 'membind', 'preferred', 'interleave'] },
  prlimit: { short: 'p', long: ['pid', 'output'] },
  stdbuf: { short: 'ioe', long: ['input', 'output', 'error'] },
  time: { short: 'fo', long: ['format', 'output'] },
  flock: {
    short: 'wE',
    long: ['timeout', 'wait', 'conflict-exit-code'],
    before: 1,
    scripts: ['c', 'command'],
  },
  nsenter: { short: 'tSG', long: ['target', 'setuid', 'setgid'] },
  unshare: {
    short: 'SGRw',
    long: ['setuid', 'setgid', 'root', 'wd', 'map-user', 'map-group', 'propagation'],
  },
  chroot: { long: ['userspec', 'groups'], before: 1 },
  setpriv: {
    long: ['reuid', 'regid', 'groups', 'inh-caps', 'ambient-caps', 'bounding-set', 'securebits', 'pdeathsig'],
  },
  strace: {
    short: 'abeEIoOpPsSuUX',
    long: ['output', 'trace', 'attach', 'user', 'env', 'string-limit', 'columns'],
  },
  ltrace: { short: 'aAbeFlnopsuwxX', long: ['output'] },
  valgrind: plain,
  script: {
    short: 'EBIOTomc',
    long: ['command', 'log-in', 'log-out', 'log-io', 'log-timing', 'echo', 'output-limit'],
    before: 1,
    scripts: ['c', 'command'],
    anywhere: true,
  },
  su: {
    short: 'cCgGsTw',
    long: ['command', 'session-command', 'group', 'supp-group', 'shell', 'whitelist-environment'],
    before: allWords,
    scripts: ['c', 'C', 'command', 'session-command'],
    anywhere: true,
  },
  runuser: {
    short: 'cCgGsTuw',
    long: ['command', 'session-command', 'group', 'supp-group', 'shell', 'user'],
    scripts: ['c', 'C', 'command', 'session-command'],
    anywhere: true,
  },
  watch: { short: 'nq', long: ['interval', 'equexit'], isScript: true },
  setarch: { before: 1 },
  rlwrap: { short: 'abcCDeEfFgHiIlmMnNoOpPqQrRsStvwWz' },
  'xvfb-run': {
    short: 'nefpsw',
    long: ['server-num', 'error-file', 'auth-file', 'xauth-protocol', 'server-args', 'wait'],
  },
  fakeroot: { short: 'lsibf', long: ['lib', 'faked', 'save'] },
  faketime: { short: 'f', before: 1 },
  'dbus-run-session': { long: ['config-file', 'dbus-daemon'] },
  'systemd-run': {
    short: 'pMHuEtP',
    long: 'property machine host unit description slice setenv uid gid nice working-directory on-active on-boot on-calendar service-type'.split(
      ' ',
    ),
  },
  'systemd-inhibit': { long: ['what', 'who', 'why', 'mode'] },
  caffeinate: { short: 'tw' },
  unbuffer: plain,
  parallel: {
    short: 'jJSNLnaIdlPrsTXUxm',
    long: 'jobs max-args arg-file colsep delay joblog results tmpdir sshlogin timeout retries halt'.split(
      ' ',
    ),
    isScript: true,
  },
  npx: { short: 'pcw', long: ['package', 'call', 'workspace'], scripts: ['c', 'call'] },
  bunx: { short: 'p', long: ['package'] },
  pnpx: plain,
  npm: {
    verbs: ['exec', 'x'],
    short: 'pcw',
    long: ['package', 'call', 'workspace', 'prefix'],
    scripts: ['c', 'call'],
  },
  pnpm: { verbs: ['exec', 'dlx'], short: 'cC', long: ['filter', 'dir'] },
  yarn: { verbs: ['exec', 'dlx', 'run'], short: 'p', long: ['cwd', 'package'] },
  bun: { verbs: ['x', 'run'], long: ['cwd'] },
  poetry: { verbs: ['run'], short: 'CP', long: ['directory', 'project'] },
  pipenv: { verbs: ['run'] },
  uv: {
    verbs: ['run', 'x'],
    long: ['with', 'python', 'directory', 'project', 'extra', 'group', 'env-file'],
    short: 'p',
  },
  uvx: { long: ['with', 'python', 'from'], short: 'p' },
  pipx: { verbs: ['run'], long: ['spec', 'python'] },
  rye: { verbs: ['run'] },
  hatch: { verbs: ['run'] },
  pdm: { verbs: ['run'] },
  bundle: { verbs: ['exec'] },
  mise: { verbs: ['exec', 'x'], short: 'cC', long: ['command'], scripts: ['c', 'command'] },
  asdf: { verbs: ['exec'] },
  rbenv: { verbs: ['exec'] },
  pyenv: { verbs: ['exec'] },
  volta: { verbs: ['run'], long: ['node', 'npm', 'yarn'] },
  conda: { verbs: ['run'], short: 'np', long: ['name', 'prefix', 'cwd'] },
  direnv: { verbs: ['exec'], before: 1 },
  nix: { verbs: ['develop', 'shell', 'run'], long: ['command'], words: ['-c', '--command'] },
  'nix-shell': {
    short: 'pAI',
    long: ['run', 'command', 'packages'],
    scripts: ['run', 'command'],
    before: allWords,
  },
  dotenv: { short: 'efv' },
  'cross-env': { sets: true },
  'cross-env-shell': { sets: true, isScript: true },
  nodemon: { short: 'xwei', long: ['exec', 'watch', 'ext', 'ignore'], scripts: ['x', 'exec'], before: 1 },
  entr: { isScript: true },
  watchexec: {
    short: 'wefdioEs',
    long: ['watch', 'exts', 'filter', 'debounce', 'ignore', 'on-busy-update', 'shell', 'env'],
    isScript: true,
  },
  concurrently: {
    short: 'nclmp',
    long: ['names', 'prefix', 'max-processes', 'kill-others-on', 'success'],
    each: true,
  },
  hyperfine: {
    short: 'wrmMpcSnuNis',
    long: 'warmup runs min-runs max-runs prepare cleanup setup shell export-json export-markdown'.split(' '),
    scripts: ['p', 'prepare', 'c', 'cleanup', 's', 'setup'],
    each: true,
  },
  'start-server-and-test': { each: true },
  wireit: plain,
  ssh: { short: 'BbcDEeFIiJLlmOopQRSWw', before: 1, isScript: true },
  tmux: {
    short: 'LSfc',
    verbs:
      'new-session new new-window neww split-window splitw run-shell run respawn-pane send-keys send if-shell pipe-pane display-popup'.split(
        ' ',
      ),
    each: true,
  },
  screen: { short: 'SXcehlpstTx' },
  busybox: plain,
  toybox: plain,
  nohup: plain,
  setsid: plain,
  coproc: plain,
  linux32: plain,
  linux64: plain,
  i386: plain,
  x86_64: plain,
  eatmydata: plain,
  catchsegv: plain,
};

/** Reads a wrapper's own words and judges the command that it runs. */
export function runWrapped(run: Run, wrapper: Wrapper): Choices<string> | undefined {
  const { program, environment, input, walk } = run;
  const words = behindVerb(run.args, wrapper);
  // Package scripts cannot be judged; they are the repository's own, like its Makefile.
  if (words === null) return undefined;
  const read = readOptions(words, wrapper);
  for (const script of valuesOf(read, ...(wrapper.scripts ?? []))) walk.subshell(script, input);
  for (const path of valuesOf(read, 'output', ...(/^(time|strace)$/.test(program) ? ['o'] : [])))
    walk.write(path);
  if (program === 'ssh') judgeSshSettings(valuesOf(read, 'o'), walk);
  const { own, rest } = settingsOf(read.rest.slice(wrapper.before ?? 0), environment, wrapper);
  if (wrapper.sets) judgeEnvironment(own, rest[0] ?? '', walk);
  if (program === 'flock' && /^(-c|--command)$/.test(rest[0] ?? ''))
    return walk.subshell(rest[1] ?? '', input);
  const command = wrapper.words ? behindOption(words, wrapper.words) : rest;
  if (command.length === 0) return undefined;
  if (wrapper.each) {
    for (const one of command) walk.subshell(one, input);
    return undefined;
  }
  if (wrapper.isScript) return runLine(command, input, walk);
  return inFolder(valuesOf(read, 'C', 'chdir', 'working-directory'), walk, () =>
    walk.run(command, own, input),
  );
}

/** Returns the words behind a required subcommand such as `run`; null when it is missing. */
function behindVerb(args: readonly string[], wrapper: Wrapper): readonly string[] | null {
  if (!wrapper.verbs) return args;
  const { rest } = readOptions(args, wrapper);
  if (!wrapper.verbs.includes(rest[0] ?? '')) return null;
  return [...args.slice(0, args.length - rest.length), ...rest.slice(1)];
}

function behindOption(words: readonly string[], options: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => options.includes(word));
  return at < 0 ? [] : words.slice(at + 1);
}

/** Removes leading `NAME=value` words, if a wrapper sets variables that way. */
function settingsOf(words: readonly string[], environment: ReadonlyMap<string, string>, { sets }: Wrapper) {
  const own = new Map(environment);
  let rest = words;
  while (sets && /^[A-Za-z_]\w*=/.test(rest[0] ?? '')) {
    const [name = '', ...value] = (rest[0] ?? '').split('=');
    own.set(name, value.join('='));
    rest = rest.slice(1);
  }
  return { own, rest };
}

/** Judges words that are joined to a command line; values for it follow `:::`. */
function runLine(words: readonly string[], input: Choices<string>, walk: Shell): Choices<string> {
  const [command = [], ...lists] = splitAt(words, /^:::\+?$/);
  const line = command.join(' ');
  const hole = /\{[^{}]*\}/g;
  for (const item of lists.flat().slice(0, 32))
    walk.subshell(line.replace(hole, item) === line ? `${line} ${item}` : line.replace(hole, item));
  return line === '' ? [''] : walk.subshell(line.replace(hole, anything), input);
}

/** Runs a callback in the folder that an option named. */
function inFolder(folders: readonly string[], walk: Shell, run: () => Choices<string>): Choices<string> {
  const [folder] = folders;
  if (folder === undefined) return run();
  const before = walk.places.map(({ cwd }) => cwd);
  builtins.cd?.({ program: 'cd', args: [folder], environment: new Map(), input: [''], walk });
  const printed = run();
  walk.changeFolder(before);
  return printed;
}

function splitAt(words: readonly string[], mark: RegExp): readonly (readonly string[])[] {
  const parts: string[][] = [[]];
  for (const word of words) {
    if (mark.test(word)) parts.push([]);
    else parts.at(-1)?.push(word);
  }
  return parts;
}
