import {
  type Assignment,
  type CommandNode,
  type Command as CommandSyntax,
  type CompoundList,
  type ParsedScript,
  parse,
  type Redirection,
  type Statement,
} from 'unbash';
import { type GuardPlace, judgeKeyWords, judgeWrite, linked } from './places.ts';
import { runWords } from './programs.ts';
import type { Shell } from './shell.ts';
import {
  anything,
  type Choices,
  type Denial,
  denyTooComplex,
  denyUnknown,
  fileText,
  isKnown,
  mostChoices,
  product,
  readable,
} from './text.ts';
import {
  assignedValue,
  type Branching,
  contentsAt,
  costOf,
  fileTextOr,
  isLong,
  isRedirection,
  limited,
  mergedStates,
  type Shared,
  type State,
  type Stored,
  sharedIn,
  startIn,
  withFile,
} from './walkState.ts';
import { fieldsOf, type Scope, textsOf, textsOfParts, visitArithmetic, visitWords } from './words.ts';

/** Maximum depth of nested scripts and function calls; no honest line needs more. */
const deepest = 12;

/** Returns the reason to refuse a worker's command line, judged by its text; null when the worker may run it. */
export function judgeScript(text: string, place: GuardPlace): Denial | null {
  const shared = sharedIn(place);
  try {
    new Walk(shared, startIn(place), 0).script(text);
  } catch (error) {
    // The parser and the interpreter recurse once for each level.
    if (!(error instanceof RangeError)) throw error;
    return denyTooComplex(text);
  }
  return shared.denial;
}

/**
 * Interprets a script as a shell would, with its folder, variables, functions and pipes. Where a shell could take one of
 * two branches, it follows both and keeps the possible results of each.
 */
class Walk implements Scope, Shell {
  readonly #shared: Shared;
  #state: State;
  readonly #depth: number;

  constructor(shared: Shared, state: State, depth: number) {
    this.#shared = shared;
    this.#state = state;
    this.#depth = depth;
  }

  get rules(): GuardPlace['rules'] {
    return this.#shared.place.rules;
  }

  get places(): readonly GuardPlace[] {
    const { place, links } = this.#shared;
    const locate = links.size === 0 ? place.locate : linked(place.locate, links);
    return this.#state.folders.map((cwd) => ({ ...place, locate, cwd }));
  }

  refuse(denial: Denial | null): void {
    const { allow } = this.rules;
    const isAllowed = !denial?.isFinal && allow.some((topic) => topic === denial?.topic);
    if (!isAllowed) this.#shared.denial ??= denial;
  }

  get ownRemotes(): Set<string> {
    return this.#shared.ownRemotes;
  }

  get isRefused(): boolean {
    return this.#shared.denial !== null;
  }

  write(path: string): void {
    for (const place of this.places) this.refuse(judgeWrite(path, place));
  }

