import { openTrace, type Trace } from '../core/trace.ts';
import type { Message } from '../features/messages.ts';
import type { ControllerState } from '../features/state.ts';
import type { Result } from '../lib/result.ts';
import { version } from '../protocol/version.ts';

/** Traces the controller's loop, where its environment asks for that. */
export function traceController(state: ControllerState): Result<Trace<ControllerState, Message> | null> {
  const trace = openTrace<ControllerState, Message>({
    ...{ process: 'controller', version, env: process.env, folded: ['log'] },
    isTold: (message, before) => !readsTitle(message, before),
  });
  if (trace.ok) trace.value?.begin(state);
  return trace;
}

/** Where words in a title tell what an agent does, update reads what a trace does not tell. */
function readsTitle(message: Message, { config, log }: ControllerState): boolean {
  return titledBy(message).some((id) => {
    const agent = log.workers.get(id)?.agent;
    return agent !== undefined && config.agents[agent]?.titles !== undefined;
  });
}

/** Ids of the terminals whose titles a message brings. */
function titledBy(message: Message): readonly string[] {
  switch (message.type) {
    case 'terminal-changed':
      return [message.terminal.id];
    case 'host-connected':
      return message.terminals.map(({ id }) => id);
    case 'process-ended':
      return [message.id];
    default:
      return [];
  }
}
