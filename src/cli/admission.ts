import { Refusal } from '../core/verb.ts';
import { heldApprovalKey } from '../ipc/heldKey.ts';
import { createApprovalKey, hasApprovalKey, isApprovalKey, keyProblem } from '../ipc/keys.ts';
import { isWorker, type Origin, originOf, workerProblem } from '../ipc/origin.ts';

/** Who may run a command. */
export interface CommandNeeds {
  /** Whether an agent may run it, from inside a worker. */
  readonly agent: 'allowed' | 'refused';
  /** `acts`: it does what only a person decides. `reads`: it changes nothing that a person has to agree to. */
  readonly acts: 'acts' | 'reads';
  /** `none`: it also runs in a workspace that the person has not trusted, for it runs nothing of it. */
  readonly trust?: 'none';
  /** Completes "A worker cannot …"; with what an agent does instead, where there is something. */
  readonly what: string;
}

/** The control room loads no table of commands, and neither do the hooks of agents. */
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
 * Ends a command that its caller may not run, before it has done anything. What goes to the controller is judged there
 * again, by what the system says of the process that asks.
 * @param name full name, such as `worker start`
 * @param from where this process comes from, looked up unless a test says so
 */
export function admit(name: string, needs: CommandNeeds, from?: Origin): void {
  if (needs.agent === 'allowed' && needs.acts === 'reads') return;
  const origin = from ?? originOf(process.pid);
  if (needs.agent === 'refused' && isWorker(origin)) throw new Refusal(workerProblem(origin, needs.what));
  if (origin.caller?.terminal) {
    // A script finds it there later. Where it cannot be created, a terminal needs none.
    createApprovalKey();
    return;
  }
  if (needs.acts === 'acts') demandKey(name, origin);
}

/** Without a terminal a person is known by the key. The first `init` on a machine creates it and has none to pass. */
function demandKey(name: string, { caller }: Origin): void {
  const key = heldApprovalKey();
  if (isApprovalKey(key)) return;
  const isFirst = name === 'init' && key === undefined && caller !== null && !hasApprovalKey();
  if (!isFirst) throw new Refusal(keyProblem(key));
  const created = createApprovalKey();
  if (!created.ok) throw new Refusal(created.problem);
}
