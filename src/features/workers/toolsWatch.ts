import type { Effect } from '../effects.ts';
import type { Message } from '../messages.ts';
import type { ControllerState, Decision } from '../state.ts';
import type { ToolsContact } from './toolsContact.ts';

/** Milliseconds from an agent's first turn until its silence is told. */
export const toolsPatienceMs = 20_000;

/** Begins to wait at the first turn of every run that began under our eyes; of others nothing is known. */
export function withToolsWatch(message: Message, decision: Decision): Decision {
  const { state } = decision;
  if (message.type === 'launched') return { ...decision, state: fresh(state, message.id) };
  const isTurn =
    message.type === 'signed' &&
    message.sign.source === 'hook' &&
    message.sign.report.kind === 'prompted' &&
    state.tools.get(message.id)?.state === 'fresh';
  if (!isTurn) return decision;
  const run = state.tools.get(message.id)?.run ?? 1;
  const effect: Effect = { type: 'await-tools', id: message.id, run };
  return {
    ...decision,
    state: withContact(state, message.id, { run, state: 'awaited' }),
    effects: [...decision.effects, effect],
  };
}

function fresh(state: ControllerState, id: string): ControllerState {
  const worker = state.log.workers.get(id);
  if (!worker || state.config.agents[worker.agent]?.speaks !== 'claude') return state;
  if (state.tools.get(id)?.run === worker.run) return state;
  return withContact(state, id, { run: worker.run, state: 'fresh' });
}

/** An agent asked. */
export function toolsMet(state: ControllerState, id: string, listed: boolean): ControllerState {
  const run = state.log.workers.get(id)?.run;
  const known = state.tools.get(id);
  if (run === undefined || (known?.run === run && known.state === 'listed')) return state;
  return withContact(state, id, { run, state: listed ? 'listed' : 'met' });
}

export function toolsOverdue(state: ControllerState, id: string, run: number): ControllerState {
  const known = state.tools.get(id);
  if (known?.run !== run || known.state !== 'awaited') return state;
  return withContact(state, id, { run, state: 'overdue' });
}

function withContact(state: ControllerState, id: string, contact: ToolsContact): ControllerState {
  return { ...state, tools: new Map(state.tools).set(id, contact) };
}
