/** An expected failure: something a person can read and act on. Bugs throw instead. */
export interface Problem {
  /** Part of the interface: never renamed, never reused. */
  readonly code: string;
  /** One sentence. A refusal by git is kept word for word. */
  readonly message: string;
  /** Advice for the person. */
  readonly hint?: string;
}

/** The outcome of an operation: its value, or why there is none. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem };

export function success<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function failure(code: string, message: string, hint?: string): Result<never> {
  return { ok: false, problem: problemOf(code, message, hint) };
}

export function problemOf(code: string, message: string, hint?: string): Problem {
  return hint === undefined ? { code, message } : { code, message, hint };
}

/** For errors of node-pty without the system's reason. Program and folder are checked before. */
const noTerminal = {
  why: 'the system has no terminal or process left for it',
  hint: 'End programs that you do not need, or raise the limits (ulimit -u, ulimit -n), then try again.',
};

/** Plain words and advice for errors of a system out of resources. */
const known: Readonly<Record<string, { readonly why: string; readonly hint: string }>> = {
  EMFILE: {
    why: 'too many open files',
    hint: 'Raise the limit of the shell that starts orch-tui (ulimit -n), then try again.',
  },
  ENFILE: {
    why: 'too many open files on the whole machine',
    hint: 'End programs that you do not need, then try again.',
  },
  ENOSPC: { why: 'no space is left on the disk', hint: 'Make room on that disk, then try again.' },
  EDQUOT: {
    why: 'your quota on that disk is used up',
    hint: 'Make room in your files on that disk, then try again.',
  },
  EROFS: {
    why: 'the disk can only be read',
    hint: 'Have that disk mounted for writing, or use a folder on another one.',
  },
  ENOMEM: { why: 'not enough memory', hint: 'End programs that you do not need, then try again.' },
  forkpty: noTerminal,
  posix_spawnp: noTerminal,
  ENAMETOOLONG: { why: 'the name or path is too long', hint: 'Take shorter names.' },
};

/** Returns the code of a system's error. For a program that could not be started it is only in the message. */
function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return codeIn(error instanceof Error ? error.message : String(error));
}

function codeIn(text: string): string {
  const [, first = '', started = '', forked = ''] =
    /^(?:Error: )?(E[A-Z]+): |\bspawn(?: \S+)? (E[A-Z]+)\b|^(forkpty|posix_spawnp)(?:\(3\))? failed\b/.exec(
      text,
    ) ?? [];
  return first || started || forked;
}

/** Returns the reason of an error: in plain words where the table has them, else the system's message. */
export function whyOf(error: unknown): string {
  const code = codeOf(error);
  const plain = known[code];
  if (plain) return `${plain.why} (${code})`;
  return error instanceof Error ? error.message : String(error);
}

/** Returns general advice on a system's error; undefined for none. */
export function helpFor(error: unknown): string | undefined {
  return known[codeOf(error)]?.hint;
}

/** Returns why a program did not start, from the output of its starter: in plain words, or unchanged. */
export function plainStart(printed: string): string {
  const plain = known[codeIn(printed)];
  return plain ? `it could not be started: ${plain.why}. ${plain.hint}` : printed;
}
