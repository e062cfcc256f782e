import type { z } from 'zod';
import type { ClientTypes, FeatureCommand, SessionCommand } from '../features/define.ts';
import type { RequestMessage } from '../features/messages.ts';
import type { SessionServices } from '../features/services.ts';
import { failure, type Problem, problemOf, type Result, success } from '../lib/result.ts';

/** Loads the schemas, with the first request: that takes as long as the rest of a start. */
function loadSchemas(): Promise<ClientTypes['schemas']> {
  return import('../features/params.ts');
}

interface Checked<T> {
  params(schemas: ClientTypes['schemas']): z.ZodType<T>;
}

const checks = new WeakMap<Checked<unknown>, z.ZodType<unknown>>();

/** Returns the schema of a command's parameters; created once. */
export async function checkOf<T>(command: Checked<T>): Promise<z.ZodType<T>> {
  const check = checks.get(command) ?? command.params(await loadSchemas());
  checks.set(command, check);
  return check as z.ZodType<T>;
}

/** A client and its workspace, read for each request. */
interface Gate {
  /** Runs a command. */
  handle(command: FeatureCommand, params: object): Result<unknown> | Promise<Result<unknown>>;
  /** Resolves once answers are correct. */
  readonly ready: Promise<void>;
  /** Called for each request: the running terminals may not be known when the link opens. */
  from(): RequestMessage['from'];
  /** Returns the problem of a foreign state; null for the person's own. */
  foreign(): Problem | null;
}

type Handler = (params: unknown) => Promise<Result<unknown>>;

/**
 * Returns a handler for each command, behind the checks of every request: its parameters, the owner of the workspace's
 * state, and the standing of the client.
 */
export function gated(commands: readonly FeatureCommand[], gate: Gate): Readonly<Record<string, Handler>> {
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

/** Returns the first issue. Does not repeat the request, which may hold anything. */
function badRequest(name: string, { issues: [first] }: z.core.$ZodError): Result<never> {
  const where = [name, ...(first?.path ?? []).map(String)].join('.');
  return failure(
    'bad_request',
    `${where}: ${first?.message ?? 'it cannot be read.'}`,
    'A program of another version may have asked. End the controller and try again: orch-tui controller stop',
  );
}

/**
 * Checks and runs a session's command.
 * @returns `bad_request` with every wrong field, or the answer, as text where the command has one
 */
export async function answerSession(
  command: SessionCommand,
  services: SessionServices,
  posted: unknown,
): Promise<Result<unknown>> {
  const { name, handle, mcp } = command;
  const read = (await checkOf(command)).safeParse(posted);
  if (!read.success) {
    const { z } = await loadSchemas();
    const message = `The arguments of ${mcp?.name ?? name} are wrong.`;
    return failure('bad_request', message, z.prettifyError(read.error));
  }
  const answer = await (handle ? handle(services, read.data) : services.ask({ ...read.data, do: name }));
  return answer.ok && mcp?.says ? success(mcp.says(read.data, answer.value)) : answer;
}
