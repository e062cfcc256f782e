import type { Effect } from '../../features/effects.ts';
import type { Message } from '../../features/messages.ts';
import type { HostPort } from './hostPort.ts';

/** An agent that was given the list of our tools takes a moment to have them in its next request. */
const settleMs = 250;
/** Until its hook should have told of it. */
const confirmMs = 2500;
type TypePrompt = Extract<Effect, { type: 'type-prompt' }>;

/** What the host answers where a key would have been an answer, or would have gone to whatever is asked next. */
const heldBy: ReadonlySet<string> = new Set(['asks', 'asks_meanwhile', 'not_at_prompt']);

/**
 * Has the host type a prompt and Enter, or, once more, only Enter; says so when it should have arrived. At a question, such
 * as what to do about a limit, the host types nothing, and presses no Enter where one comes up behind the prompt.
 */
export async function typePrompt(
  host: Pick<HostPort, 'find'>,
  tell: (message: Message) => void,
  { id, key, text, own, tries }: TypePrompt,
): Promise<void> {
  const call = await host.find();
  if (call.ok) {
    if (text !== '') await after(settleMs);
    const typed = await call.value('paste', { id, text, submit: true, own });
    if (!typed.ok && heldBy.has(typed.problem.code)) return tell({ type: 'prompt-held', id, key });
  }
  await after(confirmMs);
  tell({ type: 'prompt-typed', id, key, tries: tries + 1 });
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
