import { pathOf } from '../core/verb.ts';
import { type ListedVerb, verbs } from '../features/commands.ts';
import { type CommandNeeds, needsOfHook, needsOfRoom } from './admission.ts';

/** What one command needs, and what with one of its options. */
export interface CommandPolicy extends CommandNeeds {
  /** Options that make it another command, by commander's name of them. */
  readonly withOption?: Readonly<Record<string, CommandNeeds>>;
}

/**
 * Every command by its full name, and who may run it. An agent may run what is listed as `allowed` and nothing else. Two
 * names are no verbs: `room`, which is `orch-tui` without a command, and `hook`.
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

/** Returns what a command needs with the options that it was given; null for a name that is not in the table. */
export function policyOf(name: string, options: Readonly<Record<string, unknown>>): CommandNeeds | null {
  if (!Object.hasOwn(commandPolicies, name)) return null;
  const policy = commandPolicies[name];
  const given = Object.entries(policy?.withOption ?? {}).find(([option]) => options[option] === true);
  return given?.[1] ?? policy ?? null;
}
