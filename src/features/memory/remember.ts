import type { MemoryDraft } from '../../domain/memory.ts';
import { success } from '../../domain/problem.ts';
import type { Ticket } from '../messages.ts';
import type { ControllerState, Decision } from '../state.ts';

/** Stores something for all to find. @param by the session that does, or `person` */
export function remember(state: ControllerState, ticket: Ticket, by: string, memory: MemoryDraft): Decision {
  const entry = state.log.lastMemory + 1;
  return {
    state,
    happenings: [{ type: 'remembered', id: by, entry, memory }],
    effects: [{ type: 'reply', ticket, result: success({ id: `orch-${entry}` }) }],
  };
}
