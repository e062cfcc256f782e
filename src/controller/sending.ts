import { readScreen } from '../agents/claude/screen.ts';
import { looksLikeCommand } from '../agents/opening.ts';
import { failure, type Result, success } from '../domain/problem.ts';
import { isLive, type Worker } from '../domain/worker.ts';
import { noSuchWorker, notRunning } from './checks.ts';
import { Turns } from './documents/turns.ts';
import type { HostPort } from './hostPort.ts';
import type { ControllerState } from './state.ts';

/** Milliseconds. */
export interface SendingPace {
  /** Until a hook should have told of what was typed into an agent that rests. */
  readonly hookMs: number;
  /** Until an agent that is busy has what was typed in its own queue, of which no hook tells. */
  readonly queueMs: number;
  /** That a line waits for an agent that has only just been started, or is still given its brief. */
  readonly startMs: number;
  /** Between two looks at what is known of the agent. */
  readonly lookMs: number;
}

const usualPace: SendingPace = { hookMs: 2000, queueMs: 700, startMs: 30_000, lookMs: 50 };

/** Claude Code loses an Enter that comes while it redraws: one in ten, and most of those right after its start. */
const mostEnters = 5;

/**
 * Types lines into agents: one after the other for each, never at a question, which the line would answer, and pressing
 * Enter again where it was lost. Agents without hooks are only typed to.
 */
export class Sender {
  readonly #host: Pick<HostPort, 'find'>;
  readonly #state: () => ControllerState;
  readonly #pace: SendingPace;
  readonly #turns = new Map<string, Turns>();

  constructor(host: Pick<HostPort, 'find'>, state: () => ControllerState, pace = usualPace) {
    this.#host = host;
    this.#state = state;
    this.#pace = pace;
  }

  /**
   * Types a line and submits it; what the agent would take for a command only where that is meant.
   * @returns once the agent has it; `no_such_worker`, `not_running`, `looks_like_command`, `asks` where the agent waits
   * for an answer, `not_begun` and `not_taken` where nothing was heard of it
   */
  send(id: string, text: string, isCommand = false): Promise<Result<null>> {
    const turns = this.#turns.get(id) ?? new Turns();
    this.#turns.set(id, turns);
    return turns.take(() => this.#send(id, text, isCommand));
  }

  async #send(id: string, text: string, isCommand: boolean): Promise<Result<null>> {
    if (looksLikeCommand(text) && !isCommand) return tooLikeCommand(id);
    const ready = await this.#untilReady(id);
    if (!ready.ok) return ready;
    const typed = await this.#type(id, text);
    // Nothing tells what became of a command, and an Enter too many would choose from what it has opened.
    if (!typed.ok || isCommand || text === '' || !this.#hasHooks(ready.value)) return typed;
    for (let enters = 1, before = ready.value; enters <= mostEnters; enters++) {
      if (await this.#isTaken(before)) return success(null);
      const now = await this.#untilReady(id);
      if (!now.ok) return now;
      before = now.value;
      await this.#type(id, '');
    }
    return failure(
      'not_taken',
      `${id} did not take it up.`,
      `Look at its pane: orch-tui worker attach ${id}`,
    );
  }

  /** The worker, once it has begun and is given nothing else. */
  async #untilReady(id: string): Promise<Result<Worker>> {
    await this.#until(() => !this.#isBeginning(id), this.#pace.startMs);
    const worker = this.#worker(id);
    if (!worker) return noSuchWorker(this.#state(), id);
    if (!isLive(worker.state)) return notRunning(id);
    if (!this.#hasHooks(worker)) return success(worker);
    if (isAsking(worker)) return asksSomething(worker);
    if (this.#isBeginning(id))
      return failure('not_begun', `${id} has not begun yet.`, 'Look at its pane, or send it again later.');
    const screen = await this.#screen(id);
    if (!screen.ok) return screen;
    return readScreen(screen.value) === 'question' ? asksSomething(worker) : success(worker);
  }

  /** Whether something was heard of it since; a busy agent keeps the line for later and says nothing. */
  async #isTaken({ id, state, stateSince }: Worker): Promise<boolean> {
    const { hookMs, queueMs } = this.#pace;
    const isBusy = state === 'working';
    const hasChanged = await this.#until(
      () => this.#worker(id)?.stateSince !== stateSince,
      isBusy ? queueMs : hookMs,
    );
    // Its turn ended just then: whether it goes on with this line is seen next.
    return isBusy ? !hasChanged || this.#worker(id)?.state === 'working' : hasChanged;
  }

  #isBeginning(id: string): boolean {
    const worker = this.#worker(id);
    if (!worker || !isLive(worker.state) || isAsking(worker) || !this.#hasHooks(worker)) return false;
    const delivery = this.#state().deliveries.get(id)?.state;
    return worker.state === 'starting' || delivery === 'waiting' || delivery === 'typing';
  }

  #worker(id: string): Worker | undefined {
    return this.#state().log.workers.get(id);
  }

  #hasHooks({ agent }: Worker): boolean {
    return this.#state().config.agents[agent]?.speaks === 'claude';
  }

  async #type(id: string, text: string): Promise<Result<null>> {
    const call = await this.#host.find();
    return call.ok ? call.value('paste', { id, text, submit: true }) : call;
  }

  async #screen(id: string): Promise<Result<string>> {
    const call = await this.#host.find();
    if (!call.ok) return call;
    const screen = await call.value('text', { id });
    return screen.ok ? success(screen.value.text) : screen;
  }

  /** @returns whether it came to hold in time */
  async #until(holds: () => boolean, ms: number): Promise<boolean> {
    const end = performance.now() + ms;
    while (!holds()) {
      if (performance.now() >= end) return false;
      await new Promise((resolve) => setTimeout(resolve, this.#pace.lookMs));
    }
    return true;
  }
}

function tooLikeCommand(id: string): Result<never> {
  return failure(
    'looks_like_command',
    `${id} would take this for a command, and not for words to it.`,
    'Begin it with another sign, or mean it: orch-tui worker send --command',
  );
}

function isAsking({ state }: Worker): boolean {
  return state === 'waiting' || state === 'needs-trust';
}

function asksSomething({ id, asks }: Worker): Result<never> {
  const what = asks === null ? 'shows a question' : `waits for an answer: ${asks}`;
  return failure('asks', `${id} ${what}. What is typed now would answer it.`, 'Answer it: orch-tui queue');
}
