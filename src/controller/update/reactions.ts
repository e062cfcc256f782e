import { releaseRequests } from '../../features/attention/attention.ts';
import { cardMoveFor, cardOfStarted } from '../../features/board/cardMoves.ts';
import { enterTime } from '../../features/invoices/timeEntries.ts';
import type { DomainEvent } from '../../features/log.ts';
import { followDelivery, keepBrief } from '../../features/messages/delivery.ts';
import type { Message, MessageOf } from '../../features/messages.ts';
import { lookAfterEvent, lookAfterMessage } from '../../features/radar/radar.ts';
import type { ControllerState, Decision, Reaction } from '../../features/state.ts';
import { dropTurns } from '../../features/usage/goOn.ts';
import { awaitLimitEnd } from '../../features/usage/usage.ts';
import { awaitTools, findLeftovers, snapshotAfterTurn, trackRun } from '../../features/workers/signals.ts';

type AfterMessage = { readonly [T in Message['type']]?: readonly Reaction<MessageOf<T>>[] };
type AfterEvent = {
  readonly [T in DomainEvent['type']]?: readonly Reaction<Extract<DomainEvent, { type: T }>>[];
};

/** Reactions to a message, besides its own decision. */
export const afterMessage: AfterMessage = {
  launched: [trackRun, lookAfterMessage, cardOfStarted],
  signed: [awaitTools, followDelivery, lookAfterMessage],
  'host-connected': [findLeftovers],
  'host-lost': [findLeftovers],
  'terminal-changed': [lookAfterMessage],
  'tools-met': [followDelivery],
  'brief-overdue': [followDelivery],
  'prompt-typed': [followDelivery],
  'repos-looked-at': [lookAfterMessage],
  'config-read': [lookAfterMessage, enterTime],
};

/** Reactions to each event of a decision, for any message. */
export const afterEvent: AfterEvent = {
  started: [keepBrief],
  resumed: [keepBrief, releaseRequests],
  'spawn-failed': [releaseRequests],
  observed: [releaseRequests, snapshotAfterTurn, lookAfterEvent, dropTurns, awaitLimitEnd],
  exited: [releaseRequests, snapshotAfterTurn, lookAfterEvent],
  lost: [releaseRequests, snapshotAfterTurn, lookAfterEvent],
  updated: [cardMoveFor],
  'branch-renamed': [cardMoveFor],
  finished: [releaseRequests, lookAfterEvent, cardMoveFor, enterTime],
  cleaned: [releaseRequests, lookAfterEvent, cardMoveFor],
  undone: [lookAfterEvent, cardMoveFor],
};

/**
 * The order of all reactions, and of their effects. Each reaction handles the message and all events before the next one
 * begins: the work of every worker is kept before any of them is compared.
 */
export const order: readonly Reaction<never>[] = [
  // Agents wait for these.
  ...[trackRun, awaitTools, keepBrief, followDelivery, releaseRequests],
  // Before the comparisons, which read the same worktrees and may take long.
  snapshotAfterTurn,
  ...[lookAfterMessage, lookAfterEvent, findLeftovers],
  // After the deliveries above: a worker that was just resumed has used its turn.
  ...[dropTurns, awaitLimitEnd],
  // Documents last, so that a file that cannot be written delays nothing.
  ...[cardOfStarted, cardMoveFor],
  // After the card moves, because an entry names the card of its task.
  enterTime,
];

/** Adds the reactions to a decision's message and events. Pure. */
export function react(before: ControllerState, message: Message, decision: Decision): Decision {
  const causes: readonly (Message | DomainEvent)[] = [message, ...decision.events];
  const rows = [afterMessage[message.type], ...decision.events.map(({ type }) => afterEvent[type])];
  if (rows.every((row) => row === undefined)) return decision;
  let now = decision.state;
  const effects = [...decision.effects];
  for (const reaction of order)
    rows.forEach((row, n) => {
      if (!row?.some((one) => one === reaction)) return;
      // The types of the tables above guarantee that a row's reactions take its type.
      const consequence = (reaction as Reaction<unknown>)({ before, now, message }, causes[n]);
      now = consequence.now ?? now;
      effects.push(...(consequence.effects ?? []));
    });
  return { state: now, events: decision.events, effects };
}
