import { isLive, type Worker } from '../domain/worker.ts';
import type { Ticket } from './messages.ts';

/** How far a brief that is typed into its agent has come; with the agent's own word for it this is forgotten. */
export interface Delivery {
  /** Tells it from those before: timers may come too late. */
  readonly key: Ticket;
  readonly state: 'waiting' | 'typing' | 'failed';
}

/** Ids of workers that have not got their brief. */
export function selectUndelivered(
  deliveries: ReadonlyMap<string, Delivery>,
  workers: ReadonlyMap<string, Worker>,
): readonly string[] {
  return [...deliveries].flatMap(([id, { state }]) => {
    const worker = workers.get(id);
    return state === 'failed' && worker && isLive(worker.state) ? [id] : [];
  });
}
