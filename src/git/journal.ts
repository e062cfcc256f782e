import { createHmac } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { checkPath, readText, replaceFile } from '../lib/files.ts';
import { failure, type Result, success } from '../lib/result.ts';
import { personKey } from '../lib/secrets.ts';

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

/**
 * Reads the journal of that name; null where there is none.
 * @returns `journal_damaged` when the file is not a journal, `journal_foreign` when this person did not begin the change
 *   on this machine, `unsafe_path` behind a link
 */
export async function readJournal(commonDir: string, name: string): Promise<Result<Journal | null>> {
  const file = journalFile(commonDir, name);
  const text = readText(commonDir, file, largestBytes);
  if (!text.ok && text.problem.code === 'unsafe_path') return text;
  if (!text.ok) return failure('journal_unreadable', text.problem.message);
  if (text.value === null) return success(null);
  const journal = parseJournal(text.value);
  if (!journal)
    return failure(
      'journal_damaged',
      `${file} is not a journal of orch-tui.`,
      'Look into it and move it away.',
    );
  return isSigned(commonDir, journal, text.value) ? success(journal) : foreign(file, journal);
}

/** What a change that was begun elsewhere would do is only told: a copy of a repository may bring it along. */
function foreign(file: string, { name, begunAt }: Journal): Result<never> {
  return failure(
    'journal_foreign',
    `${file} tells of an unfinished change (${name}, begun ${begunAt}) that was not begun by you on this machine.`,
    'It is left alone. If it is yours: orch-tui trust --state. Else move the file away.',
  );
}

/** Takes over changes that were begun elsewhere, such as by an earlier version: from now on they may be continued. */
export async function adoptJournals(commonDir: string): Promise<Result<null>> {
  for (const file of await journalFiles(commonDir)) {
    const text = readText(commonDir, file, largestBytes);
    if (!text.ok) return text;
    const journal = text.value === null ? null : parseJournal(text.value);
    const written = journal ? await writeJournal(commonDir, journal) : success(null);
    if (!written.ok) return written;
  }
  return success(null);
}

/** Puts all journals aside, so that no change is continued. Nothing is deleted. */
export async function discardJournals(commonDir: string): Promise<Result<null>> {
  for (const file of await journalFiles(commonDir)) await rename(file, `${file}.discarded-${Date.now()}`);
  return success(null);
}

async function journalFiles(commonDir: string): Promise<readonly string[]> {
  const names = await readdir(folder(commonDir)).catch(() => []); // No folder: nothing was ever begun.
  return names.filter((name) => name.endsWith('.json')).map((name) => join(folder(commonDir), name));
}

/** Reports whether this person wrote the journal: for this repository, and with exactly this content. */
function isSigned(commonDir: string, journal: Journal, text: string): boolean {
  const { by } = JSON.parse(text) as { by?: unknown };
  const own = signature(commonDir, journal);
  return own.ok && typeof by === 'string' && by.length === own.value.length && by === own.value;
}

/**
 * A journal says what git is to do next, and lies where a copied repository or an agent can put one. So it carries a
 * code that only the person's own key makes (RFC 2104).
 */
function signature(commonDir: string, journal: Journal): Result<string> {
  const key = personKey('journal-key');
  if (!key.ok) return key;
  const { name, kind, data, step, begunAt } = journal;
  const content = JSON.stringify([commonDir, name, kind, data, step, begunAt]);
  return success(createHmac('sha256', key.value).update(content).digest('base64url'));
}

/** All changes that were begun and neither completed nor dropped, or why one of them cannot be read. */
export async function listJournals(commonDir: string): Promise<readonly Result<Journal>[]> {
  const checked = checkPath(commonDir, folder(commonDir), 'folder');
  if (!checked.ok) return [checked];
  const names = (await journalFiles(commonDir)).map((file) => basename(file, '.json')).sort();
  const read = await Promise.all(names.map((name) => readJournal(commonDir, decodeURIComponent(name))));
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
  const by = signature(commonDir, journal);
  if (!by.ok) return by;
  const text = `${JSON.stringify({ v: 1, ...journal, by: by.value })}\n`;
  const written = replaceFile(commonDir, journalFile(commonDir, journal.name), text);
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
