import { z } from 'zod';
import { type CardChange, type CardFields, columns } from '../core/board.ts';
import { areForwardable, type Variables } from '../core/clientVariables.ts';
import {
  type EntryChange,
  type EntryDraft,
  type EntryQuery,
  entryStatuses,
  type MarkRequest,
} from '../core/invoices.ts';
import type { LeftProcess } from '../core/leftProcess.ts';
import { type ConnectRequest, type SyncChoice, syncTables } from '../core/notion.ts';
import type { ProposalDraft } from '../core/proposal.ts';
import type { RequestAnswer } from '../core/queue.ts';
import { type MemoryDraft, memoryKinds } from './memory/memoryState.ts';

// Schemas of requests to the controller. Every object refuses unknown keys.
// Commands refer to these by functions of this module, so that loading their definitions does not load zod.

export { z };
export const text = z.string();
export const count = z.int().min(0);
export const flag = z.boolean().exactOptional();
export const nothing = z.strictObject({});
export const worker = z.strictObject({ id: text });
export const tables = z.array(z.enum(syncTables)).readonly().exactOptional();

/** The remaining processes that a person was shown. */
export const left: z.ZodType<readonly LeftProcess[]> = z
  .array(z.strictObject({ pid: count, start: text, command: text }))
  .readonly();

export const draft: z.ZodType<ProposalDraft> = z.strictObject({
  role: z.enum(['worker', 'orchestrator']).exactOptional(),
  repo: text,
  task: text,
  brief: text,
  agent: text.nullable(),
});

export const variables: z.ZodType<Variables> = z
  .record(text, text)
  .refine(
    areForwardable,
    'it holds a variable that is not lent, or a value that is too long or has control characters',
  );

export const answer: z.ZodType<RequestAnswer> = z.discriminatedUnion('say', [
  z.strictObject({ say: z.literal('allow') }),
  z.strictObject({ say: z.literal('deny'), why: text }),
  z.strictObject({ say: z.literal('choose'), options: z.array(z.union([count, z.array(count)])) }),
]);

export const memory: z.ZodType<MemoryDraft> = z.strictObject({
  kind: z.enum(memoryKinds),
  content: text,
  tags: z.array(text).readonly(),
  metadata: z.record(text, z.unknown()),
});

const cardValue = text.nullable().exactOptional();

export const cardValues: z.ZodType<Partial<CardFields>> = z.strictObject({
  id: cardValue,
  task: text.exactOptional(),
  repo: cardValue,
  branch: cardValue,
  worker: cardValue,
  priority: cardValue,
  pr: cardValue,
  ready: cardValue,
  started: cardValue,
  completed: cardValue,
  blockers: cardValue,
  progress: cardValue,
});

export const cardChange: z.ZodType<CardChange> = z.strictObject({
  card: z.union([z.strictObject({ id: text }), z.strictObject({ line: count, task: text })]),
  seen: z.strictObject({ column: z.enum(columns), task: text }).exactOptional(),
  column: z.enum(columns).exactOptional(),
  fields: cardValues.exactOptional(),
});

export const entryDraft: z.ZodType<EntryDraft> = z.strictObject({
  task: text,
  repo: text,
  worker: text,
  date: text,
  minutes: z.number(),
  rateCents: z.number().exactOptional(),
});

export const entryChange: z.ZodType<EntryChange> = z.strictObject({
  id: text,
  fields: z.strictObject({
    task: text.exactOptional(),
    date: text.exactOptional(),
    minutes: z.number().exactOptional(),
    rateCents: z.number().exactOptional(),
    amountCents: z.number().exactOptional(),
    status: z.enum(entryStatuses).exactOptional(),
  }),
});

export const entriesMarked: z.ZodType<MarkRequest> = z.strictObject({
  status: z.enum(entryStatuses),
  entries: z
    .array(z.union([z.strictObject({ id: text }), z.strictObject({ line: count, task: text })]))
    .min(1),
  number: text.exactOptional(),
});

export const queryFields = {
  from: text.exactOptional(),
  to: text.exactOptional(),
  repo: text.exactOptional(),
  status: z.enum(entryStatuses).exactOptional(),
  client: text.exactOptional(),
};
export const entryQuery: z.ZodType<EntryQuery> = z.strictObject(queryFields);

export const connectFields = {
  board: text.exactOptional(),
  invoices: text.exactOptional(),
  page: text.exactOptional(),
  map: z.record(text, text).exactOptional(),
  wantedStatus: text.exactOptional(),
  comment: flag,
};
export const connectRequest: z.ZodType<ConnectRequest> = z.strictObject(connectFields);

export const syncChoice: z.ZodType<SyncChoice> = z.union([
  z.enum(['mine', 'theirs']),
  z.strictObject({ edited: z.union([text, z.number()]).nullable() }),
]);