  /** Runs a text as a script, in this shell. Returns its possible output. */
  script(text: string, input: Choices<string> = ['']): Choices<string> {
    if (this.isRefused) return [''];
    if (!isKnown(text) && /^[\s\uE000-\uE002]*$/.test(text)) {
      if (text.trim() !== '') this.refuse(denyUnknown(text, 'A shell would run what cannot be told here.'));
      return [''];
    }
    this.#shared.left -= text.length;
    if (this.#depth > deepest || this.#shared.left < 0) {
      this.refuse(denyTooComplex(text));
      return [''];
    }
    const inner = new Walk(this.#shared, this.#state, this.#depth + 1);
    const script = parse(text);
    const printed = inner.list(script.commands, input);
    if (script.errors !== undefined) inner.#broken(text);
    this.#state = inner.#state;
    return printed;
  }

  subshell(
    text: string,
    input: Choices<string> = [''],
    variables: ReadonlyMap<string, Choices<readonly string[]>> = new Map(),
  ): Choices<string> {
    const inner = this.#copy();
    for (const [name, value] of variables) inner.set(name, value);
    return inner.script(text, input);
  }

  contents(path: string): Choices<string> | null {
    return contentsAt(path, this.#state, this.places);
  }

  storeFile(path: string, text: Choices<string>, isMore: boolean): void {
    this.#state = withFile(this.#state, path, text, isMore, this.places);
  }

  link(path: string, target: string): void {
    for (const { locate, cwd } of this.places)
      for (const at of locate(path, cwd) ?? []) this.#shared.links.set(at, target);
  }

  changeFolder(folders: Choices<string>): void {
    this.#state = { ...this.#state, before: this.#state.folders, folders: limited(folders, anything) };
  }

  get folderBefore(): Choices<string> {
    return this.#state.before;
  }

  exit(): void {
    this.#state = { ...this.#state, isOver: true };
  }

  call(name: string, args: readonly string[], input: Choices<string>): Choices<string> | null {
    const body = this.#state.functions.get(name);
    if (body === undefined) return null;
    if (this.#depth > deepest) {
      this.refuse(denyTooComplex(name));
      return [''];
    }
    const inner = new Walk(this.#shared, this.#state, this.#depth + 1);
    const saved = ['@', ...Array.from({ length: 9 }, (_, at) => String(at + 1))].map(
      (key) => [key, inner.valueOf(key)] as const,
    );
    inner.positional(args);
    const printed = inner.node(body, input);
    for (const [key, value] of saved) inner.set(key, value ?? [['']]);
    this.#state = { ...inner.#state, isOver: this.#state.isOver };
    return printed;
  }

  positional(args: readonly string[]): void {
    this.set('@', [args]);
    for (let at = 0; at < 9; at += 1) this.set(String(at + 1), [[args[at] ?? '']]);
  }

  run(
    words: readonly string[],
    environment: ReadonlyMap<string, string>,
    input: Choices<string>,
  ): Choices<string> {
    if (this.isRefused || this.#isTooMuch(words[0] ?? '', costOf(words))) return [''];
    const named = [...new Set(words.map(readable))];
    for (const place of this.places) this.refuse(judgeKeyWords(named, place));
    return this.isRefused ? [''] : runWords(words, environment, input, this);
  }

  valueOf(name: string): Choices<readonly string[]> | null {
    if (name === 'PWD') return this.#state.folders.map((folder) => [folder]);
    if (name === 'OLDPWD') return this.#state.before.map((folder) => [folder]);
    return this.#state.variables.get(name) ?? null;
  }

  set(name: string, value: Choices<readonly string[]>): void {
    const variables = new Map(this.#state.variables).set(
      name,
      value.length > mostChoices || isLong(value) ? [[anything]] : value,
    );
    this.#state = { ...this.#state, variables };
  }

  output(script: ParsedScript): Choices<string> {
    if (this.isRefused) return [''];
    const inner = this.#copy();
    if (inner.#depth > deepest) {
      this.refuse(denyTooComplex('$('));
      return [anything];
    }
    if (script.errors !== undefined) inner.#broken('$(');
    return inner.list(script.commands, ['']);
  }

  asFile(script: ParsedScript, operator: '<' | '>'): string {
    const inner = this.#copy();
    const printed = inner.list(script.commands, operator === '<' ? [''] : [anything]);
    this.#shared.files += 1;
    const path = `/dev/fd/${1000 + this.#shared.files}`;
    this.#state = { ...this.#state, files: new Map(this.#state.files).set(path, printed) };
    return path;
  }

  expandLater(text: string): void {
    if (isKnown(text) && /[$`]/.test(text)) this.subshell(`: "${text.replaceAll('"', '\\"')}"`);
  }

  /** Counts steps and refuses when there are too many; each nested loop doubles its body. */
  #isTooMuch(word: string, steps: number): boolean {
    this.#shared.steps -= steps;
    if (this.#shared.steps < 0) this.refuse(denyTooComplex(word));
    return this.isRefused;
  }

  #copy(): Walk {
    return new Walk(this.#shared, this.#state, this.#depth + 1);
  }

  /** Refuses text with a syntax error that names a guarded program; a shell reports it only on reaching it, and another shell may parse it. */
  #broken(text: string): void {
    const named = /\b(git|orch-tui|gh|glab)\b/.exec(text);
    if (named) this.refuse(denyUnknown(named[0], 'The line cannot be read as a shell reads it.'));
  }

  list(statements: readonly Statement[], input: Choices<string>): Choices<string> {
    let printed: Choices<string> = [''];
    for (const { command, background } of statements) {
      if (this.isRefused || this.#state.isOver) break;
      const walk = background ? this.#copy() : this;
      const next = walk.node(command, input);
      printed = product(printed, next, (left, right) => left + right) ?? [anything];
    }
    return limited(printed, anything);
  }

  node(node: CommandNode | Statement['command'] | CompoundList, input: Choices<string>): Choices<string> {
    if (this.isRefused || this.#isTooMuch('loop', 1)) return [''];
    switch (node.type) {
      case 'Command':
        return this.#command(node, input);
      case 'Pipeline':
        return this.#pipeline(node.commands, input);
      case 'AndOr':
        return this.#andOr(node.commands, input);
      case 'CompoundList':
        return this.list(node.commands, input);
      case 'BraceGroup':
        return this.list(node.body.commands, input);
      case 'Subshell':
        return this.#copy().list(node.body.commands, input);
      case 'If':
      case 'While':
      case 'For':
      case 'Select':
      case 'ArithmeticFor':
      case 'Case':
        return this.#branching(node, input);
      case 'Function':
        this.#state = {
          ...this.#state,
          functions: new Map(this.#state.functions).set(node.name.value, node.body),
        };
        return [''];
      case 'Coproc':
        return this.#copy().node(node.body, [anything]);
      case 'Redirected': {
        const { from, files } = this.#redirects(node.redirects, input);
        const printed = this.node(node.command, from);
        return this.#stored(files, printed);
      }
      case 'TestCommand':
        visitWords(node, this);
        return [''];
      case 'ArithmeticCommand':
        visitArithmetic(node.expression, this);
        return [''];
      default:
        return node satisfies never;
    }
  }

  #branching(node: Branching, input: Choices<string>): Choices<string> {
    switch (node.type) {
      case 'If':
        return this.#either(
          [node.clause, ...node.elif.map(({ clause }) => clause)],
          [node.then, ...node.elif.map(({ then }) => then), ...(node.else ? [node.else] : [])],
          input,
        );
      case 'While':
        return this.#loop(() => [
          ...this.list(node.clause.commands, input),
          ...this.list(node.body.commands, input),
        ]);
      case 'ArithmeticFor':
        for (const part of [node.initialize, node.test, node.update]) visitArithmetic(part, this);
        return this.#loop(() => this.list(node.body.commands, input));
      case 'Case': {
        fieldsOf(node.word, this);
        for (const { pattern } of node.items) for (const word of pattern) textsOf(word, this);
        const bodies = node.items.map(({ body }) => body);
        return this.#either([], bodies, input);
      }
      default: {
        const items = node.wordlist?.map((word) => fieldsOf(word, this)) ?? [this.valueOf('@') ?? [[]]];
        const each = items.flat(2);
        return this.#loop(() => {
          this.set(node.name.value, each.length === 0 ? [['']] : each.map((item) => [item]));
          return this.list(node.body.commands, input);
        });
      }
    }
  }

  #pipeline(commands: readonly CommandNode[], input: Choices<string>): Choices<string> {
    let flows = input;
    for (const [at, command] of commands.entries()) {
      // Each command runs in a subshell, except perhaps the last.
      const walk = commands.length === 1 ? this : this.#copy();
      flows = walk.node(command, flows);
      if (walk === this) break;
      const isLast = at === commands.length - 1;
      const after = isLast ? mergedStates(this.#state, walk.#state) : this.#state;
      this.#state = { ...after, files: walk.#state.files, isOver: this.#state.isOver };
    }
    return flows;
  }

  #andOr(
    commands: readonly CommandSyntax[] | readonly (CommandNode | Statement['command'])[],
    input: Choices<string>,
  ): Choices<string> {
    let ends: State | null = null;
    const printed: string[] = [];
    for (const command of commands) {
      if (this.#state.isOver) break;
      const before = this.#state;
      printed.push(...this.node(command as CommandNode, input));
      // The shell may skip this command, and the next one.
      ends = ends === null ? this.#state : mergedStates(mergedStates(ends, before), this.#state);
    }
    if (ends !== null) this.#state = ends;
    return limited([...new Set(printed)], anything);
  }

  #either(
    clauses: readonly CompoundList[],
    branches: readonly CompoundList[],
    input: Choices<string>,
  ): Choices<string> {
    for (const clause of clauses) this.list(clause.commands, input);
    const start = this.#state;
    let ends: State = start;
    const printed: string[] = [''];
    for (const branch of branches) {
      this.#state = start;
      printed.push(...this.list(branch.commands, input));
      ends = mergedStates(ends, this.#state);
    }
    this.#state = ends;
    return limited([...new Set(printed)], anything);
  }

  #loop(round: () => Choices<string>): Choices<string> {
    const start = this.#state;
    round();
    this.#state = { ...mergedStates(start, this.#state), isOver: false };
    // The second round may use variables that the first one set.
    const printed = round();
    this.#state = { ...mergedStates(start, this.#state), isOver: false };
    return printed.every((text) => text === '') ? [''] : [fileTextOr(printed)];
  }

  #command(node: CommandSyntax, input: Choices<string>): Choices<string> {
    const { from, files } = this.#redirects([...node.prefix, ...node.suffix].filter(isRedirection), input);
    let environments: Choices<ReadonlyMap<string, string>> = [new Map()];
    const assigned: Assignment[] = node.prefix.filter((one) => one.type === 'Assignment');
    if (node.name === undefined) {
      for (const one of assigned) this.assign(one);
      return this.#stored(files, ['']);
    }
    for (const one of assigned) {
      const texts = one.value.type === 'Word' ? textsOf(one.value, this) : [anything];
      environments = product(environments, texts, (map, text) => new Map(map).set(one.name, text)) ?? [
        new Map([[one.name, anything]]),
      ];
    }
    const words = this.#wordsOf(node);
    const start = this.#state;
    let ends: State | null = null;
    const printed: string[] = [];
    for (const environment of environments)
      for (const one of words) {
        this.#state = start;
        printed.push(...this.run(one, environment, from));
        ends = ends === null ? this.#state : mergedStates(ends, this.#state);
      }
    this.#state = ends ?? start;
    return this.#stored(files, limited([...new Set(printed)], anything));
  }

  /** Returns the possible word lists of a command. */
  #wordsOf({ name, suffix }: CommandSyntax): Choices<readonly string[]> {
    let words: string[][] = (name === undefined ? [[]] : fieldsOf(name, this)).map((fields) => [...fields]);
    for (const arg of suffix) {
      if (isRedirection(arg)) continue;
      if (arg.type === 'Word' && arg.parts === undefined && !arg.text.startsWith('~')) {
        for (const list of words) list.push(arg.value);
        continue;
      }
      const fields = arg.type === 'Word' ? fieldsOf(arg, this) : this.#assignmentWords(arg);
      if (fields.length === 1) for (const list of words) list.push(...(fields[0] ?? []));
      else
        words = product(words, fields, (left, right) => [...left, ...right])?.map((list) => [...list]) ?? [
          [words[0]?.[0] ?? anything, anything],
        ];
    }
    return words;
  }

  /** Sets a variable, also to an array or to its old value and what is appended. */
  assign(one: Assignment): void {
    const value: Choices<readonly string[]> =
      one.value.type === 'Word'
        ? textsOf(one.value, this).map((text) => [text])
        : [one.value.elements.flatMap((word) => fieldsOf(word, this)[0] ?? [anything])];
    this.set(one.name, assignedValue(one, this.valueOf(one.name), value));
  }

  #assignmentWords(one: Assignment): Choices<readonly string[]> {
    if (one.value.type !== 'Word') {
      this.assign(one);
      return [[one.name]];
    }
    return textsOf(one.value, this).map((text) => [`${one.name}${one.append ? '+' : ''}=${text}`]);
  }

  /** Returns the input and the output files after redirections. */
  #redirects(list: readonly Redirection[], input: Choices<string>): { from: Choices<string>; files: Stored } {
    let from = input;
    const files: (readonly [string, boolean])[] = [];
    for (const one of list) {
      if (one.type !== 'Redirect' || one.operator === '<') from = this.#read(one);
      else files.push(...this.#written(one));
    }
    return { from: limited(from, anything), files };
  }

  #read(one: Redirection): Choices<string> {
    if (one.type === 'HereDoc')
      return one.body.parts === undefined || one.delimiter?.quoted
        ? [one.body.text]
        : textsOfParts(one.body.parts, this);
    const texts = one.target === undefined ? [''] : textsOf(one.target, this);
    if (one.type === 'HereString') return texts.map((text) => `${text}\n`);
    return texts.flatMap((path) => this.contents(path) ?? [fileText]);
  }

  #written(one: Extract<Redirection, { type: 'Redirect' }>): Stored {
    const targets = one.target === undefined ? [] : textsOf(one.target, this);
    // `2>&1` and `<&-` name file descriptors, not files.
    if (
      one.operator.endsWith('&') &&
      targets.every((text) => /^(\d+|-|\d+-)$/.test(text) || one.operator === '<&')
    )
      return [];
    for (const path of targets) this.write(path);
    const channel = one.descriptor?.type === 'FileDescriptor' ? one.descriptor.value : 1;
    return channel === 1 ? targets.map((path) => [path, one.operator.includes('>>')] as const) : [];
  }

  #stored(files: Stored, printed: Choices<string>): Choices<string> {
    for (const [path, isMore] of files) this.storeFile(path, printed, isMore);
    return files.length > 0 ? [''] : printed;
  }
}
