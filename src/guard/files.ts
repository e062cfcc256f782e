import { judgeCode } from './code.ts';
import type { ProgramRule, Shell } from './shell.ts';
import { isKnown, readOptions, valuesOf } from './text.ts';

/** Returns the paths of a program's arguments that it writes, changes or removes. */
export function changedFiles(program: string, args: readonly string[]): readonly string[] {
  if (args.some((arg) => /^(--help|--version|--dry-run)$/.test(arg))) return [];
  return Object.hasOwn(writers, program) ? (writers[program]?.(args) ?? []) : [];
}

type Changed = (args: readonly string[]) => readonly string[];

const everyName: Changed = (args) => namesIn(args);
const lastName: Changed = (args) => {
  const read = readOptions(args, { short: 't', long: ['target-directory'], anywhere: true });
  const folders = valuesOf(read, 't', 'target-directory');
  return folders.length > 0 ? folders : read.rest.slice(-1);
};
/** The first word is a mode or an owner. */
const exceptFirst: Changed = (args) => namesIn(args).slice(1);
const valuesBehind =
  (short: string, ...long: string[]): Changed =>
  (args) =>
    valuesOf(readOptions(args, { short, long, anywhere: true }), ...short, ...long);

function forAll(names: string, changed: Changed): Readonly<Record<string, Changed>> {
  return Object.fromEntries(names.split(' ').map((name) => [name, changed]));
}

const tar: Changed = (args) => {
  const letters = args[0]?.startsWith('-') ? '' : (args[0] ?? '');
  const isTaken = /x/.test(letters) || args.some((arg) => /^-[a-zA-Z]*x|^--extract|^--get/.test(arg));
  const read = readOptions(letters === '' ? args : [`-${letters}`, ...args.slice(1)], {
    short: 'fCbgNXT',
    long: ['file', 'directory'],
    anywhere: true,
  });
  return isTaken
    ? valuesOf(read, 'C', 'directory')
    : valuesOf(read, 'f', 'file').filter((path) => path !== '-' && /[cru]/.test(letters || args.join(' ')));
};

const writers: Readonly<Record<string, Changed>> = {
  ...forAll('rm rmdir unlink shred touch mkdir mkfifo mknod tee truncate mv patch sudoedit', everyName),
  ...forAll('cp ln install rsync scp', lastName),
  ...forAll('chmod chown chgrp setfacl chattr', exceptFirst),
  ...forAll('sort', valuesBehind('o', 'output')),
  ...forAll('curl', (args) => {
    const read = readOptions(args, {
      short: 'oDcTFdHXuAebEmUwxyYzKQrP',
      long: 'output output-dir dump-header cookie-jar trace trace-ascii data header request user upload-file form write-out config stderr etag-save'.split(
        ' ',
      ),
      anywhere: true,
    });
    return valuesOf(
      read,
      'o',
      'output',
      'output-dir',
      'D',
      'dump-header',
      'c',
      'cookie-jar',
      'trace',
      'trace-ascii',
      'stderr',
      'etag-save',
    ).filter((path) => path !== '-');
  }),
  ...forAll('wget', (args) => {
    const read = readOptions(args, {
      short: 'OPoae',
      long: ['output-document', 'directory-prefix', 'output-file', 'append-output'],
      anywhere: true,
    });
    return valuesOf(
      read,
      'O',
      'P',
      'o',
      'a',
      'output-document',
      'directory-prefix',
      'output-file',
      'append-output',
    ).filter((path) => path !== '-');
  }),
  ...forAll('unzip', valuesBehind('d')),
  ...forAll('7z 7za', (args) => args.flatMap((arg) => (/^-o./.test(arg) ? [arg.slice(2)] : []))),
  ...forAll('gcc g++ cc c++ clang clang++ ld', valuesBehind('o')),
  ...forAll('split csplit', (args) => namesIn(args).slice(1)),
  ...forAll('openssl', (args) => args.flatMap((arg, at) => (arg === '-out' ? [args[at + 1] ?? ''] : []))),
  ...forAll('perl ruby', (args) =>
    args.some((arg) => /^-[a-zA-Z0]*i/.test(arg))
      ? namesIn(args).filter((arg, at) => at > 0 || !/^[sy](.).*\1/.test(arg))
      : [],
  ),
  ...forAll('gzip gunzip bzip2 bunzip2 xz unxz zstd', (args) =>
    args.some((arg) => /^-[a-z]*[ctl]|^--(stdout|to-stdout|test|list)$/.test(arg)) ? [] : namesIn(args),
  ),
  ...forAll('prettier', (args) => (args.some((arg) => /^(-w|--write)$/.test(arg)) ? namesIn(args) : [])),
  dd: (args) => args.flatMap((arg) => (arg.startsWith('of=') ? [arg.slice(3)] : [])),
  ...forAll('tar bsdtar gtar', tar),
  zip: (args) => namesIn(args).slice(0, 1),
};

