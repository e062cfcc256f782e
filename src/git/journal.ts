import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { failure, type Result, success } from '../domain/problem.ts';
import { checkPath, readText, replaceFile } from '../lib/files.ts';

/** Far more than a journal says. */
const largestBytes = 4 * 1024 * 1024;

/** A change of several steps that is under way, as it lies on the disk until the last step is done. */
export interface Journal {
  /** Unique within the repository, such as `finish-fix-migration` or `release-1.0`. */
  readonly name: string;
  /** Which code can continue it. */
  readonly kind: string;
  /** What the steps need to know when they are continued; whoever reads it checks it first. */
  readonly data: unknown;
  /** The step that was begun last; null before the first. */
  readonly step: string | null;
  /** ISO time. */
  readonly begunAt: string;
}

/** One step of such a change. Killed at any moment, it is asked again whether it is done, and run again if not. */
export interface Step {
  /** A few words, such as `merge into develop`. */
  readonly name: string;
  /** Asks the repository, never the journal. */
  isDone(): Promise<Result<boolean>>;
  run(): Promise<Result<null>>;
}

/**
 * Does the steps in order, each only if the repository says that it is not done. The journal is written before each
 * of them and removed after the last. A step that fails leaves it: do the same again, or call `dropJournal`.
 * Call it under `Git.exclusive` of the common directory.
 */
export async function carryOut(
  commonDir: string,
  change: Pick<Journal, 'name' | 'kind' | 'data'> & Partial<Journal>,
  steps: readonly Step[],
): Promise<Result<null>> {
  const begunAt = change.begunAt ?? new Date().toISOString();
  for (const step of steps) {
    const written = await writeJournal(commonDir, { ...change, step: step.name, begunAt });
    if (!written.ok) return written;
    const done = await step.isDone();
    if (!done.ok) return done;
    if (done.value) continue;
    const ran = await step.run();
    if (!ran.ok) return ran;
  }
  return dropJournal(commonDir, change.name);
}

/** The journal of that name, or null. `journal_damaged` when the file is none of ours, `unsafe_path` behind a link. */
export async function readJournal(commonDir: string, name: string): Promise<Result<Journal | null>> {
  const file = journalFile(commonDir, name);
  const text = readText(commonDir, file, largestBytes);
  if (!text.ok && text.problem.code === 'unsafe_path') return text;
  if (!text.ok) return failure('journal_unreadable', text.problem.message);
  if (text.value === null) return success(null);
  const journal = parseJournal(text.value);
  if (journal) return success(journal);
  return failure(
    'journal_damaged',
    `${file} is not a journal of orch-tui.`,
    'Look into it and move it away.',
  );
}

/** All changes that were begun and neither completed nor dropped, or why one of them cannot be read. */
export async function listJournals(commonDir: string): Promise<readonly Result<Journal>[]> {
  const checked = checkPath(commonDir, folder(commonDir), 'folder');
  if (!checked.ok) return [checked];
  const names = await readdir(folder(commonDir)).catch(() => []); // No folder: nothing was ever begun.
  const files = names.filter((name) => name.endsWith('.json')).sort();
  const read = await Promise.all(
    files.map((file) => readJournal(commonDir, decodeURIComponent(file.slice(0, -'.json'.length)))),
  );
  return read.flatMap((one) => (one.ok ? (one.value ? [success(one.value)] : []) : [one]));
}

/** Forgets a change. What its steps have done stays. */
export async function dropJournal(commonDir: string, name: string): Promise<Result<null>> {
  const file = journalFile(commonDir, name);
  const checked = checkPath(commonDir, folder(commonDir), 'folder');
  if (!checked.ok) return checked;
  try {
    // Earlier versions wrote to this name first.
    await rm(`${file}.tmp`, { force: true });
    await rm(file, { force: true });
    return success(null);
  } catch (error) {
    return failure('journal_failed', `${file} cannot be removed: ${String(error)}`);
  }
}

/** Complete on the disk before it takes the place of the last one. */
async function writeJournal(commonDir: string, journal: Journal): Promise<Result<null>> {
  const text = `${JSON.stringify({ v: 1, ...journal })}\n`;
  const written = await replaceFile(commonDir, journalFile(commonDir, journal.name), text);
  return written.ok || written.problem.code === 'unsafe_path'
    ? written
    : failure('journal_failed', written.problem.message);
}

function parseJournal(text: string): Journal | null {
  try {
    const { v, name, kind, data, step, begunAt } = JSON.parse(text);
    const isJournal =
      v === 1 &&
      typeof name === 'string' &&
      typeof kind === 'string' &&
      (step === null || typeof step === 'string') &&
      typeof begunAt === 'string';
    return isJournal ? { name, kind, data, step, begunAt } : null;
  } catch {
    return null; // Not JSON: none of ours.
  }
}

function journalFile(commonDir: string, name: string): string {
  return join(folder(commonDir), `${encodeURIComponent(name)}.json`);
}

function folder(commonDir: string): string {
  return join(commonDir, 'orch', 'journal');
}
