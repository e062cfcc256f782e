import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { openNotion } from '../../../src/features/notion/service/client.ts';
import { findToken } from '../../../src/features/notion/service/credentials.ts';
import { syncTable } from '../../../src/features/notion/service/sync.ts';
import { boardTable } from '../../../src/features/notion/service/tables.ts';
import { MemoryTable } from './scene.ts';
import { VirtualClock } from './virtualClock.ts';

/** A sync in a separate process, which can be killed: `syncProcess.ts FOLDER DOCUMENT MAPPING`. */
const [folder = '', document = '', mapping = ''] = process.argv.slice(2);

class FileTable extends MemoryTable {
  override async apply(changes: Parameters<MemoryTable['apply']>[0]) {
    const refused = await super.apply(changes);
    writeFileSync(`${document}.next`, JSON.stringify([...this.cards]));
    renameSync(`${document}.next`, document);
    return refused;
  }
}

const token = await findToken({ env: process.env, keychain: null });
if (!token.ok || !token.value) throw new Error('no token');
const clock = new VirtualClock(Number(process.env.START));
const notion = await openNotion({
  token: token.value,
  baseUrl: process.env.ORCH_NOTION_URL,
  clock,
  log: (line) => console.error(JSON.stringify(line)),
});
if (!notion.ok) throw new Error(notion.problem.message);
const local = new FileTable();
if (existsSync(document))
  for (const [id, fields] of JSON.parse(readFileSync(document, 'utf8'))) local.cards.set(id, fields);
const report = await syncTable({
  spec: boardTable,
  mapping: JSON.parse(mapping),
  notion: notion.value,
  local,
  folder,
  clock,
});
console.log(JSON.stringify(report));
