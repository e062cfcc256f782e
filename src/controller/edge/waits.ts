import type { Message } from '../../features/messages.ts';
import type { Effect } from '../../features/state.ts';
import { toolsPatienceMs } from '../../features/workers/observing.ts';
import { pause, type Stagger } from '../../lib/schedule.ts';

/** An agent that never asks for our tools. */
const listingMs = 15_000;

/** Node's timers hold no more. */
const longestMs = 2 ** 31 - 1;

/** Effects that are nothing but time. */
export type Wait = Extract<Effect, { type: `await-${string}` }>;

/**
 * Tells when it is over; whoever is told looks whether it still matters.
 * @param gapMs milliseconds from one start to the next
 */
export async function runWait(
  wait: Wait,
  tell: (message: Message) => void,
  starts: Stagger,
  gapMs: number,
): Promise<void> {
  switch (wait.type) {
    case 'await-tools':
      await after(toolsPatienceMs);
      return tell({ type: 'tools-overdue', id: wait.id, run: wait.run });
    case 'await-listing':
      await after(listingMs);
      return tell({ type: 'brief-overdue', id: wait.id, key: wait.key });
    case 'await-limit-end':
      // A moment later: timers may be early by a fraction.
      await after(Date.parse(wait.until) - Date.now() + 50);
      return tell({ type: 'clock-read', now: Date.now() });
    case 'await-turn':
      await starts.turn(gapMs);
      return tell({ type: 'turn-came', id: wait.id, key: wait.key });
  }
}

function after(ms: number): Promise<void> {
  return pause(Math.min(Math.max(0, ms), longestMs), { keepsAlive: false });
}
