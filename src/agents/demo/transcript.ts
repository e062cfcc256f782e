import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { failure, type Result, success } from '../../lib/result.ts';
import type { Entry } from './entries.ts';

/** One line of the file: what was said, or a mark of how far the turn came. */
type Line = { readonly entry: Entry } | { readonly mark: 'step' | 'rest' };

/** A turn that ended before its last step. */
export interface Unfinished {
  readonly request: string;
  /** Whether it was the first of the conversation: the brief. */
  readonly isFirst: boolean;
  readonly stepsDone: number;
}

/** Whether a request asks to take up an unfinished turn. */
export function asksToGoOn(request: string): boolean {
  return /^(go on|continue)\b/i.test(request);
}

/** The conversation on disk, appended as it happens, so that a killed agent can be resumed. */
export class Transcript {
  readonly sessionId: string;
  /** Null where there is no repository to keep it in. */
  readonly file: string | null;

  private constructor(sessionId: string, file: string | null) {
    this.sessionId = sessionId;
    this.file = file;
  }

  /** @returns `session_in_use` when the id is taken */
  static create(gitFolder: string | null, sessionId: string): Result<Transcript> {
    const file = gitFolder && fileOf(gitFolder, sessionId);
    if (file === null) return success(new Transcript(sessionId, null));
    if (existsSync(file))
      return failure('session_in_use', `Error: Session ID ${sessionId} is already in use.`);
    mkdirSync(dirname(file), { recursive: true });
    appendFileSync(file, '', { mode: 0o600 });
    return success(new Transcript(sessionId, file));
  }

  /** @returns `session_missing` when there is nothing to resume */
  static resume(
    gitFolder: string | null,
    sessionId: string,
  ): Result<{ transcript: Transcript; entries: Entry[]; unfinished: Unfinished | null }> {
    const file = gitFolder && fileOf(gitFolder, sessionId);
    if (file === null || !existsSync(file))
      return failure('session_missing', `No conversation found with session ID: ${sessionId}`);
    const lines = readFileSync(file, 'utf8').split('\n').flatMap(parseLine);
    return success({
      transcript: new Transcript(sessionId, file),
      entries: lines.flatMap((line) => ('entry' in line ? [line.entry] : [])),
      unfinished: unfinishedOf(lines),
    });
  }

  append(entry: Entry): void {
    this.#append({ entry });
  }

  mark(mark: 'step' | 'rest'): void {
    this.#append({ mark });
  }

  #append(line: Line): void {
    if (this.file) appendFileSync(this.file, `${JSON.stringify(line)}\n`);
  }
}

function fileOf(gitFolder: string, sessionId: string): string {
  return join(gitFolder, 'orch-demo', `${sessionId}.jsonl`);
}

function parseLine(text: string): Line[] {
  if (text === '') return [];
  try {
    return [JSON.parse(text)];
  } catch {
    // The last line of a killed process may be cut short.
    return [];
  }
}

function unfinishedOf(lines: readonly Line[]): Unfinished | null {
  let open: Unfinished | null = null;
  for (const [i, line] of lines.entries()) open = afterLine(open, line, i === 0);
  return open;
}

function afterLine(open: Unfinished | null, line: Line, isFirst: boolean): Unfinished | null {
  if ('mark' in line) return open && line.mark === 'step' ? { ...open, stepsDone: open.stepsDone + 1 } : null;
  if (line.entry.kind !== 'request' || (open && asksToGoOn(line.entry.text))) return open;
  return { request: line.entry.text, isFirst, stepsDone: 0 };
}
