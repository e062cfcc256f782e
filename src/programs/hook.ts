/**
 * The hook program: hands the JSON that a coding agent gives its hooks on to the control room.
 * It runs inside other people's tool calls, so it loads next to nothing, and whatever goes wrong it exits 0.
 */
import { inboxOf, postToInbox, readStdin } from '../agents/inbox.ts';

/** Milliseconds; the agent waits for us meanwhile. */
const patience = 2000;

/** Keys that make an answer one for the agent. Anything else on stdout would become part of its conversation. */
const answerKeys = ['hookSpecificOutput', 'decision', 'continue', 'systemMessage', 'suppressOutput'];

const inbox = inboxOf(process.env);
if (inbox === null) {
  process.stderr.write('orch-tui hook: not inside a worker, nothing to do.\n');
} else {
  // Ends a wait for a stdin that never closes, too.
  setTimeout(() => process.exit(0), patience).unref();
  try {
    const answer = await postToInbox(inbox, await readStdin(), patience);
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
