import {
  type ParameterExpansionPart,
  type ParsedScript,
  parse,
  type SyntaxNode,
  type Word,
  type WordPart,
} from 'unbash';
import { anything, type Choices, isKnown, mostChoices, product, someName } from './text.ts';

/** The shell's part in expanding words. */
export interface Scope {
  /** Returns a variable's possible fields: one of a plain variable, several of an array; null when not set here. */
  valueOf(name: string): Choices<readonly string[]> | null;
  set(name: string, value: Choices<readonly string[]>): void;
  /** Runs a nested script and returns its possible output. */
  output(script: ParsedScript): Choices<string>;
  /** Runs a nested script as a file of a command; returns the file's path. */
  asFile(script: ParsedScript, operator: '<' | '>'): string;
  /** Runs the expansions of a text that the shell expands later, such as a prompt. */
  expandLater(text: string): void;
}

/** Part of a word after expansion; blanks in it separate words unless it was quoted. */
interface Piece {
  readonly text: string;
  readonly isSplit: boolean;
  /** Items of a list such as `"$@"`, which stay separate. */
  readonly items?: readonly string[];
}

/** Returns the possible fields of a word; `anything` when nothing is known. */
export function fieldsOf(word: Word, scope: Scope): Choices<readonly string[]> {
  const wordsOfBraces = braces(word);
  let all: Choices<readonly string[]> = [[]];
  for (const parts of wordsOfBraces) {
    const fields = typeof parts === 'string' ? [[parts]] : fieldsOfParts(parts, scope);
    const joined = product(all, fields, (left, right) => [...left, ...right]);
    if (joined === null) return [[anything]];
    all = joined;
  }
  return all;
}

/** Returns the possible texts of a word that is always one field, as in an assignment. */
export function textsOf(word: Word, scope: Scope): Choices<string> {
  return textsOfParts(word.parts ?? [literal(word.value, word.text)], scope);
}

/** Returns the possible texts of a here-document. */
export function textsOfParts(parts: readonly WordPart[], scope: Scope): Choices<string> {
  return unique(piecesOf(parts, scope).map(textOf));
}

/** Maximum characters; more than a command line or a file of this line can have. */
const longestText = 400_000;

function textOf(pieces: readonly Piece[]): string {
  const length = pieces.reduce((sum, { text }) => sum + text.length, 0);
  return length > longestText ? anything : pieces.map(({ text }) => text).join('');
}

function literal(value: string, text = value): WordPart {
  return { type: 'Literal', value, text, pos: 0, end: text.length };
}

function unique(texts: readonly string[]): Choices<string> {
  const all = [...new Set(texts)];
  return all.length > mostChoices ? [anything] : all;
}

/** Expands braces into words, each as its parts, or as its text. */
function braces(word: Word): readonly (readonly WordPart[] | string)[] {
  const { parts } = word;
  if (parts === undefined) return [[literal(word.value, word.text)]];
  const at = parts.findIndex((part) => part.type === 'BraceExpansion');
  if (at < 0) return [parts];
  // Each brace at least doubles the words.
  if (parts.filter((part) => part.type === 'BraceExpansion').length > 8) return [anything];
  const [before, brace, after] = [parts.slice(0, at), parts[at]?.text ?? '', parts.slice(at + 1)];
  const range = /^\{(-?\d+|[a-zA-Z])\.\.(-?\d+|[a-zA-Z])(\.\.-?\d+)?\}$/.test(brace);
  const items = range ? [someName] : itemsOf(brace.slice(1, -1));
  const all = items.flatMap((item) => {
    const inner = range ? [literal(item)] : partsOf(item);
    return braces({ ...word, parts: [...before, ...inner, ...after] });
  });
  return all.length > mostChoices ? [anything] : all;
}

function partsOf(text: string): readonly WordPart[] {
  if (text === '') return [literal('')];
  const [statement] = parse(`: ${text}`).commands;
  const command = statement?.command;
  const word = command?.type === 'Command' ? command.suffix[0] : undefined;
  if (word?.type !== 'Word') return [literal(anything)];
  return word.parts ?? [literal(word.value, word.text)];
}

