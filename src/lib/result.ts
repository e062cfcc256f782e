/** An expected failure: something a person can read and act on. Bugs throw instead. */
export interface Problem {
  /** Part of the interface: never renamed, never reused. */
  readonly code: string;
  /** One sentence on the event. A refusal by git is kept word for word. */
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
