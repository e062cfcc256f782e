import { z } from 'zod';

const texts = z.union([z.string().max(8000), z.array(z.string().max(2000)).max(50)]);

/** The fields of a worker's report, as an agent or a command sends them. */
export const updateFields = {
  summary: z.string().max(4000).describe('One sentence: where the task stands.'),
  done: texts.optional().describe('What has been finished since the last report.'),
  next: texts.optional().describe('What comes next.'),
  blockers: texts.optional().describe('What keeps you from going on; leave out when nothing does.'),
  percent: z.number().min(0).max(100).optional().describe('How much of the whole task is done.'),
  minutes: z
    .number()
    .min(0)
    .max(24 * 60)
    .optional()
    .describe('Minutes of work since the last report.'),
  ready_to_merge: z.boolean().optional().describe('Everything is committed and checked.'),
};

/** What a command posts: a text block, or the same fields. */
export const postedReport = z.union([
  z.object({ block: z.string().max(20_000) }),
  z.object({
    ...updateFields,
    summary: z.string().max(4000).default(''),
    status: z.enum(['working', 'blocked', 'done']).optional(),
  }),
]);

export const prettifyError = z.prettifyError;
