import { type GrowingFile, growing as growFrom } from '../lib/durable.ts';
import { failure, type Result, success } from '../lib/result.ts';
import { openToAppend, readIfThere } from './durable.ts';
import type { Intent } from './plan.ts';

type Line =
  | ({ readonly op: 'create'; readonly id: string } & Intent)
  | { readonly op: 'done'; readonly id: string };

/** Rows on their way to the other side, of which the base does not say yet that they arrived. */
export interface Intents {
  readonly open: ReadonlyMap<string, Intent>;
  /** On the disk when it returns: only then may pages be asked for, or rows be put into the file. */
  begin(rows: ReadonlyMap<string, Intent>): void;
  /** They are in the base, or were refused, or are not wanted any more. */
  end(ids: readonly string[]): void;
  close(): void;
}

/** Bytes from which on a journal without open entries begins anew. */
const compactAt = 256 * 1024;

/**
 * Opens the journal of rows on their way. Half a line at its end was never acted upon and is cut off.
 * @returns `notion_intents_damaged` for any other damage: what it said may have made a page
 */
export function openIntents(file: string): Result<Intents> {
  const read = readIfThere(file);
  if (!read.ok) return read;
  const text = read.value ?? '';
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const open = fold(whole);
  if (open === null)
    return failure(
      'notion_intents_damaged',
      `${file} is damaged, so nobody knows which pages were asked for; nothing was synced.`,
      'Rebuild what is known with `orch-tui sync --rebuild`: pages are found by their ids.',
    );
  const keep = open.size === 0 && whole.length > compactAt ? 0 : Buffer.byteLength(whole);
  let growing: GrowingFile | null = null;
  const append = (lines: readonly Line[]) => {
    if (lines.length === 0) return;
    growing ??= openAt(file, keep);
    growing.append(lines.map((line) => `${JSON.stringify(line)}\n`).join(''), true);
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
      growing?.close();
      growing = null;
    },
  });
}

/** Ready to be written on to, after as many bytes as are worth keeping. */
function openAt(file: string, bytes: number): GrowingFile {
  return growFrom(openToAppend(file), bytes);
}

function fold(text: string): Map<string, Intent> | null {
  const open = new Map<string, Intent>();
  for (const line of text.split('\n').slice(0, -1)) {
    const entry = parse(line);
    if (entry === null) return null;
    if (entry.op === 'done') open.delete(entry.id);
    else {
      const { at, fields, pageId } = entry;
      open.set(entry.id, pageId === undefined ? { at, fields } : { at, fields, pageId });
    }
  }
  return open;
}

function parse(line: string): Line | null {
  try {
    const value = JSON.parse(line) as Partial<Line> | null;
    if (typeof value?.id !== 'string') return null;
    if (value.op === 'done') return { op: 'done', id: value.id };
    const isCreate =
      value.op === 'create' && typeof value.at === 'number' && typeof value.fields === 'object';
    return isCreate ? (value as Line) : null;
  } catch {
    // Not JSON: the caller refuses the file.
    return null;
  }
}
