import { formatDuration } from '../../core/amounts.ts';
import type { Facts } from '../../core/facts.ts';
import type { Proposer } from '../../core/proposal.ts';
import { allowedAnswers, type QueueItem, type RequestAnswer } from '../../core/queue.ts';
import { demandWorker, type Printed, wholeNumber } from '../../core/verb.ts';
import { quoteCommand } from '../../lib/quote.ts';
import { success } from '../../lib/result.ts';
import { plainLine } from '../../lib/sanitize.ts';
import { alignColumns, counted, moneyText, timeText, tokensText } from '../../ui/format.ts';
import { defineServed, defineVerb, type VerbCall } from '../define.ts';
import { eventSentence, type LogEvent } from '../log.ts';
import type { LoggedEvent } from '../services.ts';
import { proposalText, workerJson, workersText, workerText } from './describe.ts';

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

/** Verbs that show workers from the facts, without a request of their own. */
export const workerVerbs = [
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

type Event<T extends LogEvent['type']> = Extract<LogEvent, { readonly type: T }>;

/**
 * Describes an event of a worker in one line for people. Returns the event's type where no sentence is known, as for
 * types that a later version writes.
 * @param id the worker's
 */
export function eventText(event: LogEvent, id: string): string {
  return plainLine(withFullStop(sentence(event, id)));
}

/** Adds a full stop, unless quoted words end the text with punctuation of their own. */
function withFullStop(text: string): string {
  return /[.!?…:]\s*$/u.test(text) ? text : `${text}.`;
}

function sentence(event: LogEvent, id: string): string {
  // A later version may write a type with the name of an inherited property.
  if (!Object.hasOwn(sentences, event.type)) return eventSentence(event) ?? event.type;
  const say = sentences[event.type] as (event: LogEvent, id: string) => string;
  return say(event, id);
}

/** Sentences by event type; events without a row have theirs in their feature's slice. */
const sentences: { readonly [T in LogEvent['type']]?: (event: Event<T>, id: string) => string } = {
  proposed: ({ by, kind, n }) => `${proposers[by]} proposed to ${kind} it (proposal ${n})`,
  edited: ({ n }) => `Proposal ${n} was edited`,
  rejected: ({ n, why }) => `Proposal ${n} was rejected${reasonText(why)}`,
  approved: ({ n }) => `Proposal ${n} was approved`,
  started: startedText,
  resumed: () => 'It was resumed',
  'start-failed': ({ problem }) => `It could not be started: ${problem.message}`,
  'spawn-failed': ({ problem }) => `Its process could not be started: ${problem.message}`,
  'setup-failed': setupText,
  observed: observedText,
  updated: updatedText,
  'note-sent': ({ about, from, text }) => `${about ? 'The radar' : from} wrote to it: ${text}`,
  'notes-delivered': () => 'It was given what was written to it',
  'notes-muted': ({ muted }) =>
    muted ? 'It is given no messages of others any more' : 'It is given messages of others again',
  remembered: ({ memory }) => `It stored for all (${memory.kind}): ${memory.content}`,
  'memory-corrected': ({ entry, content }) => `It corrected what is stored as orch-${entry}: ${content}`,
  'memory-removed': ({ entry }) => `It removed what is stored as orch-${entry}`,
  'finish-wished': ({ by, why }) =>
    by === null ? 'You left it unfinished' : `The orchestrator suggested finishing it${reasonText(why)}`,
  answered: ({ answer, what }) => `You ${answerText(answer)}: ${what}`,
  'set-aside': () => 'You dismissed its news',
  spent: ({ run, total }) => `Its run ${run} has cost ${moneyText(total)} so far`,
  'tokens-counted': tokensOf,
  exited: exitText,
  lost: () => 'Its process is gone; how it ended is unknown',
  finished: ({ into, merge, backup }) =>
    `It was merged into ${into} as ${merge.slice(0, 10)}; its last commit is kept at ${backup}`,
  cleaned: ({ backup }) => `It was removed without a merge; its last commit is kept at ${backup}`,
  undone: () => 'It was brought back, with its branch and worktree',
  'radar-turned': radarText,
  'time-entered': ({ entry }) =>
    entry ? `Its time was entered: ${formatDuration(entry.minutes)}` : 'Its time was too short to be entered',
};

const proposers: Readonly<Record<Proposer, string>> = {
  person: 'You',
  orchestrator: 'The orchestrator',
  board: 'The board',
};

function reasonText(why: string): string {
  return why === '' ? '' : `: ${why}`;
}

/** Omits the branch for the orchestrator, which has none. */
function startedText({ agent, branch, base }: Event<'started'>): string {
  const where = branch === '' ? '' : ` on ${branch}, from ${base.branch} ${base.commit.slice(0, 10)}`;
  return `It was started with ${agent}${where}`;
}

function setupText({ failed: { command, exitCode } }: Event<'setup-failed'>): string {
  const how = exitCode === null ? 'took too long' : `ended with ${exitCode}`;
  return `Its setup failed: ${quoteCommand(command)} ${how}`;
}

function observedText({ state, asks, questions, askedBefore = [], until }: Event<'observed'>): string {
  switch (state) {
    case 'needs-trust':
      return 'It wants to know whether its folder is trusted';
    case 'waiting': {
      const before = questions ? questions.length - 1 : askedBefore.length;
      const more = before > 0 ? ` (and ${counted(before, 'question')} before)` : '';
      return asks === null ? 'It waits for you' : `It asks${more}: ${asks}`;
    }
    case 'limited':
      return `It has reached its usage limit${until ? `, until ${timeText(until)}` : ''}`;
    case 'working':
      return 'It works';
    default:
      return `It is ${state}`;
  }
}

function updatedText({ update }: Event<'updated'>): string {
  const { status, percent, readyToMerge, summary, blockers } = update;
  const how = [
    status === 'blocked' ? `blocked${reasonText(blockers.join('; '))}` : status,
    ...(percent === null ? [] : [`${percent}%`]),
    ...(readyToMerge ? ['ready to merge'] : []),
  ].join(', ');
  return `It reported (${how})${reasonText(summary)}`;
}

function answerText(answer: RequestAnswer): string {
  switch (answer.say) {
    case 'allow':
      return 'allowed';
    case 'deny':
      return answer.why === '' ? 'denied' : `denied (${answer.why})`;
    case 'choose': {
      const chosen = answer.options.map((choice) =>
        [choice]
          .flat()
          .map((option) => option + 1)
          .join(' and '),
      );
      return `chose ${chosen.join(', ')}`;
    }
  }
}

function tokensOf({ days }: Event<'tokens-counted'>): string {
  const counts = Object.values(days);
  const [input, output] = (['input', 'output'] as const).map((side) =>
    counts.reduce((sum, tokens) => sum + tokens[side], 0),
  );
  return `Its conversation has taken ${tokensText(input ?? 0)} tokens in and ${tokensText(output ?? 0)} out so far`;
}

function exitText({ exitCode, signal, wanted }: Event<'exited'>): string {
  if (wanted) return 'It was stopped';
  return signal > 0 ? `Its process was ended by signal ${signal}` : `Its process ended with ${exitCode}`;
}

function radarText({ a, b, verdict, files }: Event<'radar-turned'>, id: string): string {
  const other = b === null ? 'the branch it goes to' : a === id ? b : a;
  const link = b === null ? 'into' : 'with';
  return verdict === 'conflict'
    ? `It does not merge ${link} ${other}${reasonText(files.join(', '))}`
    : `It merges ${link} ${other} again`;
}
