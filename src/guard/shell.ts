import type { WorkerRules } from '../core/worker.ts';
import type { GuardPlace } from './places.ts';
import type { Choices, Denial } from './text.ts';

/** What a shell lets the programs do that run in it. */
export interface Shell {
  readonly rules: WorkerRules;
  /** The places where the next command may run. */
  readonly places: readonly GuardPlace[];
  readonly isRefused: boolean;
  /** Names of remotes that this line made in temporary repositories, and that lead to another one there. */
  readonly ownRemotes: Set<string>;
  /** Folders of before the last change of folder. */
  readonly folderBefore: Choices<string>;
  refuse(denial: Denial | null): void;
  /** Judges that something is written, changed or removed at a path. */
  write(path: string): void;
  /** Runs words as a command, in this shell. Returns what it may print. */
  run(
    words: readonly string[],
    environment: ReadonlyMap<string, string>,
    input: Choices<string>,
  ): Choices<string>;
  /** Goes through a text as a script of its own, in this shell. */
  script(text: string, input?: Choices<string>): Choices<string>;
  /** Goes through a text in a shell of its own: what it sets is gone after it. */
  subshell(
    text: string,
    input?: Choices<string>,
    variables?: ReadonlyMap<string, Choices<readonly string[]>>,
  ): Choices<string>;
  /** Calls a function of the script; null where there is none of this name. */
  call(name: string, args: readonly string[], input: Choices<string>): Choices<string> | null;
  /** What a file holds, where it was written before in the same line; null where that cannot be told. */
  contents(path: string): Choices<string> | null;
  /** Keeps what a file holds now. */
  storeFile(path: string, text: Choices<string>, isMore: boolean): void;
  /** Keeps that a path is a symbolic link now. */
  link(path: string, target: string): void;
  changeFolder(folders: Choices<string>): void;
  /** Nothing behind this is reached. */
  exit(): void;
  positional(args: readonly string[]): void;
  valueOf(name: string): Choices<readonly string[]> | null;
  set(name: string, value: Choices<readonly string[]>): void;
  /** Goes through a text that the shell will expand when it shows it, such as a prompt. */
  expandLater(text: string): void;
}

/** A command on its way: its program's name, its arguments, variables of its own, and what it reads. */
export interface Run {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  readonly input: Choices<string>;
  readonly walk: Shell;
}

/** Goes through a command as far as the guard knows its program. Returns what it may print. */
export type ProgramRule = (run: Run) => Choices<string> | undefined;

/** One command of git, in a place that is certain. */
export interface GitCall {
  readonly command: string;
  readonly args: readonly string[];
  /** Arguments that are no options. */
  readonly named: readonly string[];
  readonly place: GuardPlace;
  readonly branch: string;
  readonly walk: Shell;
  /** The repository is a temporary one of the worker's own making. */
  readonly isTemporary: boolean;
  /** Reports whether one of these options is given; a letter also among others, as in `-fd`. */
  has(...options: string[]): boolean;
}