/** Splits the text between braces at commas, except in quotes, inner braces and substitutions. */
function itemsOf(text: string): readonly string[] {
  const items: string[] = [];
  let [from, depth, quote] = [0, 0, ''];
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (char === '\\' && quote !== "'") at += 1;
    else if (quote !== '') quote = char === quote ? '' : quote;
    else if (/["'`]/.test(char)) quote = char;
    else if (/[{(]/.test(char)) depth += 1;
    else if (/[})]/.test(char)) depth -= 1;
    else if (char === ',' && depth === 0) {
      items.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...items, text.slice(from)];
}

function fieldsOfParts(parts: readonly WordPart[], scope: Scope): Choices<readonly string[]> {
  return piecesOf(parts, scope).map(split);
}

/** Splits a word into fields as a shell does after expansion. */
function split(pieces: readonly Piece[]): readonly string[] {
  const fields: string[] = [];
  let open: string | null = null;
  for (const { text, isSplit, items } of pieces) {
    if (items !== undefined) {
      items.forEach((item, at) => {
        if (at > 0 && open !== null) fields.push(open);
        open = at > 0 || open === null ? item : open + item;
      });
    } else if (!isSplit) open = (open ?? '') + text;
    else {
      const [first = '', ...rest] = text.split(/[ \t\n]+/);
      if (first !== '') open = (open ?? '') + first;
      for (const next of rest) {
        if (open !== null) fields.push(open);
        open = next === '' ? null : next;
      }
    }
  }
  if (open !== null) fields.push(open);
  return fields;
}

function piecesOf(parts: readonly WordPart[], scope: Scope): Choices<readonly Piece[]> {
  let all: Piece[][] = [[]];
  for (const [at, part] of parts.entries()) {
    const pieces = piecesOfPart(part, scope, at === 0);
    const [only] = pieces;
    if (only !== undefined && pieces.length === 1) for (const list of all) list.push(only);
    else {
      const joined = product(all, pieces, (left, piece) => [...left, piece]);
      if (joined === null) return [[{ text: anything, isSplit: false }]];
      all = [...joined];
    }
  }
  return all;
}

function piecesOfPart(part: WordPart, scope: Scope, isFirst: boolean): Choices<Piece> {
  const whole = (text: string): Piece => ({ text, isSplit: false });
  switch (part.type) {
    case 'Literal':
      return isFirst && part.text.startsWith('~')
        ? expandTilde(part.value, scope).map(whole)
        : [whole(part.value)];
    case 'Glob':
    case 'ExtendedGlob':
      return [whole(part.text)];
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return [whole(part.value)];
    case 'DoubleQuoted':
    case 'LocaleString': {
      const only = part.parts.length === 1 ? part.parts[0] : undefined;
      const list = only === undefined ? null : listOf(only, scope);
      if (list !== null) return list.map((items) => ({ text: items.join(' '), isSplit: false, items }));
      return textsOfParts(part.parts, scope).map(whole);
    }
    case 'SimpleExpansion':
    case 'ParameterExpansion': {
      const list = listOf(part, scope);
      const texts = list === null ? expanded(part, scope) : list.map((items) => items.join(' '));
      return texts.map((text) => ({ text, isSplit: true }));
    }
    case 'CommandExpansion': {
      if (part.script === undefined) return [{ text: anything, isSplit: true }];
      return scope.output(part.script).map((text) => ({ text: text.replace(/\n+$/, ''), isSplit: true }));
    }
    case 'ArithmeticExpansion':
      visitArithmetic(part.expression, scope);
      return [whole(someName)];
    case 'ProcessSubstitution':
      return [whole(part.script === undefined ? anything : scope.asFile(part.script, part.operator))];
    case 'BraceExpansion':
      return [whole(part.text)];
    default:
      return part satisfies never;
  }
}

function expandTilde(text: string, scope: Scope): Choices<string> {
  const [, user = '', rest = ''] = /^~([^/]*)(.*)$/s.exec(text) ?? [];
  if (user === '+') return withSuffix(scope.valueOf('PWD'), rest);
  if (user !== '') return [`/home/${user}${rest}`];
  return withSuffix(scope.valueOf('HOME'), rest);
}

function withSuffix(value: Choices<readonly string[]> | null, rest: string): Choices<string> {
  return (value ?? [[anything]]).map((fields) => fields.join(' ') + rest);
}

/** Runs the substitutions in an arithmetic expression. */
export function visitArithmetic(node: unknown, scope: Scope): void {
  if (typeof node !== 'object' || node === null) return;
  const { type, script, parts } = node as {
    type?: string;
    script?: ParsedScript;
    parts?: readonly WordPart[];
  };
  if (type === 'ArithmeticCommandExpansion' && script !== undefined) scope.output(script);
  if (parts !== undefined) textsOfParts(parts, scope);
  for (const key of ['left', 'right', 'operand', 'test', 'consequent', 'alternate', 'expression'])
    visitArithmetic((node as Record<string, unknown>)[key], scope);
}

/** Returns the items of `$@`, `$*` and whole arrays; null for anything else. */
function listOf(part: WordPart, scope: Scope): Choices<readonly string[]> | null {
  if (part.type === 'SimpleExpansion')
    return part.text === '$@' || part.text === '$*' ? (scope.valueOf('@') ?? [[]]) : null;
  if (part.type !== 'ParameterExpansion' || part.operation !== undefined || part.prefix !== undefined)
    return null;
  if (part.parameter === '@' || part.parameter === '*') return scope.valueOf('@') ?? [[]];
  const index = part.index?.value;
  return index === '@' || index === '*' ? (scope.valueOf(part.parameter) ?? [[anything]]) : null;
}

/** Variables set by a shell or a system, each with one plain name. */
const plainNames =
  /^(RANDOM|SRANDOM|UID|EUID|PPID|BASHPID|LINENO|SECONDS|EPOCHSECONDS|EPOCHREALTIME|USER|LOGNAME|HOSTNAME|HOSTTYPE|OSTYPE|MACHTYPE|SHLVL|COLUMNS|LINES|CI|NODE_ENV|LANG|LC_\w+|TERM|[$!?#0-])$/;

/** Usual values of variables of builds and sessions. */
const customaryPrograms: ReadonlyMap<string, string> = new Map(
  `SHELL=/bin/sh BASH=/bin/bash CC=cc CXX=c++ CPP=cpp LD=ld AR=ar AS=as NM=nm STRIP=strip
   OBJCOPY=objcopy RANLIB=ranlib MAKE=make CMAKE=cmake NINJA=ninja NODE=node NPM=npm PYTHON=python3
   PYTHON3=python3 PIP=pip GO=go CARGO=cargo RUSTC=rustc JAVA=java JAVAC=javac MVN=mvn GRADLE=gradle
   RUBY=ruby PERL=perl PHP=php EDITOR=editor VISUAL=editor PAGER=pager DOCKER=docker KUBECTL=kubectl
   DOTNET=dotnet`
    .split(/\s+/)
    .map((one) => one.split('=') as [string, string]),
);

function variableValue(name: string, scope: Scope): Choices<string> | null {
  const value = scope.valueOf(name);
  if (value !== null) return value.map(([first = '']) => first);
  if (/^\d+$/.test(name)) return [''];
  const program = customaryPrograms.get(name);
  if (program !== undefined) return [program];
  return plainNames.test(name) ? [someName] : null;
}

function expanded(
  part: Extract<WordPart, { type: 'SimpleExpansion' }> | ParameterExpansionPart,
  scope: Scope,
): Choices<string> {
  if (part.type === 'SimpleExpansion') return variableValue(part.text.slice(1), scope) ?? [anything];
  if (part.prefix === '#') return [someName];
  let value = part.index === undefined ? variableValue(part.parameter, scope) : arrayItem(part, scope);
  if (part.prefix === '!') {
    const names = value ?? [anything];
    value = names.flatMap((name) =>
      isKnown(name) ? (variableValue(name, scope) ?? [anything]) : [anything],
    );
  }
  return part.operation === undefined
    ? (value ?? [anything])
    : applyOperation(part.operation, value, part, scope);
}

/** Returns the item of an array at a numeric index. */
function arrayItem(part: ParameterExpansionPart, scope: Scope): Choices<string> | null {
  const value = scope.valueOf(part.parameter);
  const index = Number(part.index?.value);
  if (value === null) return null;
  if (!Number.isInteger(index)) return unique(value.flat());
  return value.map((items) => items.at(index) ?? '');
}

function applyOperation(
  operation: NonNullable<ParameterExpansionPart['operation']>,
  value: Choices<string> | null,
  { parameter }: ParameterExpansionPart,
  scope: Scope,
): Choices<string> {
  const known = value ?? [anything];
  switch (operation.type) {
    case 'Default': {
      const other = textsOf(operation.operand, scope);
      const { operator } = operation;
      if (operator.endsWith('?')) return known;
      if (operator.endsWith('+')) return value === null ? ['', ...other] : [...other, ''];
      const isSet = value?.every((text) => text !== '' && isKnown(text)) ?? false;
      if (operator.endsWith('=') && !isSet)
        scope.set(
          parameter,
          [...known, ...other].map((text) => [text]),
        );
      return isSet ? known : unique([...known, ...other]);
    }
    case 'Remove': {
      const patterns = textsOf(operation.operand, scope);
      return (
        product(known, patterns, (text, pattern) => withoutPattern(text, operation.operator, pattern)) ?? [
          anything,
        ]
      );
    }
    case 'CaseModification':
      return known.map((text) => (/^\^/.test(operation.operator) ? text.toUpperCase() : text.toLowerCase()));
    case 'Transform':
      for (const text of known) scope.expandLater(text);
      return [anything];
    case 'Replace': {
      textsOf(operation.pattern, scope);
      textsOf(operation.replacement, scope);
      return [anything];
    }
    case 'Slice':
    case 'Names':
    case 'Unknown':
      return [anything];
    default:
      return operation satisfies never;
  }
}

/** Removes a pattern's match from the beginning or the end. */
function withoutPattern(text: string, operator: string, pattern: string): string {
  if (!isKnown(pattern) || text.includes(anything) || /[[\]\\]/.test(pattern)) return anything;
  // Longer patterns would only cost time.
  if (text.length > 4096 || pattern.length > 100 || pattern.split('*').length > 4) return anything;
  const body = pattern
    .split(/(\*|\?)/)
    .map((part) => {
      if (part === '*') return operator.length === 2 ? '.*' : '.*?';
      return part === '?' ? '.' : part.replace(/[.+^$()|\\\][}{]/g, '\\$&');
    })
    .join('');
  if (operator.startsWith('#')) return text.replace(new RegExp(`^${body}`, 's'), '');
  // The shortest match is found from the end.
  const exact = new RegExp(`^${body.replaceAll('.*?', '.*')}$`, 's');
  const lengths = Array.from({ length: text.length + 1 }, (_, length) => length);
  if (operator === '%%') lengths.reverse();
  const length = lengths.find((count) => exact.test(text.slice(text.length - count)));
  return length === undefined ? text : text.slice(0, text.length - length);
}

/** Expands all words in a syntax node, such as a test, because substitutions in them run. */
export function visitWords(node: unknown, scope: Scope): void {
  if (typeof node !== 'object' || node === null) return;
  if (Array.isArray(node)) for (const item of node) visitWords(item, scope);
  else if ((node as SyntaxNode).type === 'Word') textsOf(node as Word, scope);
  else for (const value of Object.values(node)) visitWords(value, scope);
}
