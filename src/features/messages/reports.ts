import { cleanUpdate, parseUpdateBlock, type RawUpdate, updateBlock } from '../../agents/updateBlock.ts';
import { demandWorker, type Printed, upTo } from '../../core/verb.ts';
import type { Update, UpdateDraft } from '../../core/worker.ts';
import { failure, success } from '../../lib/result.ts';
import { alignColumns, timeText } from '../../ui/format.ts';
import {
  type ClientTypes,
  defineServed,
  defineSessionCommand,
  defineTool,
  type VerbCall,
} from '../define.ts';
import { withAddedTime } from '../invoices/workTime.ts';
import type { SessionServices } from '../services.ts';
import { type ControllerState, record } from '../state.ts';

/** Returns reports of one worker or of all, newest first. */
export const updates = defineServed<readonly Update[]>()({
  name: 'updates',
  by: 'anyone',
  onForeignState: true,
  params: ({ z, text }) => z.strictObject({ id: text.exactOptional() }),
  handle: ({ state }, { id }) => success(updatesOf(state, id)),
  verbs: [
    {
      usage: 'updates [id]',
      about: 'what workers reported, newest first',
      what: 'look at reports',
      options: { '--blocks': 'as [WORKER UPDATE] blocks' },
      run: showUpdates,
    },
  ],
});

async function showUpdates(
  call: VerbCall,
  [id]: readonly string[],
  { blocks = false }: { readonly blocks?: boolean },
): Promise<Printed> {
  const reported = await call.ask(updates, id === undefined ? {} : { id });
  if (id !== undefined && reported.length === 0) demandWorker(await call.facts(), id);
  const text = blocks ? reported.map(updateBlock).join('\n\n') : alignColumns(reported.map(updateRow));
  return { value: reported, text: reported.length === 0 ? 'Nothing was reported yet.' : text };
}

function updateRow(update: Update): readonly string[] {
  const { at, worker, status, percent, readyToMerge, summary, blockers } = update;
  const share = percent === null ? '' : `${percent}%`;
  const words = status === 'blocked' ? `blocked: ${blockers.join('; ') || summary}` : summary;
  return [timeText(at), worker, readyToMerge ? 'ready to merge' : status, share, words];
}

/** Returns reports to an agent, newest first. */
export const listUpdates = defineTool<readonly Update[]>()({
  name: 'list_updates',
  by: 'agent',
  params: ({ z }) =>
    z.object({
      worker: z.string().max(300).optional().describe('Only of this one, such as "backend/auth".'),
      limit: z.number().int().min(1).max(100).default(20),
    }),
  handle: ({ state }, { worker, limit }) => success(updatesOf(state, worker).slice(0, limit)),
  mcp: { has: 'everyone', description: 'What workers have reported, newest first.', reads: true },
});

/** Returns the fields of a worker's report, as an agent or a command sends them. */
function reportFields({ z }: ClientTypes['schemas']) {
  const texts = z.union([z.string().max(8000), z.array(z.string().max(2000)).max(50)]);
  return {
    summary: z.string().max(4000).describe('One sentence: how far the task is.'),
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
}

/** Takes in a worker's report: a text block, or the same fields. */
export const report = defineSessionCommand<null>()({
  name: 'report',
  by: 'agent',
  params: (schemas) => {
    const { z } = schemas;
    return z.union([
      z.object({ block: z.string().max(20_000) }),
      z.object({
        ...reportFields(schemas),
        summary: z.string().max(4000).default(''),
        status: z.enum(['working', 'blocked', 'done']).optional(),
      }),
    ]);
  },
  handle(services, posted) {
    if (!('block' in posted)) return reported(services, { ...posted, readyToMerge: posted.ready_to_merge });
    const update = readReport(services.state, posted.block);
    return update
      ? services.ask({ do: 'report', update })
      : failure(
          'bad_report',
          'This is no [WORKER UPDATE] block.',
          'Begin it with that line, then Status:, Done:, Next:.',
        );
  },
  decide: (state, { update }: { readonly update: UpdateDraft }, { ticket, id }) =>
    record(state, ticket, {
      type: 'updated',
      id,
      update: withAddedTime(update, state.log.workTimes.get(id)),
    }),
  verbs: [
    {
      usage: 'report [summary]',
      about: 'inside a worker: say how far its task is',
      what: 'report where its task is',
      untrusted: true,
      options: {
        '--status <word>': 'working, blocked or done',
        '--done <text...>': 'what has been finished',
        '--next <text...>': 'what comes next',
        '--blocker <text...>': 'what keeps it from going on',
        '--percent <n>': { about: 'how much of the whole task is done', parse: upTo(100) },
        '--minutes <n>': { about: 'worked since the last report', parse: upTo(24 * 60) },
        '--ready': 'ready to merge: everything is committed and checked',
        '--block <text>': 'a [WORKER UPDATE] block instead; - reads it from standard input',
      },
    },
  ],
});

/** Parses a report block, with this workspace's length of a day; returns null for any other text. */
export function readReport({ config }: ControllerState, text: string): UpdateDraft | null {
  return parseUpdateBlock(text, config.invoices?.day);
}

function reported(services: SessionServices, raw: RawUpdate) {
  return services.ask<null>({ do: 'report', update: cleanUpdate(raw) });
}

const says = () => 'Noted.';

export const reportProgress = defineTool<null>()({
  name: 'report_progress',
  by: 'agent',
  params: (schemas) => schemas.z.object(reportFields(schemas)),
  handle: (services, args) => reported(services, { ...args, readyToMerge: args.ready_to_merge }),
  mcp: {
    has: 'everyone',
    description:
      'Tell the person and the orchestrator how far your task is. Use it after each finished step, at least every 30 minutes.',
    says,
  },
});

export const reportBlocked = defineTool<null>()({
  name: 'report_blocked',
  by: 'agent',
  params: (schemas) => {
    const { summary, blockers, done, next, percent, minutes } = reportFields(schemas);
    const { z } = schemas;
    return z.object({ summary, blockers: blockers.unwrap().optional(), done, next, percent, minutes });
  },
  handle: (services, args) =>
    reported(services, { ...args, blockers: args.blockers ?? args.summary, status: 'blocked' }),
  mcp: {
    has: 'everyone',
    description: 'Say that you cannot go on without somebody else, and what you need.',
    says,
  },
});

export const reportDone = defineTool<null>()({
  name: 'report_done',
  by: 'agent',
  params: (schemas) => {
    const { summary, done, minutes, ready_to_merge } = reportFields(schemas);
    return schemas.z.object({ summary, done, minutes, ready_to_merge });
  },
  handle: (services, { ready_to_merge = true, ...args }) =>
    reported(services, { ...args, status: 'done', percent: 100, readyToMerge: ready_to_merge }),
  mcp: {
    has: 'everyone',
    description: 'Say that your task is finished: everything is committed and its checks pass.',
    says,
  },
});

/** Returns reports of one worker or of all, latest first. */
export function updatesOf({ log }: ControllerState, id: string | undefined): readonly Update[] {
  return log.updates.filter((update) => id === undefined || update.worker === id).toReversed();
}
