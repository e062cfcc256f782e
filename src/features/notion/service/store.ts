import { createHash } from 'node:crypto';
import { closeSync, fstatSync, lstatSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RowConflict, SyncChoice, SyncTable } from '../../../core/notion.ts';
import {
  checkPath,
  type GrowingFile,
  growingFile,
  openForAppend,
  readText,
  replaceFile,
} from '../../../lib/files.ts';
import { failure, type Result, success } from '../../../lib/result.ts';
import { type BaseRow, type Fields, type Intent, wholeRow } from './plan.ts';

/** Returns the paths of a workspace's sync state, which holds no secret. @param folder `.orch/notion` */
export function storeFiles(folder: string, dataSourceId: string) {
  const name = dataSourceId.replace(/[^\w-]/g, '_');
  return {
    base: join(folder, `base-${name}.json`),
    intents: join(folder, `intents-${name}.jsonl`),
    conflicts: join(folder, 'conflicts.json'),
    history: join(folder, 'history.jsonl'),
  };
}

export interface SyncStore {
  readonly files: ReturnType<typeof storeFiles>;
  readonly base: Base;
  readonly intents: Intents;
  /** Records a row's content before it is changed. */
  remember(line: { side: 'file' | 'notion'; id: string; before: Fields; after: Fields; at: number }): void;
  close(): void;
}

const historyBytes = 1024 * 1024;

/** Opens the sync state of one data source. Only one sync may have it open at a time. */
export function openStore(folder: string, dataSourceId: string): Result<SyncStore> {
  const files = storeFiles(folder, dataSourceId);
  const base = openBase(files.base);
  if (!base.ok) return base;
  const intents = openIntents(files.intents);
  if (!intents.ok) return intents;
  return success({
    files,
    base: base.value,
    intents: intents.value,
    remember: (line) => appendHistory(files.history, `${JSON.stringify(line)}\n`),
    close: () => intents.value.close(),
  });
}

/** Appends a line to the history; a full file is renamed, and the one before it is removed. */
function appendHistory(file: string, line: string): void {
  let fd = openToAppend(file);
  if (fstatSync(fd).size > historyBytes) {
    closeSync(fd);
    rename(file, `${file}.1`);
    fd = openToAppend(file);
  }
  const history = growingFile(fd, fstatSync(fd).size);
  try {
    history.append(line, true);
  } finally {
    history.close();
  }
}

const version = 1;

type BaseRows = Readonly<Record<string, BaseRow>>;

interface StoredBase {
  readonly version: number;
  readonly checksum: string;
  readonly rows: BaseRows;
}

/** Common content of both sides after the last sync, by id. */
interface Base {
  readonly rows: Map<string, BaseRow>;
  /** Writes it durably. Call it only after both sides have these values. */
  save(): void;
}

/**
 * Opens the base of a data source; a missing file is an empty base.
 * @returns `notion_base_damaged` for an invalid one: taken for empty, every row would look new
 */
export function openBase(file: string): Result<Base> {
  const text = readOptional(file);
  if (!text.ok) return text;
  const rows = text.value === null ? {} : parseBase(text.value);
  if (rows) return success(baseOf(file, new Map(Object.entries(rows))));
  return failure(
    'notion_base_damaged',
    `${file} is damaged, so the last sync is unknown; nothing was synced.`,
    'Rebuild it from the ids in Notion with `orch-tui sync --rebuild`: differences become conflicts.',
  );
}

/** Returns the page of a synced row; null for any other. */
export function pageOf(folder: string, dataSourceId: string, id: string): Result<string | null> {
  const base = openBase(storeFiles(folder, dataSourceId).base);
  return base.ok ? success(base.value.rows.get(id)?.pageId ?? null) : base;
}

/** Returns a base with these rows, independent of the file's content; it is not written yet. */
export function baseOf(file: string, rows: Map<string, BaseRow>): Base {
  const save = () => {
    const stored = Object.fromEntries(rows);
    const whole = { version, checksum: checksumOf(stored), rows: stored } satisfies StoredBase;
    replace(file, `${JSON.stringify(whole)}\n`);
  };
  return { rows, save };
}

