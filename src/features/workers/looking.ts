import type { Facts } from '../../core/facts.ts';
import { allowedAnswers, type QueueItem } from '../../core/queue.ts';
import { demandWorker, type Printed, wholeNumber } from '../../core/verb.ts';
import { success } from '../../lib/result.ts';
import { alignColumns, timeText } from '../../ui/format.ts';
import { defineServed, defineVerb, type VerbCall } from '../define.ts';
import type { LogEvent } from '../log.ts';
import type { LoggedEvent } from '../services.ts';
import { eventText } from './eventText.ts';
import { proposalText } from './proposalText.ts';
import { workerJson, workersText, workerText } from './workerText.ts';

/** Returns a worker's part of the log, oldest first. */
export const log = defineServed<readonly LoggedEvent[]>()({
  name: 'log',
  by: 'anyone',
  onForeignState: true,
  params: ({ worker }) => worker,
  handle: ({ workers }, { id }) => success(workers.eventsOf(id)),
  verbs: [{ usage: 'worker log <id>', about: 'what happened to it', what: 'look at workers', run: showLog }],
});

async function showLog(call: VerbCall, [id = '']: readonly string[]): Promise<Printed> {
  const events = await call.ask(log, { id });
  // A proposal that never became a worker has a log, too.
  if (events.length === 0) demandWorker(await call.facts(), id);
  // The events come from a controller of the same version.
  const lines = events.map((event) => `${timeText(event.at)}  ${eventText(event as LogEvent, id)}`);
  return { value: events, text: lines.join('\n') };
}

/** Types a line as a bracketed paste and submits it. A command is refused as `looks_like_command` unless `command` is set. */
export const send = defineServed<null>()({
  name: 'send',
  by: 'person',
  what: 'type into workers; its tool is send_message',
  params: ({ z, text, flag }) => z.strictObject({ id: text, text, command: flag }),
  handle: ({ workers }, { id, text, command = false }) => workers.send(id, text, command),
  verbs: [
    {
      usage: 'worker send <id> <text>',
      about: 'type a line into it',
      options: { '--command': 'also what it takes for a command: ! / # @' },
      request: ([id = '', text = ''], { command = false }) => ({ id, text, command: command === true }),
      json: ({ id, text }) => ({ id, sent: text }),
      says: ({ id }) => `Sent to ${id}.`,
    },
  ],
});

/** Verbs that show workers from the facts, without a request of their own. */
export const lookingVerbs = [
  defineVerb({
    usage: 'worker list',
    about: 'all workers',
    by: 'anyone',
    what: 'look at workers',
    run: async (call) => {
      const { workers, left } = await call.facts();
      const value = workers.map((one) => ({ ...workerJson(one), ...leftJson(left, one.id) }));
      return { value, text: workersText(workers) };
    },
  }),
  defineVerb({
    usage: 'worker show <id>',
    about: 'everything about one',
    by: 'anyone',
    what: 'look at workers',
    run: showWorker,
  }),
  defineVerb({
    usage: 'worker screen <id>',
    about: 'its screen as text',
    by: 'anyone',
    what: 'look at screens',
    options: {
      '--ansi': 'with colours',
      '--scrollback <lines>': { about: 'lines above the screen', parse: wholeNumber },
    },
  }),
  defineVerb({
    usage: 'worker attach <id>',
    about: 'its terminal in this one; ctrl-q leaves',
    by: 'person',
    what: 'type into workers',
  }),
  defineVerb({
    usage: 'proposals',
    about: 'what waits for approval',
    by: 'anyone',
    what: 'look at proposals',
    run: async (call) => {
      const { proposals } = await call.facts();
      const cards = proposals.map((one) => proposalText(one, call.now, call.columns));
      return { value: proposals, text: cards.length === 0 ? 'No open proposals.' : cards.join('\n\n') };
    },
  }),
  defineVerb({
    usage: 'queue',
    about: 'all that needs you, oldest first',
    by: 'anyone',
    what: 'look at what waits',
    run: async (call) => {
      const { queue } = await call.facts();
      const text = queue.length === 0 ? 'Nothing needs you.' : alignColumns(queue.map(queueRow));
      return { value: queue.map(queueJson), text };
    },
  }),
] as const;

/** Returns a lost worker's remaining processes; undefined where there are none. */
function leftJson(left: Facts['left'], id: string) {
  const processes = left?.[id];
  return processes && { left: processes };
}

async function showWorker(call: VerbCall, [id = '']: readonly string[]): Promise<Printed> {
  const facts = await call.facts();
  const ended = facts.ended.findLast((one) => one.id === id);
  if (ended && !facts.workers.some((one) => one.id === id)) {
    const when = `at ${timeText(ended.at)}; its last commit is kept at ${ended.backup}.`;
    return { value: ended, text: `${id} was ${ended.how} ${when}` };
  }
  const worker = demandWorker(facts, id);
  const aside = {
    lacks: facts.workspace.lacks?.[worker.agent] ?? [],
    undelivered: facts.undelivered?.includes(id) ?? false,
    usage: facts.usage?.workers[id] ?? null,
  };
  const value = { ...workerJson(worker), ...leftJson(facts.left, id), ...aside };
  return { value, text: workerText(worker, aside, call.now) };
}

function queueRow({ kind, worker, since, text, request, proposal }: QueueItem): string[] {
  const name = request?.id ?? (proposal === undefined ? '' : `#${proposal}`);
  return [name, kind, worker, since, text];
}

/** Adds the answers that a request takes from here. */
function queueJson(item: QueueItem): object {
  return item.request ? { ...item, answers: allowedAnswers(item.request) } : item;
}
