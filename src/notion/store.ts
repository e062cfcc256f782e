import { closeSync, fstatSync } from 'node:fs';
import { join } from 'node:path';
import { growing } from '../lib/durable.ts';
import { type Result, success } from '../lib/result.ts';
import { type Base, openBase } from './base.ts';
import { openToAppend, renameFile } from './durable.ts';
import { type Intents, openIntents } from './intents.ts';
import type { Fields } from './row.ts';

/** Where a workspace keeps what it knows of Notion. No secret lies there. */
export interface StoreFiles {
  readonly base: string;
  readonly intents: string;
  readonly conflicts: string;
  readonly history: string;
}

/** @param folder `.orch/notion` of the workspace */
export function storeFiles(folder: string, dataSourceId: string): StoreFiles {
  const name = dataSourceId.replace(/[^\w-]/g, '_');
  return {
    base: join(folder, `base-${name}.json`),
    intents: join(folder, `intents-${name}.jsonl`),
    conflicts: join(folder, 'conflicts.json'),
    history: join(folder, 'history.jsonl'),
  };
}

export interface Store {
  readonly files: StoreFiles;
  readonly base: Base;
  readonly intents: Intents;
  /** Writes down what a row was before it is changed. */
  remember(line: { side: 'file' | 'notion'; id: string; before: Fields; after: Fields; at: number }): void;
  close(): void;
}

const historyBytes = 1024 * 1024;

/** Opens what is kept for one data source. One sync at a time may have it open. */
export function openStore(folder: string, dataSourceId: string): Result<Store> {
  const files = storeFiles(folder, dataSourceId);
  const base = openBase(files.base);
  if (!base.ok) return base;
  const intents = openIntents(files.intents);
  if (!intents.ok) return intents;
  return success({
    files,
    base: base.value,
    intents: intents.value,
    remember(line) {
      appendHistory(files.history, `${JSON.stringify(line)}\n`);
    },
    close: () => intents.value.close(),
  });
}

/** Writes a line on to the history; a full one is kept under another name, and the one before it goes. */
function appendHistory(file: string, line: string): void {
  let fd = openToAppend(file);
  if (fstatSync(fd).size > historyBytes) {
    closeSync(fd);
    renameFile(file, `${file}.1`);
    fd = openToAppend(file);
  }
  const history = growing(fd, fstatSync(fd).size);
  try {
    history.append(line, true);
  } finally {
    history.close();
  }
}
