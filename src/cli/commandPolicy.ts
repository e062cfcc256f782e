import { pathOf } from '../core/verb.ts';
import { type ListedVerb, verbs } from '../features/commands.ts';
import { type CommandNeeds, needsOfHook, needsOfRoom } from './admission.ts';

/** The needs of a command, and those with one of its options. */
export interface CommandPolicy extends CommandNeeds {
  /** Other needs by option, in commander's spelling. */
  readonly withOption?: Readonly<Record<string, CommandNeeds>>;
}

/**
 * The policies of all commands by full name. Agents may run only commands that are `allowed`. Two names are no verbs:
 * `room`, which is `orch-tui` without a command, and `hook`.
 */
export const commandPolicies: Readonly<Record<string, CommandPolicy>> = {
  room: needsOfRoom,
  hook: needsOfHook,
  ...Object.fromEntries(verbs.map((verb) => [pathOf(verb.usage), policyFor(verb)])),
};

function policyFor({ by, what, notForAgents, untrusted, withOption }: ListedVerb): CommandPolicy {
  const needs = (who: 'anyone' | 'person', what: string): CommandNeeds => ({
    agent: who === 'person' || notForAgents ? 'refused' : 'allowed',
    acts: who === 'person' ? 'acts' : 'reads',
    ...(untrusted && { trust: 'none' }),
    what,
  });
  if (!withOption) return needs(by, what);
  const other = needs(withOption.by, withOption.what ?? what);
  return { ...needs(by, what), withOption: { [withOption.name]: other } };
}

/** Returns the needs of a command with its given options; null for an unknown name. */
export function policyOf(name: string, options: Readonly<Record<string, unknown>>): CommandNeeds | null {
  if (!Object.hasOwn(commandPolicies, name)) return null;
  const policy = commandPolicies[name];
  const given = Object.entries(policy?.withOption ?? {}).find(([option]) => options[option] === true);
  return given?.[1] ?? policy ?? null;
}
