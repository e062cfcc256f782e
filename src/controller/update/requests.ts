import { orchestrator } from '../../core/worker.ts';
import { agentCommands, commands } from '../../features/commands.ts';
import type { FeatureCommand, SessionCommand } from '../../features/define.ts';
import type { RequestMessage, SessionMessage } from '../../features/messages.ts';
import { type ControllerState, type Decision, refuseUnknown, reply } from '../../features/state.ts';
import { failure, problemOf } from '../../lib/result.ts';

/** Decides on a client's request. Refuses all but a person's. */
export function requested(state: ControllerState, message: RequestMessage): Decision {
  const { request, ticket, from } = message;
  if (!from.person) return reply(state, ticket, { ok: false, problem: from.problem ?? forPeople });
  const { do: name, ...told } = request;
  const decide = find<FeatureCommand>(commands, name)?.decide;
  if (!decide) throw new Error(`nothing is decided on ${name}`);
  return decide(state, told, message);
}

/** Decides on a session's request. Commands of clients are not available to it. */
export function sessionAsked(state: ControllerState, message: SessionMessage): Decision {
  const { ticket, id, request } = message;
  const gone = refuseUnknown(state, ticket, id);
  if (gone) return gone;
  const { do: name, ...told } = request;
  const command = find<SessionCommand>(agentCommands, name);
  if (!command?.decide) throw new Error(`no session can wish for ${name}`);
  if (command.mcp?.has === 'orchestrator' && id !== orchestrator.id)
    return reply(state, ticket, onlyTheOrchestrator(command.what));
  return command.decide(state, told, message);
}

function find<C>(table: Readonly<Record<string, C>>, name: string): C | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function onlyTheOrchestrator(what = 'do that') {
  return failure(
    'not_allowed',
    `Only the orchestrator can ${what}.`,
    'Tell it with send_message, to "orchestrator".',
  );
}

const forPeople = problemOf(
  'approval_forbidden',
  'Only a person decides that: this was run from inside a worker.',
  'Ask the person at the control room.',
);
