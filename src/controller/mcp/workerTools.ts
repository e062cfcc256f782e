import { z } from 'zod';
import { cleanUpdate, type RawUpdate } from '../../agents/updateBlock.ts';
import { noteLimit } from '../../core/facts.ts';
import { updatesOf } from '../../features/messages/sessions.ts';
import { type Result, success } from '../../lib/result.ts';
import { paragraphs } from '../../lib/sanitize.ts';
import type { Desk } from './desk.ts';
import { defineTool, type Tool } from './tool.ts';
import { updateFields } from './updateInput.ts';

const { summary, done, next, blockers, percent, minutes, ready_to_merge } = updateFields;

/** Tools that every session has. */
export const workerTools: readonly Tool[] = [
  defineTool({
    name: 'report_progress',
    description:
      'Tell the person and the orchestrator where your task stands. Use it after each finished step, at least every 30 minutes.',
    input: z.object(updateFields),
    run: (desk, id, args) => report(desk, id, { ...args, readyToMerge: args.ready_to_merge }),
  }),
  defineTool({
    name: 'report_blocked',
    description: 'Say that you cannot go on without somebody else, and what you need.',
    input: z.object({ summary, blockers: blockers.unwrap().optional(), done, next, percent, minutes }),
    run: (desk, id, args) =>
      report(desk, id, { ...args, blockers: args.blockers ?? args.summary, status: 'blocked' }),
  }),
  defineTool({
    name: 'report_done',
    description: 'Say that your task is finished: everything is committed and its checks pass.',
    input: z.object({ summary, done, minutes, ready_to_merge }),
    run: (desk, id, args) =>
      report(desk, id, {
        ...args,
        status: 'done',
        percent: 100,
        readyToMerge: args.ready_to_merge ?? true,
      }),
  }),
  defineTool({
    name: 'list_updates',
    description: 'What workers have reported, newest first.',
    input: z.object({
      worker: z.string().max(300).optional().describe('Only of this one, such as "backend/auth".'),
      limit: z.number().int().min(1).max(100).default(20),
    }),
    reads: true,
    run: async ({ state }, _, { worker, limit }) => success(updatesOf(state, worker).slice(0, limit)),
  }),
  defineTool({
    name: 'who_is_changing',
    description:
      'Which other workers are changing a file right now, and which lines. Ask before larger edits of shared files.',
    input: z.object({ path: z.string().min(1).max(4000).describe('Relative to the top of the repository.') }),
    reads: true,
    run: async (desk, id, { path }) => success(desk.whoIsChanging(id, path)),
  }),
  defineTool({
    name: 'send_message',
    description:
      'Write to another worker, such as "backend/auth", or to "orchestrator". It reads it as information between its own steps; the person sees it, too.',
    input: z.object({ to: z.string().min(1).max(300), text: z.string().min(1).max(noteLimit) }),
    run: async (desk, id, { to, text }) => {
      const sent = await desk.hear<null>(id, { do: 'note', to, text: paragraphs(text, noteLimit) });
      return sent.ok ? success(`Sent to ${to}.`) : sent;
    },
  }),
];

async function report(desk: Desk, id: string, raw: RawUpdate): Promise<Result<string>> {
  const told = await desk.hear<null>(id, { do: 'report', update: cleanUpdate(raw) });
  return told.ok ? success('Noted.') : told;
}
