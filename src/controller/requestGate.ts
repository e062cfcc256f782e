import type { z } from 'zod';
import type { FeatureCommand, World } from '../features/define.ts';
import type { RequestMessage } from '../features/messages.ts';
import { failure, type Problem, problemOf, type Result } from '../lib/result.ts';

/** What a gate asks about a client and about the workspace, each time a request comes in. */
export interface Gate {
  /** Loads what schemas are made of, with the first request: it takes as long as the rest of a start. */
  schemas(): Promise<World['schemas']>;
  /** Does what a command is for. */
  handle(command: FeatureCommand, params: object): Result<unknown> | Promise<Result<unknown>>;
  /** Before this no answer would be true. */
  readonly ready: Promise<void>;
  /** Asked each time: the terminals that run may not be known yet when the link is made. */
  from(): RequestMessage['from'];
  /** Says why nothing may be run that the log names; null while the state is the person's own. */
  foreign(): Problem | null;
}

type Handler = (params: unknown) => Promise<Result<unknown>>;

/**
 * Returns a handler for each command, with what every request has to pass before it: the check of its parameters, whose
 * state the workspace has, and who asks.
 */
export function gated(commands: readonly FeatureCommand[], gate: Gate): Readonly<Record<string, Handler>> {
  const checks = new Map<FeatureCommand, z.ZodType<object>>();
  const checkOf = async (command: FeatureCommand) => {
    const check = checks.get(command) ?? command.params(await gate.schemas());
    checks.set(command, check);
    return check;
  };
  const handlerOf = (command: FeatureCommand): Handler => {
    return async (params) => {
      const check = await checkOf(command);
      await gate.ready;
      const read = check.safeParse(params);
      if (!read.success) return badRequest(command.name, read.error);
      const problem = (command.onForeignState ? null : gate.foreign()) ?? refusal(command, gate.from());
      return problem ? { ok: false, problem } : gate.handle(command, read.data);
    };
  };
  return Object.fromEntries(commands.map((command) => [command.name, handlerOf(command)]));
}

function refusal({ by, approves, what }: FeatureCommand, from: RequestMessage['from']): Problem | null {
  if (by === 'anyone' || from.person) return null;
  return (
    from.problem ??
    problemOf(
      approves ? 'approval_forbidden' : 'not_allowed',
      `A worker cannot ${what}: this was run from inside one.`,
      'Ask the person at the control room.',
    )
  );
}

/** Names the first thing that is wrong. What was sent is not repeated: it may hold anything. */
function badRequest(name: string, { issues: [first] }: z.core.$ZodError): Result<never> {
  const where = [name, ...(first?.path ?? []).map(String)].join('.');
  return failure(
    'bad_request',
    `${where}: ${first?.message ?? 'it cannot be read.'}`,
    'A program of another version may have asked. End the controller and try again: orch-tui controller stop',
  );
}
