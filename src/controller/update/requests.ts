import { commands } from '../../features/commands.ts';
import type { FeatureCommand } from '../../features/define.ts';
import type { RequestMessage } from '../../features/messages.ts';
import { type ControllerState, type Decision, reply } from '../../features/state.ts';
import { problemOf } from '../../lib/result.ts';

/** Answers a client's request, or begins what it asks for. Only a person's request is decided on. */
export function requested(state: ControllerState, message: RequestMessage): Decision {
  const { request, ticket, from } = message;
  if (!from.person) return reply(state, ticket, { ok: false, problem: from.problem ?? forPeople });
  const { do: name, ...told } = request;
  const table: Readonly<Record<string, FeatureCommand>> = commands;
  const decide = Object.hasOwn(table, name) ? table[name]?.decide : undefined;
  if (!decide) throw new Error(`nothing is decided on ${name}`);
  return decide(state, told, message);
}

const forPeople = problemOf(
  'approval_forbidden',
  'Only a person decides that: this was run from inside a worker.',
  'Ask the person at the control room.',
);
