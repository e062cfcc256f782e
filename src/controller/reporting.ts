import { cleanUpdate, parseUpdateBlock } from '../agents/updateBlock.ts';
import type { RequestAnswer } from '../core/queue.ts';
import type { UpdateDraft } from '../core/worker.ts';
import { contextFor } from '../features/messages/sessions.ts';
import { failure, type Result, success } from '../lib/result.ts';
import type { Core, ReceivedRequest } from './core.ts';

/** What the controller does with posts of sessions, and says in its answers to them. */
export interface Correspondent {
  /** Takes in a report that a session's own command posts. */
  report(id: string, body: unknown): Promise<Result<unknown>>;
  /** What an agent is to read besides, once; null when there is nothing. */
  takeContext(id: string): string | null;
  /** What a person says to a request, once they do; null where only its pane takes an answer. */
  receive(request: ReceivedRequest): Promise<RequestAnswer | null>;
}

export function createCorrespondent(core: () => Core): Correspondent {
  return {
    async report(id, body) {
      const update = await readReport(body);
      return update.ok ? core().hear(id, { do: 'report', update: update.value }) : update;
    },
    takeContext(id) {
      const context = contextFor(core().state, id);
      if (context) core().tell({ type: 'notes-delivered', id, upTo: context.upTo });
      return context?.text ?? null;
    },
    async receive(request) {
      const answer = await core().receive(request);
      return answer.ok ? answer.value : null;
    },
  };
}

/** @returns `bad_report` saying what is wrong with it */
async function readReport(body: unknown): Promise<Result<UpdateDraft>> {
  const { postedReport, prettifyError } = await import('./mcp/updateInput.ts');
  const read = postedReport.safeParse(body);
  if (!read.success) return failure('bad_report', 'This report cannot be read.', prettifyError(read.error));
  if (!('block' in read.data))
    return success(cleanUpdate({ ...read.data, readyToMerge: read.data.ready_to_merge }));
  const update = parseUpdateBlock(read.data.block);
  return update
    ? success(update)
    : failure(
        'bad_report',
        'This is no [WORKER UPDATE] block.',
        'Begin it with that line, then Status:, Done:, Next:.',
      );
}
