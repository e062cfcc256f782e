import type { Told } from '../messages.ts';
import { type Consequence, type ControllerState, type Moment, nothing } from '../state.ts';
import type { ToolsContact } from './workerState.ts';

/** Milliseconds from an agent's first turn until its silence is told. */
export const toolsPatienceMs = 20_000;

/** Notes a run that begins under our eyes; of others nothing is known. */
export function noteRun({ now }: Moment, { id }: Told<'launched'>): Consequence {
  return { now: fresh(now, id) };
}

/** Begins to wait for an agent's tools at the first turn of a run. */
export function awaitTools({ now }: Moment, { id, sign }: Told<'signed'>): Consequence {
  const known = now.tools.get(id);
  const isTurn = sign.source === 'hook' && sign.report.kind === 'prompted' && known?.state === 'fresh';
  if (!isTurn) return nothing;
  const { run } = known;
  return {
    now: withContact(now, id, { run, state: 'awaited' }),
    effects: [{ type: 'await-tools', id, run }],
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
