import { formatDuration } from '../../core/amounts.ts';
import type { Proposer } from '../../core/proposal.ts';
import type { RequestAnswer } from '../../core/queue.ts';
import { plainLine } from '../../lib/sanitize.ts';
import { timeText } from '../../ui/rows.ts';
import { counted, moneyText, quoteCommand, tokensText } from '../../ui/words.ts';
import { eventSentence, type LogEvent } from '../log.ts';

type Event<T extends LogEvent['type']> = Extract<LogEvent, { readonly type: T }>;

/**
 * What happened to a worker, in a sentence for people and on one line. Of the kinds that no worker's log holds, or that
 * a later version writes, it is the kind's name.
 * @param id the worker's
 */
export function eventText(event: LogEvent, id: string): string {
  return plainLine(ended(sentence(event, id)));
}

/** With a full stop, unless somebody's own words end it in another way. */
function ended(text: string): string {
  return /[.!?…:]\s*$/u.test(text) ? text : `${text}.`;
}

function sentence(event: LogEvent, id: string): string {
  switch (event.type) {
    case 'proposed':
      return `${proposers[event.by]} proposed to ${event.kind} it (proposal ${event.n})`;
    case 'edited':
      return `Proposal ${event.n} was edited`;
    case 'rejected':
      return `Proposal ${event.n} was rejected${because(event.why)}`;
    case 'approved':
      return `Proposal ${event.n} was approved`;
    case 'started':
      return startedText(event);
    case 'resumed':
      return 'It was resumed';
    case 'start-failed':
      return `It could not be started: ${event.problem.message}`;
    case 'spawn-failed':
      return `Its process could not be started: ${event.problem.message}`;
    case 'setup-failed':
      return setupText(event);
    case 'observed':
      return observedText(event);
    case 'updated':
      return updatedText(event);
    case 'note-sent':
      return `${event.about ? 'The radar' : event.from} wrote to it: ${event.text}`;
    case 'notes-delivered':
      return 'It was given what was written to it';
    case 'notes-muted':
      return event.muted
        ? 'It is given no messages of others any more'
        : 'It is given messages of others again';
    case 'remembered':
      return `It stored for all (${event.memory.kind}): ${event.memory.content}`;
    case 'memory-corrected':
      return `It corrected what is stored as orch-${event.entry}: ${event.content}`;
    case 'memory-removed':
      return `It removed what is stored as orch-${event.entry}`;
    case 'finish-wished':
      return event.by === null
        ? 'You left it unfinished'
        : `The orchestrator would have it finished${because(event.why)}`;
    case 'answered':
      return `You ${answerText(event.answer)}: ${event.what}`;
    case 'set-aside':
      return 'You laid its news aside';
    case 'spent':
      return `Its run ${event.run} has cost ${moneyText(event.total)} so far`;
    case 'tokens-counted':
      return tokensOf(event);
    case 'exited':
      return exitText(event);
    case 'lost':
      return 'Its process is gone; how it ended is unknown';
    case 'finished':
      return `It was merged into ${event.into} as ${event.merge.slice(0, 10)}; its last commit is kept at ${event.backup}`;
    case 'cleaned':
      return `It was removed without a merge; its last commit is kept at ${event.backup}`;
    case 'undone':
      return 'It was brought back, with its branch and worktree';
    case 'radar-turned':
      return radarText(event, id);
    case 'time-entered':
      return event.entry
        ? `Its time was entered: ${formatDuration(event.entry.minutes)}`
        : 'Its time was too short to be entered';
    default:
      return eventSentence(event) ?? event.type;
  }
}

const proposers: Readonly<Record<Proposer, string>> = {
  person: 'You',
  orchestrator: 'The orchestrator',
  board: 'The board',
};

function because(why: string): string {
  return why === '' ? '' : `: ${why}`;
}

/** The orchestrator has no branch. */
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
    status === 'blocked' ? `blocked${because(blockers.join('; '))}` : status,
    ...(percent === null ? [] : [`${percent}%`]),
    ...(readyToMerge ? ['ready to merge'] : []),
  ].join(', ');
  return `It reported (${how})${because(summary)}`;
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
    ? `It does not merge ${link} ${other}${because(files.join(', '))}`
    : `It merges ${link} ${other} again`;
}