function parseBase(text: string): BaseRows | null {
  try {
    const stored = JSON.parse(text) as Partial<StoredBase> | null;
    if (stored?.version !== version || !stored.rows) return null;
    return stored.checksum === checksumOf(stored.rows) ? stored.rows : null;
  } catch {
    // Not JSON: damaged.
    return null;
  }
}

function checksumOf(rows: BaseRows): string {
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex');
}

type IntentLine =
  | ({ readonly op: 'create'; readonly id: string } & Intent)
  | { readonly op: 'done'; readonly id: string };

/** Journal of rows in transit to the other side, whose arrival is not in the base. */
interface Intents {
  readonly open: ReadonlyMap<string, Intent>;
  /**
   * Records rows durably before it returns: only then may pages be requested, or rows be added to the file.
   */
  begin(rows: ReadonlyMap<string, Intent>): void;
  /** Ends rows that are in the base, were refused, or are not needed any more. */
  end(ids: readonly string[]): void;
  close(): void;
}

/** Bytes from which a journal without open entries is restarted. */
const compactAt = 256 * 1024;

/**
 * Opens the journal of rows in transit. An incomplete last line was never acted upon and is cut off.
 * @returns `notion_intents_damaged` for any other damage: a lost entry may have created a page
 */
export function openIntents(file: string): Result<Intents> {
  const read = readOptional(file);
  if (!read.ok) return read;
  const text = read.value ?? '';
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const open = foldIntents(whole);
  if (open === null)
    return failure(
      'notion_intents_damaged',
      `${file} is damaged, so the requested pages are unknown; nothing was synced.`,
      'Rebuild it with `orch-tui sync --rebuild`: pages are found by their ids.',
    );
  const keep = open.size === 0 && whole.length > compactAt ? 0 : Buffer.byteLength(whole);
  let journal: GrowingFile | null = null;
  const append = (lines: readonly IntentLine[]) => {
    if (lines.length === 0) return;
    journal ??= growingFile(openToAppend(file), keep);
    journal.append(lines.map((line) => `${JSON.stringify(line)}\n`).join(''), true);
  };
  return success({
    open,
    begin(rows) {
      append([...rows].map(([id, intent]) => ({ op: 'create', id, ...intent })));
      for (const [id, intent] of rows) open.set(id, intent);
    },
    end(ids) {
      const ended = ids.filter((id) => open.has(id));
      append(ended.map((id) => ({ op: 'done', id })));
      for (const id of ended) open.delete(id);
    },
    close() {
      journal?.close();
      journal = null;
    },
  });
}

/** Returns the rows that are still in transit; null for a damaged journal. */
function foldIntents(text: string): Map<string, Intent> | null {
  const open = new Map<string, Intent>();
  for (const line of text.split('\n').slice(0, -1)) {
    const entry = parseIntent(line);
    if (entry === null) return null;
    if (entry.op === 'done') open.delete(entry.id);
    else {
      const { at, fields, pageId } = entry;
      open.set(entry.id, pageId === undefined ? { at, fields } : { at, fields, pageId });
    }
  }
  return open;
}

function parseIntent(line: string): IntentLine | null {
  try {
    const value = JSON.parse(line) as Partial<IntentLine> | null;
    if (typeof value?.id !== 'string') return null;
    if (value.op === 'done') return { op: 'done', id: value.id };
    const isCreate =
      value.op === 'create' && typeof value.at === 'number' && typeof value.fields === 'object';
    return isCreate ? (value as IntentLine) : null;
  } catch {
    // Not JSON: the caller refuses the file.
    return null;
  }
}

/** A conflict that waits for a decision, or for the sync that applies it. */
interface KeptConflict extends RowConflict {
  readonly table: SyncTable;
  /** ISO 8601, first occurrence. */
  readonly seenAt: string;
  readonly choice?: SyncChoice;
}

interface StoredConflicts {
  readonly version: 1;
  readonly conflicts: readonly KeptConflict[];
}

/**
 * Returns all stored conflicts. An unreadable file is moved aside: the next sync finds the conflicts again.
 * @throws for anything but a file
 */
