import { type CommandNeeds, policyOf } from './commandPolicy.ts';
import { refuse } from './output.ts';

/**
 * Ends a command that its caller may not run, before it has done anything.
 * @param name full name, such as `worker start`
 * @param options that were given, by commander's names
 * @returns what the command needs besides
 */
export function admit(name: string, options: Readonly<Record<string, unknown>> = {}): CommandNeeds {
  const policy = policyOf(name, options);
  // A command that the table lacks would be one that nobody has decided about.
  if (!policy) refuse('internal', `The command ${JSON.stringify(name)} is not in the table of commands.`);
  const worker = process.env.ORCH_WORKER;
  if (worker === undefined || policy.agent === 'allowed') return policy;
  refuse(
    'approval_forbidden',
    `A worker cannot ${policy.what}: this runs inside ${worker}.`,
    'Ask the person at the control room.',
  );
}
