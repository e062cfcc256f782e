import type { Assignment, CommandNode, Function as FunctionNode, Redirection, Statement } from 'unbash';
import type { GuardPlace } from './places.ts';
import { anything, type Choices, type Denial, fileText, mostChoices, product } from './text.ts';

/** The known state of a shell between two commands. */
export interface State {
  /** Absolute paths of the current folder, or `anything`. */
  readonly folders: Choices<string>;
  readonly before: Choices<string>;
  readonly variables: ReadonlyMap<string, Choices<readonly string[]>>;
  readonly functions: ReadonlyMap<string, FunctionNode['body']>;
  /** Possible contents of the files written by this line, by absolute path. */
  readonly files: ReadonlyMap<string, Choices<string>>;
  /** True after `exit`, `return` and the like: the commands behind it do not run. */
  readonly isOver: boolean;
}

/** A part of a script that a shell may run more than once, or not at all. */
export type Branching = Extract<
  CommandNode | Statement['command'],
  { type: 'If' | 'While' | 'For' | 'Select' | 'ArithmeticFor' | 'Case' }
>;

/** State that all shells of one command line share. */
export interface Shared {
  readonly place: Omit<GuardPlace, 'cwd'>;
  /** Symbolic links that the line makes, by their absolute path. */
  readonly links: Map<string, string>;
  readonly ownRemotes: Set<string>;
  steps: number;
  left: number;
  files: number;
  denial: Denial | null;
}

/** Maximum steps for one tool call. */
const mostSteps = 20_000;
/** Returns the steps that a command takes; any other part of a line takes one. */
export function costOf(words: readonly string[]): number {
  return 10 + words.length / 20;
}
/** Maximum characters for one tool call; the kernel takes 131,072 for one argument. */
const longest = 200_000;
/** Characters. */
const longestValue = 20_000;

/** Returns the initial shared state of one command line. */
export function sharedIn(place: GuardPlace): Shared {
  return {
    place,
    links: new Map(),
    ownRemotes: new Set(),
    steps: mostSteps,
    left: longest,
    files: 0,
    denial: null,
  };
}

/** Returns the initial state of a shell started in a place. */
export function startIn({ rules, cwd }: GuardPlace): State {
  return {
    folders: [cwd],
    before: [anything],
    variables: new Map(Object.entries(rules.variables).map(([name, value]) => [name, [[value]]] as const)),
    functions: new Map(),
    files: new Map(),
    isOver: false,
  };
}

export function limited(choices: Choices<string>, otherwise: string): Choices<string> {
  const all = [...new Set(choices)];
  return all.length > mostChoices ? [otherwise] : all;
}

export function fileTextOr(printed: Choices<string>): string {
  return printed.some((text) => text.includes(anything)) ? anything : fileText;
}

/** Merges the states after two branches; a branch that ended the shell does not count. */
export function mergedStates(left: State, right: State): State {
  if (left.isOver) return right;
  if (right.isOver || left === right) return left;
  const variables = new Map(left.variables);
  for (const name of new Set([...left.variables.keys(), ...right.variables.keys()])) {
    const [one, other] = [left.variables.get(name), right.variables.get(name)];
    if (one !== other)
      variables.set(name, limitedLists([...(one ?? [[anything]]), ...(other ?? [[anything]])]));
  }
  const files = new Map(left.files);
  for (const [path, text] of right.files)
    if (files.get(path) !== text) files.set(path, limited([...(files.get(path) ?? []), ...text], anything));
  return {
    folders: limited([...left.folders, ...right.folders], anything),
    before: limited([...left.before, ...right.before], anything),
    variables,
    functions:
      left.functions === right.functions ? left.functions : new Map([...left.functions, ...right.functions]),
    files,
    isOver: false,
  };
}

function limitedLists(lists: Choices<readonly string[]>): Choices<readonly string[]> {
  const all = [...new Map(lists.map((list) => [list.join('\0'), list])).values()];
  return all.length > mostChoices ? [[anything]] : all;
}

/** Reports whether a value exceeds the limit: one that contains itself twice doubles with each assignment. */
export function isLong(lists: Choices<readonly string[]>): boolean {
  return lists.some((list) => list.reduce((sum, { length }) => sum + length, 0) > longestValue);
}

/** Files that output goes to, each with whether the output is appended. */
export type Stored = readonly (readonly [path: string, isMore: boolean])[];

export function isRedirection(one: { readonly type: string }): one is Redirection {
  return one.type === 'Redirect' || one.type === 'HereString' || one.type === 'HereDoc';
}

/** Returns the value of a variable after an assignment; `old` is null for an unset variable. */
export function assignedValue(
  one: Assignment,
  old: Choices<readonly string[]> | null,
  value: Choices<readonly string[]>,
): Choices<readonly string[]> {
  if (one.index !== undefined) return [[anything]];
  if (!one.append) return value;
  if (one.value.type !== 'Word') return product(old ?? [[]], value, (a, b) => [...a, ...b]) ?? [[anything]];
  return product(old ?? [[anything]], value, ([a = ''], [b = '']) => [a + b]) ?? [[anything]];
}

/** Returns the possible contents of a file that the line wrote before; null for any other file. */
export function contentsAt(
  path: string,
  { files }: State,
  places: readonly GuardPlace[],
): Choices<string> | null {
  const named = files.get(path);
  if (named !== undefined) return named;
  for (const place of places)
    for (const at of place.locate(path, place.cwd) ?? []) {
      const found = files.get(at);
      if (found !== undefined) return found;
    }
  return null;
}

/** Returns the state after a text was written or appended to a file. */
export function withFile(
  state: State,
  path: string,
  text: Choices<string>,
  isMore: boolean,
  places: readonly GuardPlace[],
): State {
  const files = new Map(state.files);
  for (const place of places)
    for (const at of place.locate(path, place.cwd) ?? []) {
      const old = isMore ? (files.get(at) ?? [fileText]) : [''];
      files.set(at, product(old, text, (left, right) => left + right) ?? [anything]);
    }
  return { ...state, files };
}
