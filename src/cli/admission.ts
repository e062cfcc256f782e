import { createApprovalKey, hasApprovalKey, isApprovalKey, keyProblem } from '../protocol/approvalKey.ts';
import { heldApprovalKey } from '../protocol/heldKey.ts';
import { isWorker, type Origin, originOf, workerProblem } from '../protocol/origin.ts';
import { type CommandNeeds, policyOf } from './commandPolicy.ts';
import { Refusal, refuse } from './output.ts';

/**
 * Ends a command that its caller may not run, before it has done anything. What goes to the controller is judged there
 * again, by what the system says of the process that asks.
 * @param name full name, such as `worker start`
 * @param options that were given, by commander's names
 * @returns what the command needs besides
 */
export function admit(name: string, options: Readonly<Record<string, unknown>> = {}): CommandNeeds {
  const policy = policyOf(name, options);
  // Who may run a command is decided in the table; one that it lacks is refused.
  if (!policy) refuse('internal', `The command ${JSON.stringify(name)} is not in the table of commands.`);
  if (policy.agent === 'allowed' && policy.acts === 'reads') return policy;
  const origin = originOf(process.pid);
  if (policy.agent === 'refused' && isWorker(origin)) throw new Refusal(workerProblem(origin, policy.what));
  if (origin.caller?.terminal) {
    // A script finds it there later. Where it cannot be created, a terminal needs none.
    createApprovalKey();
    return policy;
  }
  if (policy.acts === 'acts') demandKey(name, origin);
  return policy;
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
