import { resolve } from 'node:path';
import { forwardedVariables } from '../core/clientVariables.ts';
import type { Facts } from '../core/facts.ts';
import { demand, type Printed, Refusal, refuse } from '../core/verb.ts';
import type { ControllerApi, ControllerNotices, ListedVerb } from '../features/commands.ts';
import type { FeatureCommand, VerbCall } from '../features/define.ts';
import type { Link } from '../ipc/link.ts';
import { writeNew } from '../lib/files.ts';
import { type Result, whyOf } from '../lib/result.ts';
import { askHidden, askText, askYes, canAsk, demandYes, readInput, sayPaged } from './ask.ts';
import type { Call } from './handlers.ts';
import { exitCodes } from './output.ts';
import { FactsWatch, openController } from './session.ts';

/** Runs a verb of the table and prints its result. */
export async function runVerb(
  verb: ListedVerb,
  call: Call,
  args: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<void> {
  const session = new Session(call, verb.by === 'person');
  try {
    const { value, text, isScreen, hasFailed } = verb.run
      ? await verb.run(session.call, args, options)
      : await request(verb, session, args, options);
    if (isScreen) call.out.screen(value, text ?? '');
    else if (text !== null || call.out.json) call.out.result(value, text ?? '');
    if (hasFailed) process.exitCode = exitCodes.refused;
  } finally {
    session.close();
  }
}

/** Sends the one request of a verb. */
async function request(
  { command = '', request, says, json }: ListedVerb,
  session: Session,
  args: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<Printed> {
  const params = request?.(args, options);
  const answer = demand(await session.ask(command, params));
  const text = says?.(params, answer, { options, now: Date.now() }) ?? '';
  return { value: json ? json(params, answer) : answer, text };
}

/** The environment of one verb's run. It connects to the controller with the first request. */
class Session {
  readonly call: VerbCall;
  readonly #lends: boolean;
  #opened: Promise<Link> | null = null;

  /** @param lends true if its requests use the variables of this shell */
  constructor({ out, token, misused }: Call, lends: boolean) {
    this.#lends = lends;
    this.call = {
      json: out.json,
      get now() {
        return Date.now();
      },
      columns: process.stdout.columns,
      canAsk: canAsk({ json: out.json }),
      token,
      connect: async () => void (await this.#connected()),
      ask: async (command, params) => demand(await this.ask(command.name, params)),
      attempt: (command, params) => this.ask(command.name, params),
      facts: async (refresh) => demand(await this.ask<Facts>('facts', refresh ? { refresh } : {})),
      until: async (holds) => demand(await new FactsWatch(await this.#connected()).until(holds)),
      lend: async (lent) => {
        if (lent) demand(await this.ask('lendToken', lent));
      },
      lendEnvironment: async () => void (await lend(await this.#connected(), true)),
      print: (text) => out.say(text),
      printPaged: (text, isAsked) => sayPaged(out, text, isAsked),
      watched: (work, progress, cancel) => this.#watched(work, progress, cancel),
      requireYes: (given, question, refusals) => demandYes(out, given, question, refusals),
      askYes,
      askText,
      askHidden,
      readInput,
      saveNew,
      refuseUsage: misused,
    };
  }

  close(): void {
    // The verb has already failed with the reason why no connection was opened.
    this.#opened?.then((link) => link.close()).catch(() => {});
  }

  async ask<T>(command: string, params: unknown): Promise<Result<T>> {
    const call = (await this.#connected()).caller<ControllerApi>();
    return (await call(command as 'facts', params as Record<string, never>)) as Result<unknown> as Result<T>;
  }

  #connected(): Promise<Link> {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  async #open(): Promise<Link> {
    const link = await openController('.');
    if (this.#lends) await lend(link, false);
    return link;
  }

  async #watched<T>(
    work: () => Promise<T>,
    progress: (facts: Facts) => string | null,
    { name }: FeatureCommand,
  ): Promise<T> {
    const { stderr } = process;
    let isShowing = !this.call.json && stderr.isTTY === true;
    if (isShowing) {
      (await this.#connected()).onNotice<ControllerNotices, 'facts'>('facts', (facts) => {
        const line = isShowing ? progress(facts) : null;
        if (line !== null) stderr.write(`\r\x1b[K${line}`);
      });
      // The controller sends facts to a client after its first request for them.
      void this.ask('facts', {});
    }
    const cancel = () => void this.ask(name, {});
    process.once('SIGINT', cancel);
    try {
      return await work();
    } finally {
      if (isShowing) stderr.write('\r\x1b[K');
      isShowing = false;
      process.off('SIGINT', cancel);
    }
  }
}

/** Lends the shell's variables to the controller. An older one refuses and uses its own. */
function lend(link: Link, plans: boolean): Promise<Result<null>> {
  const variables = forwardedVariables(process.env);
  return link.caller<ControllerApi>()('lendEnvironment', { variables, ...(plans && { plans }) });
}

function saveNew(file: string, text: string): string {
  const path = resolve(file);
  try {
    writeNew(path, [text], { mode: 0o644 });
    return path;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const why = (error as NodeJS.ErrnoException).code === 'EEXIST' ? 'it exists' : whyOf(error);
    return refuse('not_written', `${path} was not written: ${why}.`, 'Name another file.');
  }
}
