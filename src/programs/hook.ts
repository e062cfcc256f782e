/**
 * The hook program: posts the JSON that a coding agent passes to its hooks to the control room. It runs within tool calls,
 * so it loads next to nothing, and always exits 0.
 */
import { inboxOf, postToInbox, readStdin } from '../agents/inbox.ts';

/** Milliseconds; the agent waits meanwhile. */
const limitMs = 2000;

/** Keys of an answer for the agent. Anything else on stdout would become part of its conversation. */
const answerKeys = ['hookSpecificOutput', 'decision', 'continue', 'systemMessage', 'suppressOutput'];

const inbox = inboxOf(process.env);
if (inbox === null) {
  process.stderr.write('orch-tui hook: not inside a worker, nothing to do.\n');
} else {
  // Also ends the wait for a stdin that never closes.
  setTimeout(() => process.exit(0), limitMs).unref();
  try {
    const answer = await postToInbox(inbox, await readStdin(), limitMs);
    if (isHookAnswer(answer)) process.stdout.write(answer);
  } catch (error) {
    process.stderr.write(`orch-tui hook: ${error instanceof Error ? error.message : error}\n`);
  }
}

function isHookAnswer(text: string): boolean {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null && answerKeys.some((key) => key in answer);
  } catch {
    // Not JSON: not for the agent.
    return false;
  }
}
