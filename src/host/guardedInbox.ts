import { denyTool, type Refusal, refusalOf } from '../domain/guard/hook.ts';
import type { GuardRules } from '../domain/guard/rules.ts';
import { type Result, success } from '../domain/problem.ts';
import { logError } from '../protocol/daemon.ts';
import { type ChildMessage, deniedTopic, hookTopic } from '../protocol/hostApi.ts';
import type { Inbox } from './inbox.ts';
import { locate } from './locate.ts';

/** Where agents post what they are about to do; whatever goes wrong there, the tool is not run. */
export const guardTopic = 'guard';

/**
 * Takes in what a child posted. What its rules refuse is answered here and now, whether a controller is there or
 * not; the controller is told of it. The rest is handed on as any other hook.
 * @param rules null for a child that nothing is kept from
 */
export function receive(
  inbox: Inbox,
  message: ChildMessage,
  bytes: number,
  gone: AbortSignal,
  rules: GuardRules | null,
): Promise<Result<unknown>> {
  const refusal = rules && judged(message.body, rules);
  const { topic } = message;
  if (!refusal && topic !== guardTopic) return inbox.post(message, bytes, gone);
  if (!refusal) {
    // Nobody has anything to add: the tool need not wait until the controller has heard of it.
    void inbox.post({ ...message, topic: hookTopic }, bytes, gone);
    return Promise.resolve(success({}));
  }
  const { what, why } = refusal;
  void inbox.post({ ...message, topic: deniedTopic, body: { what, why } }, what.length + why.length, gone);
  return Promise.resolve(success(refusal.answer));
}

function judged(body: unknown, rules: GuardRules): Refusal | null {
  try {
    return refusalOf(body, rules, locate);
  } catch (error) {
    // A fault of ours must not open what it guards.
    logError(error);
    const why = 'This could not be checked because of a fault in orch-tui.';
    return { answer: denyTool(why), what: '?', why };
  }
}

/** What is answered, instead of a status, to a guarded message that cannot be taken: an agent would go on after that. */
export function answerRefused(topic: string, error: string): object | null {
  return topic === guardTopic ? denyTool(`This could not be checked: ${error}.`) : null;
}
