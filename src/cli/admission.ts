import { Refusal } from '../core/verb.ts';
import { heldApprovalKey } from '../ipc/heldKey.ts';
import { createApprovalKey, hasApprovalKey, isApprovalKey, keyProblem } from '../ipc/keys.ts';
import { isWorker, type Origin, originOf, workerProblem } from '../ipc/origin.ts';

/** The conditions for running a command. */
export interface CommandNeeds {
  /** For an agent, from inside a worker. */
  readonly agent: 'allowed' | 'refused';
  /** `acts`: only a person may decide it. `reads`: it changes nothing that needs a person's consent. */
  readonly acts: 'acts' | 'reads';
  /** `none`: it runs in an untrusted workspace, too, because it executes nothing of it. */
  readonly trust?: 'none';
  /** Completes "A worker cannot …", perhaps with an alternative for agents. */
  readonly what: string;
}

/* The needs of the room and of agents' hooks, which load no table of commands. */
export const needsOfRoom: CommandNeeds = {
  agent: 'refused',
  acts: 'reads',
  trust: 'none',
  what: 'open the control room',
};
export const needsOfHook: CommandNeeds = {
  agent: 'allowed',
  acts: 'reads',
  trust: 'none',
  what: 'report to the control room',
};

/**
 * Refuses a command that its caller may not run, before it does anything. The controller checks its requests again, by
 * the operating system's data about the calling process.
 * @param name full name, such as `worker start`
 * @param from origin of this process; looked up by default
 * @throws Refusal
 */
export function admit(name: string, needs: CommandNeeds, from?: Origin): void {
  if (needs.agent === 'allowed' && needs.acts === 'reads') return;
  const origin = from ?? originOf(process.pid);
  if (needs.agent === 'refused' && isWorker(origin)) throw new Refusal(workerProblem(origin, needs.what));
  if (origin.caller?.terminal) {
    // Later scripts read the key. A terminal needs none, so a failure does not matter.
    createApprovalKey();
    return;
  }
  if (needs.acts === 'acts') demandKey(name, origin);
}

/** Demands the approval key, which identifies a person without a terminal. The first `init` on a machine creates it. */
function demandKey(name: string, { caller }: Origin): void {
  const key = heldApprovalKey();
  if (isApprovalKey(key)) return;
  const isFirst = name === 'init' && key === undefined && caller !== null && !hasApprovalKey();
  if (!isFirst) throw new Refusal(keyProblem(key));
  const created = createApprovalKey();
  if (!created.ok) throw new Refusal(created.problem);
}
