import { workersProblem } from '../domain/limits.ts';
import type { Problem } from '../domain/problem.ts';
import { isLive } from '../domain/worker.ts';
import type { OpenProposal } from './events.ts';
import type { ControllerState } from './state.ts';

/** What speaks against starting a proposal just now, as far as the workspace's limits go; null for nothing. */
export function limitOf(
  { config, log }: Pick<ControllerState, 'config' | 'log'>,
  { draft }: Pick<OpenProposal, 'draft'>,
): Problem | null {
  // The orchestrator works on nothing of its own.
  if (draft.role) return null;
  const running = [...log.workers.values()].filter((worker) => !worker.role && isLive(worker.state));
  return workersProblem(config.limits ?? {}, running.length);
}
