import type { Effect } from './effects.ts';
import type { HostPort } from './hostPort.ts';
import type { Message } from './messages.ts';

/** An agent that was given the list of our tools takes a moment to have them in its next request. */
const settleMs = 250;
/** A paste is drawn before Enter submits it. */
const drawnMs = 300;
/** Until its hook should have told of it. */
const confirmMs = 2500;
/** An agent that never asks for our tools. */
const listingMs = 15_000;

type TypeBrief = Extract<Effect, { type: 'type-brief' }>;

/** Pastes a brief, Enter as a write of its own, or, once more, only Enter; says so when it should have arrived. */
export async function typeBrief(
  host: Pick<HostPort, 'find'>,
  tell: (message: Message) => void,
  { id, key, text, tries }: TypeBrief,
): Promise<void> {
  const call = await host.find();
  if (call.ok && text !== '') {
    await after(settleMs);
    await call.value('paste', { id, text, submit: false });
    await after(drawnMs);
  }
  if (call.ok) await call.value('paste', { id, text: '', submit: true });
  await after(confirmMs);
  tell({ type: 'brief-typed', id, key, tries: tries + 1 });
}

export async function awaitListing(
  tell: (message: Message) => void,
  { id, key }: Extract<Effect, { type: 'await-listing' }>,
): Promise<void> {
  await after(listingMs);
  tell({ type: 'brief-overdue', id, key });
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
