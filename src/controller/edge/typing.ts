import { readScreen } from '../../agents/claude/screen.ts';
import type { HostApi } from '../../protocol/hostApi.ts';
import type { Caller } from '../../protocol/link.ts';
import type { Effect } from '../update/effects.ts';
import type { Message } from '../update/messages.ts';
import type { HostPort } from './hostPort.ts';

/** An agent that was given the list of our tools takes a moment to have them in its next request. */
const settleMs = 250;
/** A paste is drawn before Enter submits it. */
const drawnMs = 300;
/** Until its hook should have told of it. */
const confirmMs = 2500;
type TypePrompt = Extract<Effect, { type: 'type-prompt' }>;

/**
 * Pastes a prompt, Enter as a write of its own, or, once more, only Enter; says so when it should have arrived. At a
 * question, such as what to do about a limit, nothing is typed: one may come up between paste and Enter, too.
 */
export async function typePrompt(
  host: Pick<HostPort, 'find'>,
  tell: (message: Message) => void,
  { id, key, text, tries }: TypePrompt,
): Promise<void> {
  const call = await host.find();
  if (call.ok) {
    if (text !== '') await after(settleMs);
    const isPasted = text === '' || (await pasteUnlessAsked(call.value, id, { text, submit: false }));
    if (isPasted && text !== '') await after(drawnMs);
    const isEntered = isPasted && (await pasteUnlessAsked(call.value, id, { text: '', submit: true }));
    if (!isEntered) return tell({ type: 'prompt-held', id, key });
  }
  await after(confirmMs);
  tell({ type: 'prompt-typed', id, key, tries: tries + 1 });
}

/** @returns false at a question */
async function pasteUnlessAsked(
  call: Caller<HostApi>,
  id: string,
  paste: { readonly text: string; readonly submit: boolean },
): Promise<boolean> {
  const screen = await call('text', { id });
  if (screen.ok && readScreen(screen.value.text) === 'question') return false;
  await call('paste', { id, ...paste });
  return true;
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
