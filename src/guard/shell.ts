import type { WorkerRules } from '../core/worker.ts';
import type { GuardPlace } from './places.ts';
import type { Choices, Denial } from './text.ts';

/** The shell as its programs see it. */
export interface Shell {
  readonly rules: WorkerRules;
  /** Possible places of the next command. */
  readonly places: readonly GuardPlace[];
  readonly isRefused: boolean;
  /** Remotes that this line made in temporary repositories, with a temporary target. */
  readonly ownRemotes: Set<string>;
  /** Folders before the last change of folder. */
  readonly folderBefore: Choices<string>;
  refuse(denial: Denial | null): void;
  /** Judges writing, changing or removing a path. */
  write(path: string): void;
  /** Runs words as a command, in this shell. Returns what it may print. */
  run(
    words: readonly string[],
    environment: ReadonlyMap<string, string>,
    input: Choices<string>,
  ): Choices<string>;
  /** Runs a text as a script, in this shell. */
  script(text: string, input?: Choices<string>): Choices<string>;
  /** Runs a text in a subshell: its variables are dropped afterwards. */
  subshell(
    text: string,
    input?: Choices<string>,
    variables?: ReadonlyMap<string, Choices<readonly string[]>>,
  ): Choices<string>;
  /** Calls a function of the script; null when there is none of this name. */
  call(name: string, args: readonly string[], input: Choices<string>): Choices<string> | null;
  /** Returns a file's contents if the same line wrote it; null when unknown. */
  contents(path: string): Choices<string> | null;
  /** Stores a file's contents. */
  storeFile(path: string, text: Choices<string>, isMore: boolean): void;
  /** Stores that a path is a symbolic link. */
  link(path: string, target: string): void;
  changeFolder(folders: Choices<string>): void;
  /** Ends the shell: commands behind this do not run. */
  exit(): void;
  positional(args: readonly string[]): void;
  valueOf(name: string): Choices<readonly string[]> | null;
  set(name: string, value: Choices<readonly string[]>): void;
  /** Runs the expansions of a text that the shell expands later, such as a prompt. */
  expandLater(text: string): void;
}

/** A command to run: program, arguments, own variables and input. */
export interface Run {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  readonly input: Choices<string>;
  readonly walk: Shell;
}

/** Judges a command whose program the guard knows. Returns its possible output. */
export type ProgramRule = (run: Run) => Choices<string> | undefined;

/** A git command in a known place. */
export interface GitCall {
  readonly command: string;
  readonly args: readonly string[];
  /** Arguments that are no options. */
  readonly named: readonly string[];
  readonly place: GuardPlace;
  readonly branch: string;
  readonly walk: Shell;
  /** True for a temporary repository of the worker. */
  readonly isTemporary: boolean;
  /** Reports whether one of these options is given; a letter also within others, as in `-fd`. */
  has(...options: string[]): boolean;
}
