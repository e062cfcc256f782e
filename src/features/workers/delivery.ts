import { isLive, type Worker } from '../../domain/worker.ts';
import type { Ticket } from '../messages.ts';

/** How far what is typed into an agent has come; with the agent's own word for it this is forgotten. */
export interface Delivery {
  /** Tells it from those before: timers may come too late. */
  readonly key: Ticket;
  /** Its brief, or the word to go on after a usage limit. */
  readonly what: 'brief' | 'go-on';
  readonly state: 'waiting' | 'typing' | 'failed';
}

/**
 * Ids of workers that have not got their brief: it failed to arrive, or they rest without it and nobody is about to type
 * it, because the controller that was has ended.
 */
export function selectUndelivered(
  deliveries: ReadonlyMap<string, Delivery>,
  workers: ReadonlyMap<string, Worker>,
): readonly string[] {
  return [...workers.values()]
    .filter(({ id, state, awaitsBrief = false }) => {
      const delivery = deliveries.get(id);
      if (!isLive(state) || delivery?.what === 'go-on') return false;
      return delivery ? delivery.state === 'failed' : awaitsBrief && state === 'idle';
    })
    .map(({ id }) => id);
}
