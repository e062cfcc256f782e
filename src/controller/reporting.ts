import type { RequestAnswer } from '../core/queue.ts';
import { agentCommands } from '../features/commands.ts';
import { contextFor } from '../features/messages/sessions.ts';
import type { SessionServices } from '../features/services.ts';
import { failure, type Result } from '../lib/result.ts';
import type { Core, ReceivedRequest } from './core.ts';
import { answerSession } from './requestGate.ts';

/** What the controller does with posts of sessions, and says in its answers to them. */
export interface Correspondent {
  /** Takes in a report that a session's own command posts. */
  report(id: string, body: unknown): Promise<Result<unknown>>;
  /** What an agent is to read besides, once; null when there is nothing. */
  takeContext(id: string): string | null;
  /** What a person says to a request, once they do; null where only its pane takes an answer. */
  receive(request: ReceivedRequest): Promise<RequestAnswer | null>;
}

export function createCorrespondent(
  core: () => Core,
  servicesOf: (id: string) => SessionServices,
): Correspondent {
  return {
    async report(id, body) {
      const answer = await answerSession(agentCommands.report, servicesOf(id), body);
      return answer.ok || answer.problem.code !== 'bad_request'
        ? answer
        : failure('bad_report', 'This report cannot be read.', answer.problem.hint);
    },
    takeContext(id) {
      const context = contextFor(core().state, id);
      if (context) core().tell({ type: 'notes-delivered', id, upTo: context.upTo });
      return context?.text ?? null;
    },
    async receive(request) {
      const answer = await core().receive(request);
      return answer.ok ? answer.value : null;
    },
  };
}
