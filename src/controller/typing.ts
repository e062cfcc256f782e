import { readScreen } from '../agents/claude/screen.ts';
import type { Effect } from './effects.ts';
import type { HostPort } from './hostPort.ts';
import type { Message } from './messages.ts';

/** An agent that was given the list of our tools takes a moment to have them in its next request. */
const settleMs = 250;
/** A paste is drawn before Enter submits it. */
const drawnMs = 300;
/** Until its hook should have told of it. */
const confirmMs = 2500;
type TypePrompt = Extract<Effect, { type: 'type-prompt' }>;

/**
 * Pastes a prompt, Enter as a write of its own, or, once more, only Enter; says so when it should have arrived. At a
 * question, such as what to do about a limit, nothing is typed.
 */
export async function typePrompt(
  host: Pick<HostPort, 'find'>,
  tell: (message: Message) => void,
  { id, key, text, tries }: TypePrompt,
): Promise<void> {
  const call = await host.find();
  const screen = call.ok ? await call.value('text', { id }) : call;
  if (screen.ok && readScreen(screen.value.text) === 'question')
    return tell({ type: 'prompt-held', id, key });
  if (call.ok && text !== '') {
    await after(settleMs);
    await call.value('paste', { id, text, submit: false });
    await after(drawnMs);
  }
  if (call.ok) await call.value('paste', { id, text: '', submit: true });
  await after(confirmMs);
  tell({ type: 'prompt-typed', id, key, tries: tries + 1 });
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
