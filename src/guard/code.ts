import { judgeWrite } from './places.ts';
import type { Shell } from './shell.ts';
import { anything, denyTooComplex, isKnown } from './text.ts';

/** Interpreters of languages other than shell. */
export const interpreters =
  /^(python|pypy|node|nodejs|bun|deno|tsx|ts-node|perl|ruby|php|lua|Rscript|osascript|expect|tclsh|awk|gawk|mawk)[\d.]*$/;

/** Functions that run a command; their arguments are judged as one. */
const runners =
  /(?:\bos\.(?:system|popen|exec[lv]\w*|spawn[lv]\w*)|\bsubprocess\.\w+|\bcommands\.getoutput|\bpty\.spawn|\b(?:Popen|check_call|check_output|getoutput|getstatusoutput)|\bexec(?:File)?(?:Sync)?|\bspawn(?:Sync)?|\bfork|\bexeca(?:Command)?(?:Sync)?|\bsystem|\bpopen|\bshell_exec|\bpassthru|\bproc_open|\bIO\.popen|\bOpen3\.\w+|\bqx|\bdo shell script|\bBun\.spawn(?:Sync)?|\bDeno\.(?:run|Command)|\bos\.execute|\bio\.popen)\s*(?=[([{"'`\s])/g;

/** Functions of Python's `subprocess` imported by name. */
const pythonRunners = /(?<!\.)\b(?:run|call)\s*(?=\()|\b\w\.(?:run|call)\s*(?=\()/g;

/** Functions that change the files in their arguments. */
const writers =
  /\b(?:write(?:File|_text|_bytes|TextFile)?(?:Sync)?|append(?:File)?(?:Sync)?|createWriteStream|unlink(?:Sync)?|rm(?:Sync|dir|dirSync|tree|_r|_rf|_f)?|remove(?:dirs|Sync)?|rename(?:s|Sync)?|mkdir(?:Sync|_p|s)?|makedirs|copy(?:File|FileSync|file|tree|2|Sync)?|cp(?:Sync|_r)?|move|mv|symlink(?:Sync|_to)?|link(?:Sync)?|hardlink_to|truncate(?:Sync)?|chmod(?:Sync)?|chown(?:Sync)?|touch|file_put_contents|outputFile(?:Sync)?|ensureFile(?:Sync)?|emptyDir(?:Sync)?|delete|save|dump)\s*\(/g;

const openers = /\bopen(?:Sync)?\s*(?=[(\s])/g;

/** Functions of them that take the content behind the path. */
const contentWriters = /^(write|append|file_put_contents|outputFile|save|dump)/;

const text =
  /(?:[rbfu]{1,2})?("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`)/g;

/**
 * Judges code of another language by the commands it runs as texts, and the paths it names where it changes files.
 * Texts that are only shown or compared do not count. This is no full analysis.
 */
export function judgeCode(source: string, walk: Shell): void {
  if (source.length > 100_000) return;
  const code = withHome(source);
  const calls = [runners, openers, writers].reduce((sum, one) => sum + (code.match(one)?.length ?? 0), 0);
  if (calls > mostCalls) {
    walk.refuse(denyTooComplex('code'));
    return;
  }
  const known = assignedTexts(code);
  judgeRuns(code, known, walk);
  judgeBackticks(code, walk);
  judgeTcl(code, walk);
  for (const statement of statementsOf(code)) judgeWrites(statement, known, walk);
}

/** Expressions for the person's home folder. */
const homes =
  /(?:pathlib\.)?Path\.home\(\)|(?:require\((?:"(?:node:)?os"|'(?:node:)?os')\)\.|os\.)?homedir\(\)|(?:os\.)?environ(?:\[(["'])HOME\1\]|\.get\((["'])HOME\2\))|os\.getenv\((["'])HOME\3\)|process\.env(?:\.HOME\b|\[(["'])HOME\4\])|Dir\.home\b|ENV\[(["'])HOME\5\]|\$ENV\{HOME\}|getenv\((["'])HOME\6\)/g;

/** Returns code with the person's home folder as the text `~`, and paths that begin with it joined into one text. */
function withHome(code: string): string {
  if (!/home|HOME/.test(code)) return code;
  const named = code
    .replace(/\$\{\s*(?:(?:os\.)?homedir\(\)|process\.env\.HOME)\s*\}|(?<=["/ ])\$ENV\{HOME\}/g, '~')
    .replace(homes, (one) => (one.includes('Path') ? 'Path("~")' : '"~"'));
  let joined = named;
  for (let round = 0; round < 4; round += 1)
    joined = joined
      .replace(/Path\("(~[^"]*)"\)\s*(?:\/\s*|\.joinpath\(\s*)(["'])([^"']*)\2\)?/g, 'Path("$1/$3")')
      .replace(/"(~[^"]*)"\s*[+.]\s*(["'])([^"']*)\2/g, '"$1$3"')
      .replace(
        /\b(?:path\.|os\.path\.|File\.)?join\(\s*"(~[^"]*)"\s*,\s*(["'])([^"']*)\2\s*(,|\))/g,
        (_, path, __, name, end) => (end === ')' ? `"${path}/${name}"` : `join("${path}/${name}",`),
      );
  return joined;
}

/** Returns texts assigned to variables by a plain assignment. */
function assignedTexts(code: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name = '', value = ''] of code.matchAll(
    /[$@]?\b([A-Za-z_]\w*)\s*:?=\s*(?:[\w.]*Path\()?(?:[rbfu]{1,2})?("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)/g,
  ))
    found.set(name, inner(value));
  return found;
}

/** Maximum calls judged in one script. */
const mostCalls = 500;
/** Maximum characters of arguments behind a word such as `exec`, when no bracket delimits them. */
const longestLine = 2000;

function judgeRuns(code: string, known: ReadonlyMap<string, string>, walk: Shell): void {
  const calls = [
    ...code.matchAll(runners),
    ...(/\bsubprocess\b/.test(code) ? code.matchAll(pythonRunners) : []),
  ];
  for (const match of calls) {
    const at = (match.index ?? 0) + match[0].length;
    const args = argumentsAt(code, at);
    const texts = textsIn(args, known);
    const [first = '', ...rest] = texts;
    if (first === '') continue;
    if (
      /^(git|gh|glab|orch-tui)$/.test(first) &&
      rest.every((word) => word.startsWith('-')) &&
      isOpen(args, known)
    ) {
      walk.run([first, ...rest, anything], new Map(), ['']);
      continue;
    }
    // A single text is a command line; several are its words.
    if (/\s/.test(first.trim())) walk.subshell(first);
    else
      walk.run(
        [first, ...rest.filter((word) => !/^(utf-?8|inherit|pipe|ignore|r|w)$/i.test(word))],
        new Map(),
        [''],
      );
    if (rest.length > 0 && /\s/.test(rest.at(-1) ?? '') && /^(ba|z|da|k)?sh$/.test(first))
      walk.subshell(rest.at(-1) ?? '');
  }
}

/** Reports whether words of a command come from unknown variables: `["git", *words]`, `'git', words`. */
function isOpen(args: string, known: ReadonlyMap<string, string>): boolean {
  const list = args.trimStart().startsWith('[') ? argumentsAt(args, args.indexOf('[')) : args;
  const words = list
    .replace(text, '')
    .replace(/\{[^}]*\}?/g, '')
    .split(',');
  return words.slice(1).some((word) => {
    const [, name = ''] = /^\s*(?:\*|\.\.\.)?\[?([A-Za-z_]\w*)(?!\s*=)/.exec(word) ?? [];
    return name !== '' && !known.has(name) && !/^(True|False|None|null|undefined|true|false)$/.test(name);
  });
}

/** Judges Tcl and Expect, which run words without brackets: `spawn git push`, `exec git push`. */
function judgeTcl(code: string, walk: Shell): void {
  for (const [, command = ''] of code.matchAll(
    /(?:^|[;\n[{])\s*(?:spawn|exec|system)\s+(?:-\w+\s+)*([\w./-]+ [^;\n\]}]+)/g,
  ))
    if (!/^[([]/.test(command)) walk.subshell(command);
}

/**
 * Judges backticks, which run a command in Perl, Ruby and PHP, and behind `$` in JavaScript; also `%x(…)` and `qx(…)`.
 */
function judgeBackticks(code: string, walk: Shell): void {
  const isScript = /\b(const|let|var|require|import|console|await)\b/.test(code);
  const pattern = isScript ? /(?<=\$)`((?:\\.|[^`\\])*)`/g : /`((?:\\.|[^`\\])*)`/g;
  for (const [, command = ''] of code.matchAll(pattern)) walk.subshell(command);
  for (const [, command = ''] of code.matchAll(/(?:%x|\bqx)\s*[({[/|!]([^)}\]/|!]*)/g))
    walk.subshell(command);
  // awk: `"git push" | getline`, `print x | "sh"`; Perl: `open(F, "| git push")`.
  for (const [, command = ''] of code.matchAll(/"((?:\\.|[^"\\])*)"\s*\|&?\s*getline/g))
    walk.subshell(inner(`"${command}"`));
  for (const [, command = ''] of code.matchAll(/\|&?\s*"((?:\\.|[^"\\])*)"/g))
    walk.subshell(inner(`"${command}"`), [anything]);
  for (const [, command = ''] of code.matchAll(/\bopen\s*\(?[^"'\n]*["'][-\s]*\|\s*([^"']*)["']/g))
    walk.subshell(command);
}

/** Returns the paths that a statement opens to write. */
function openedIn(statement: string, known: ReadonlyMap<string, string>): string[] {
  return [...statement.matchAll(openers)].flatMap((match) => {
    const [path = '', ...modes] = textsIn(
      argumentsAt(statement, (match.index ?? 0) + match[0].length),
      known,
    );
    if (modes.some((mode) => /^\+?[rb]*[wax+>]/.test(mode)))
      return [path, ...modes.map((mode) => mode.replace(/^[+>]+\s*/, '')).filter(isPath)];
    // Perl takes the mode first, as a separate text or before the path.
    if (/^\s*\+?>+\s*$/.test(path)) return modes.slice(0, 1).filter(isPath);
    return /^\s*>/.test(path) ? [path.replace(/^\s*>+\s*/, '')] : [];
  });
}

function judgeWrites(statement: string, known: ReadonlyMap<string, string>, walk: Shell): void {
  const paths = openedIn(statement, known);
  const bare = statement.replace(text, (one) => '\u0000'.repeat(one.length));
  for (const match of bare.matchAll(writers)) {
    const at = match.index ?? 0;
    const args = textsIn(argumentsAt(statement, at + match[0].length - 1), known);
    const receiver = receiverOf(statement.slice(0, at), known);
    if (receiver === null) continue;
    // The content is no path: the file is the argument before it, or the receiver.
    const named = contentWriters.test(match[0])
      ? receiver.length > 0
        ? receiver
        : args.slice(0, 1)
      : [...receiver, ...args];
    paths.push(...named.filter(isPath));
  }
  // awk and Perl can print to a file: `print "x" > "/etc/x"`.
  for (const [, path = ''] of statement.matchAll(/\bprintf?\b[^;\n]*?>{1,2}\s*"([^"]*)"/g)) paths.push(path);
  for (const path of paths) {
    const full = path.replace(/^~(?=\/|$)/, walk.rules.variables.HOME ?? '~');
    if (full !== '' && isKnown(full)) for (const place of walk.places) walk.refuse(judgeWrite(full, place));
  }
}

/** Returns the paths of a method's receiver, as in `Path('x').unlink()`; null for an open file. */
function receiverOf(before: string, known: ReadonlyMap<string, string>): readonly string[] | null {
  const [, name] = /\b(\w+)\.$/.exec(before) ?? [];
  if (name !== undefined) return known.has(name) ? [known.get(name) ?? ''] : [];
  if (!before.endsWith(').')) return [];
  const [, callee = '', args = ''] = /([\w.]*)\(((?:[^()]|\([^()]*\))*)\)\.$/.exec(before) ?? [];
  if (/(^|\.)open$/.test(callee)) return null;
  return /path|file/i.test(callee) ? textsIn(args, known) : [];
}

function isPath(one: string): boolean {
  return /^(~|\.{1,2})?\/[^\s]|^\.\.$|^\.\.\/|^~\//.test(one) && !/^\/[/*]/.test(one);
}

/** Splits code into statements, outside of texts; a method on the next line belongs to the statement before. */
function statementsOf(code: string): readonly string[] {
  const kept: string[] = [];
  const hidden = code.replace(text, (one) => `\u0000${kept.push(one) - 1}\u0000`);
  return hidden
    .replace(/\n\s*\./g, '.')
    .split(/[;\n]/)
    .map((statement) => statement.replace(/\0(\d+)\0/g, (_, index: string) => kept[Number(index)] ?? ''));
}

/** Returns the text between brackets that open at a position, or up to the line end without brackets. */
function argumentsAt(code: string, from: number): string {
  const open = code[from];
  if (open === undefined || !/[([{]/.test(open))
    return /^[^\n;]*/.exec(code.slice(from, from + longestLine))?.[0] ?? '';
  let depth = 0;
  let quote = '';
  for (let at = from; at < Math.min(code.length, from + 10_000); at += 1) {
    const char = code[at] ?? '';
    if (char === '\\') at += 1;
    else if (quote !== '') quote = char === quote ? '' : quote;
    else if (/["'`]/.test(char)) quote = char;
    else if (/[([{]/.test(char)) depth += 1;
    else if (/[)\]}]/.test(char) && --depth === 0) return code.slice(from + 1, at);
  }
  return code.slice(from + 1);
}

function textsIn(code: string, known: ReadonlyMap<string, string>): readonly string[] {
  const found: [number, string][] = [...code.matchAll(text)].map((match) => [
    match.index ?? 0,
    inner(match[1] ?? ''),
  ]);
  const bare = code.replace(text, (one) => ' '.repeat(one.length));
  for (const match of bare.matchAll(/[A-Za-z_]\w*/g)) {
    const value = known.get(match[0]);
    if (value !== undefined) found.push([match.index ?? 0, value]);
  }
  return found.sort(([left], [right]) => left - right).map(([, value]) => value);
}

function inner(quoted: string): string {
  const size = /^("""|''')/.test(quoted) ? 3 : 1;
  return quoted
    .slice(size, -size)
    .replace(/\\(["'`\\])/g, '$1')
    .replace(/\\n/g, '\n');
}
