import { updateBlock } from '../agents/updateBlock.ts';
import type { Update } from '../core/worker.ts';
import type { MemoryKind } from '../features/memory/memory.ts';
import { columns, timeText } from './describe/rows.ts';
import { demand, type Output } from './output.ts';
import { demandWorker, withController } from './session.ts';

/** Commands around what sessions report, write to each other and store. */

/** `updates`: what workers reported, newest first; as text blocks with `blocks`. */
export async function listUpdates(
  out: Output,
  id: string | undefined,
  { blocks = false }: { readonly blocks?: boolean },
): Promise<void> {
  await withController('.', async (call) => {
    const updates = demand(await call('updates', id === undefined ? {} : { id }));
    if (id !== undefined && updates.length === 0) demandWorker(demand(await call('facts', {})), id);
    const text = blocks ? updates.map(updateBlock).join('\n\n') : columns(updates.map(row));
    out.result(updates, updates.length === 0 ? 'Nothing was reported yet.' : text);
  });
}

function row(update: Update): readonly string[] {
  const { at, worker, status, percent, readyToMerge, summary, blockers } = update;
  const share = percent === null ? '' : `${percent}%`;
  const words = status === 'blocked' ? `blocked: ${blockers.join('; ') || summary}` : summary;
  return [timeText(at), worker, readyToMerge ? 'ready to merge' : status, share, words];
}

/** `messages`: what sessions wrote to each other, oldest first. */
export async function listNotes(out: Output, id: string | undefined): Promise<void> {
  await withController('.', async (call) => {
    const { notes = [] } = demand(await call('facts', {}));
    const wanted = notes.filter(({ from, to }) => id === undefined || from === id || to === id);
    const rows = wanted.map(({ at, from, to, text, deliveredAt }) => [
      timeText(at),
      `${from} → ${to}`,
      deliveredAt === null ? 'waits' : 'read',
      text,
    ]);
    out.result(wanted, rows.length === 0 ? 'Nothing was written yet.' : columns(rows));
  });
}

/** `messages mute`: keeps messages of others from a worker's agent. */
export async function muteWorker(out: Output, id: string, muted: boolean): Promise<void> {
  await withController('.', async (call) => {
    demand(await call('muteNotes', { id, muted }));
    out.result({ id, muted }, muted ? `${id} is given no messages.` : `${id} is given its messages again.`);
  });
}

/** `memory search`: what sessions have stored; all of it, newest first, without a query. */
export async function searchMemory(
  out: Output,
  query: string,
  { kind, limit = 10 }: { readonly kind?: string; readonly limit?: number },
): Promise<void> {
  await withController('.', async (call) => {
    const found = demand(await call('searchMemory', { query, limit, ...(kind !== undefined && { kind }) }));
    const rows = found.map(({ memory }) => [timeText(memory.at), memory.by, memory.kind, memory.content]);
    out.result(
      found.map(({ memory, distance }) => ({ ...memory, distance })),
      rows.length === 0 ? 'Nothing like that is stored.' : columns(rows),
    );
  });
}

/** `memory store`: for all sessions to find. */
export async function storeMemory(
  out: Output,
  content: string,
  { kind, tag = [] }: { readonly kind: MemoryKind; readonly tag?: readonly string[] },
): Promise<void> {
  await withController('.', async (call) => {
    const memory = { kind, content, tags: tag, metadata: {} };
    const { id } = demand(await call('remember', memory));
    out.result({ id }, `Stored as ${id}.`);
  });
}
