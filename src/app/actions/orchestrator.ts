import { isOrchestrator, orchestrator } from '../../domain/role.ts';
import { isLive } from '../../domain/worker.ts';
import { openCard } from '../../features/workers/proposals.ts';
import { selectRow } from '../../room/move.ts';
import { isReachable } from '../../room/reachable.ts';
import { findWorker } from '../../room/select.ts';
import type { AppState } from '../../room/state.ts';
import { ask, type Step, stay, withNotice } from '../../room/step.ts';
import type { Action } from '../action.ts';

/** The session that coordinates: gone to where it runs, asked for where it does not. */
export const orchestratorActions: readonly Action[] = [
  {
    where: ['room'],
    group: 'Workers',
    id: 'orchestrator',
    title: 'go to the orchestrator, or start it: it coordinates and cannot write',
    keys: ['O'],
    palette: 'everywhere',
    enabled: isReachable,
    run: openOrchestrator,
  },
];

function openOrchestrator(state: AppState): Step {
  const { id, repo, task } = orchestrator;
  const known = findWorker(state, id);
  if (known && isLive(known.state))
    return stay({ ...selectRow(state, 'fleet', { kind: 'worker', id }), focus: { at: 'pane', id } });
  const open = state.facts?.proposals.find(({ draft }) => isOrchestrator(draft));
  if (open) return stay(openCard(state, open));
  if (known) return ask(withNotice(state, 'Asking to resume the orchestrator …'), 'proposeResume', { id });
  const draft = { role: 'orchestrator', repo, task, brief: '', agent: null } as const;
  return ask(withNotice(state, 'Asking for the orchestrator …'), 'propose', draft);
}
