import type { z } from 'zod';
import type { AnyRequest } from '../core/request.ts';
import { failure, type Problem, problemOf, type Result } from '../domain/problem.ts';
import type { RequestMessage } from '../features/messages.ts';

/** What a gate asks about a client and about the workspace, each time a request comes in. */
export interface Gate {
  /** Resolves with the table of all requests. */
  definitions(): Promise<Readonly<Record<string, AnyRequest>>>;
  /** Before this no answer would be true. */
  readonly ready: Promise<void>;
  /** Asked each time: the terminals that run may not be known yet when the link is made. */
  from(): RequestMessage['from'];
  /** Says why nothing may be run that the log names; null while the state is the person's own. */
  foreign(): Problem | null;
}

type Handler = (params: unknown) => Result<unknown> | Promise<Result<unknown>>;

/**
 * Puts what every request of the table has to pass in front of its handler: the check of its parameters, whose state the
 * workspace has, and who asks. A name that is not in the table is refused, so that none can be served unchecked.
 */
export function gated<T extends object>(handlers: T, gate: Gate): T {
  const checked = Object.entries(handlers).map(([name, handler]) => [
    name,
    async (params: unknown): Promise<Result<unknown>> => {
      const definitions = await gate.definitions();
      await gate.ready;
      const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
      if (!definition) return failure('unknown_request', `There is no request ${JSON.stringify(name)}.`);
      const read = definition.params.safeParse(params);
      if (!read.success) return badRequest(name, read.error);
      const problem = (definition.onForeignState ? null : gate.foreign()) ?? refusal(definition, gate.from());
      return problem ? { ok: false, problem } : (handler as Handler)(read.data);
    },
  ]);
  return Object.fromEntries(checked);
}

function refusal({ by, approves, what }: AnyRequest, from: RequestMessage['from']): Problem | null {
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