export function readConflicts(file: string): readonly KeptConflict[] {
  const text = demand(readOptional(file));
  if (text === null) return [];
  try {
    const stored = JSON.parse(text) as Partial<StoredConflicts> | null;
    if (stored?.version === 1 && Array.isArray(stored.conflicts)) return stored.conflicts;
  } catch {
    // Not JSON: moved aside below.
  }
  asideName(file);
  return [];
}

/**
 * Stores a person's decision; the next sync applies it, if both sides still have the shown values.
 * @param id of the row
 * @returns the conflict; `no_conflict`, or `bad_choice` for a text in place of a whole row or a number
 */
export function resolveConflict(
  file: string,
  id: string,
  field: string,
  choice: SyncChoice,
): Result<KeptConflict> {
  const conflicts = readConflicts(file);
  const found = conflicts.find((one) => one.id === id && one.field === field);
  if (!found)
    return failure(
      'no_conflict',
      `There is no conflict over ${field} of ${id}.`,
      'See `orch-tui sync conflicts`.',
    );
  if (!fits(found, choice))
    return failure('bad_choice', `${field} of ${id} cannot be that.`, 'Choose mine or theirs.');
  const decided = { ...found, choice };
  saveConflicts(file, conflicts.with(conflicts.indexOf(found), decided));
  return success(decided);
}

function fits({ field, ours, theirs }: RowConflict, choice: SyncChoice): boolean {
  if (typeof choice === 'string') return true;
  if (field === wholeRow) return false;
  const isNumber = typeof ours === 'number' || typeof theirs === 'number';
  return !isNumber || (typeof choice.edited === 'number' && Number.isSafeInteger(choice.edited));
}

/** Returns the stored conflict about exactly these values. */
export function keptConflict(
  conflicts: readonly KeptConflict[],
  table: SyncTable,
  { id, field, ours, theirs }: RowConflict,
): KeptConflict | undefined {
  return conflicts.find(
    (one) =>
      one.table === table &&
      one.id === id &&
      one.field === field &&
      one.ours === ours &&
      one.theirs === theirs,
  );
}

/** Replaces a table's stored conflicts with those of a sync. */
export function keepConflicts(file: string, table: SyncTable, found: readonly RowConflict[], at: Date): void {
  const kept = readConflicts(file);
  const now = found.map(
    (conflict): KeptConflict =>
      keptConflict(kept, table, conflict) ?? { table, ...conflict, seenAt: at.toISOString() },
  );
  const next = [...kept.filter((one) => one.table !== table), ...now];
  if (JSON.stringify(next) !== JSON.stringify(kept)) saveConflicts(file, next);
}

function saveConflicts(file: string, conflicts: readonly KeptConflict[]): void {
  replace(file, `${JSON.stringify({ version: 1, conflicts } satisfies StoredConflicts, null, 2)}\n`);
}

/** Limit in bytes; bases of thousands of rows are a few megabytes. */
const largestBytes = 256 * 1024 * 1024;

/**
 * Returns the whole text, or null when there is no such file. @returns the reason of a failure, such as
 * `unsafe_path`
 */
export function readOptional(file: string): Result<string | null> {
  return readText(rootOf(file), file, largestBytes);
}

/**
 * Replaces a file atomically: a crash leaves the old text or the new one. @throws when it cannot be written
 */
function replace(file: string, text: string): void {
  demand(replaceFile(rootOf(file), file, text));
}

/** Opens a file for appending. @throws when it cannot be opened */
function openToAppend(file: string): number {
  return demand(openForAppend(rootOf(file), file));
}

/** Renames a damaged or full file in its folder. @throws when it cannot be renamed */
function rename(file: string, name: string): void {
  demand(checkPath(rootOf(file), file, 'file'));
  renameSync(file, name);
}

/** Renames a damaged file to the next free name in its folder. @returns that name */
export function asideName(file: string): string {
  for (let i = 1; ; i++) {
    const name = `${file}.damaged-${i}`;
    if (lstatSync(name, { throwIfNoEntry: false })) continue;
    rename(file, name);
    return name;
  }
}

/** Returns the workspace's folder from a path in `.orch/notion`. */
function rootOf(file: string): string {
  return resolve(file, '../../..');
}

function demand<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  const { message, hint } = result.problem;
  throw new Error(hint === undefined ? message : `${message} ${hint}`);
}