function namesIn(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  if (end >= 0) return [...namesIn(args.slice(0, end)), ...args.slice(end + 1)];
  return args.filter((arg) => !arg.startsWith('-'));
}

/** `vi`, `ed`, `sed` and the like: files that they change, and commands that their scripts run. */
export const judgeEditor: ProgramRule = ({ program, args, input, walk }) => {
  if (/^g?sed$/.test(program)) return judgeSed(args, input, walk);
  const read = readOptions(args, {
    short: 'cSTuUwWi',
    long: ['cmd', 'eval', 'command', 'headless-command'],
    anywhere: true,
  });
  const commands = [
    ...valuesOf(read, 'c', 'cmd', 'command'),
    ...read.rest.filter((arg) => arg.startsWith('+')).map((arg) => arg.slice(1)),
  ];
  const typed =
    /^(ed|red|ex)$/.test(program) || args.some((arg) => /^-[a-zA-Z]*[es]/.test(arg))
      ? input.flatMap((text) => text.split('\n'))
      : [];
  for (const command of [...commands, ...typed]) judgeExCommand(command, walk);
  for (const code of valuesOf(read, 'eval'))
    judgeCode(code.replace(/shell-command(?:-to-string)?\s*/g, 'system '), walk);
  for (const path of read.rest) if (!path.startsWith('+') && program !== 'view') walk.write(path);
  return undefined;
};

/** Judges a command of an editor's command line: `!…` runs, `w …` writes. */
export function judgeExCommand(command: string, walk: Shell): void {
  for (const part of command.split(/(?<!!.*)\|/)) {
    const plain = part
      .trim()
      .replace(/^:+/, '')
      .replace(/^(silent!?|sil!?|exe(cute)?|noautocmd|keepalt)\s*["']?\s*:?/, '');
    const [, run] =
      /^(?:[\d,.$%'<>\s]*(?:r(?:ead)?|w(?:rite)?)?\s*!|ter(?:minal)?!?\s+|grep\s|make\s)(.*)$/s.exec(plain) ??
      [];
    if (run !== undefined) walk.subshell(run.replace(/["']$/, ''));
    const [, file] =
      /^[\d,.$%'<>\s]*(?:w(?:rite|q)?|sav(?:eas)?|up(?:date)?)!?\s+(?:>>\s*)?([^!].*)$/.exec(plain) ?? [];
    if (file !== undefined) walk.write(file.trim());
    if (/\bsystem(list)?\(|\bjobstart\(|\btermopen\(|\bos\.execute/.test(plain))
      judgeCode(plain.replace(/systemlist|jobstart|termopen/g, 'system'), walk);
  }
}

/** Judges `sed`: files with `-i`, the commands `e` and `w`, and the flags of `s` that do the same. */
function judgeSed(args: readonly string[], input: readonly string[], walk: Shell): readonly string[] {
  const read = readOptions(args, {
    short: 'efl',
    long: ['expression', 'file', 'line-length'],
    anywhere: true,
  });
  const given = valuesOf(read, 'e', 'expression');
  const scripts = given.length > 0 || valuesOf(read, 'f', 'file').length > 0 ? given : read.rest.slice(0, 1);
  const files = read.rest.slice(scripts === given ? 0 : 1);
  for (const script of scripts)
    for (const line of script.split(/[\n;]|(?<=\{)/)) judgeSedCommand(line.trim(), walk);
  const isInPlace =
    read.options.some(([name]) => name === 'in-place' || name === 'i') ||
    args.some((arg) => /^-[nErsz]*i/.test(arg));
  if (isInPlace) for (const file of files) walk.write(file);
  return files.length > 0 || input.every((text) => !isKnown(text)) ? ['\uE002'] : ['\uE000'];
}

function judgeSedCommand(command: string, walk: Shell): void {
  const [, run] = /^[\d,$!~+\s]*(?:\/(?:\\.|[^/])*\/)?[\s!]*e\s+(.+)$/.exec(command) ?? [];
  if (run !== undefined) walk.subshell(run);
  const [, file] = /^[\d,$!~+\s]*(?:\/(?:\\.|[^/])*\/)?[\s!]*[wW]\s+(.+)$/.exec(command) ?? [];
  if (file !== undefined) walk.write(file);
  const [, , , replaced = '', flags = ''] =
    /s([^\w\s\\])((?:\\.|(?!\1).)*)\1((?:\\.|(?!\1).)*)\1([a-zA-Z0-9]*(?:\s.*)?)$/.exec(command) ?? [];
  if (/^[gpiIm\d]*e/.test(flags)) walk.subshell(replaced);
  const [, written] = /^[gpiIm\d]*w\s*(.+)$/.exec(flags) ?? [];
  if (written !== undefined) walk.write(written);
}
