import { readBox } from '../../agents/claude/screen.ts';
import { looksLikeCommand } from '../../agents/opening.ts';
import { showsOpenQuestion } from '../../domain/openQuestion.ts';
import { failure, type Result, success } from '../../domain/problem.ts';
import { isLive, type Worker } from '../../domain/worker.ts';
import type { ControllerState } from '../../features/state.ts';
import { noSuchWorker, notRunning } from '../../features/workers/checks.ts';
import { KeyedQueue } from '../../lib/queue.ts';
import type { HostPort } from './hostPort.ts';

/** Milliseconds. */
export interface SendingPace {
  /** Until a hook should have told of what was typed into an agent that rests. */
  readonly hookMs: number;
  /** Until an agent that is busy has what was typed in its own queue, of which no hook tells. */
  readonly queueMs: number;
  /** That a line waits for an agent that has only just been started, or is still given its brief. */
  readonly startMs: number;
  /** That a turn may last after which a busy agent's box is looked at again. */
  readonly turnMs: number;
  /** Between two looks at what is known of the agent, of one that works in a turn of its own. */
  readonly lookMs: number;
  readonly turnLookMs: number;
}

const usualPace: SendingPace = {
  ...{ hookMs: 2000, queueMs: 700, startMs: 30_000 },
  ...{ turnMs: 3_600_000, lookMs: 50, turnLookMs: 1000 },
};

/** Claude Code loses an Enter that comes while it redraws: one in ten, and most of those right after its start. */
const mostEnters = 5;

/**
 * Types lines into agents: one after the other for each, never at a question, which the line would answer, and pressing
 * Enter again where it was lost. The host looks again before each key. Agents without hooks are only typed to.
 */
export class Sender {
  readonly #host: Pick<HostPort, 'find'>;
  readonly #state: () => ControllerState;
  readonly #pace: SendingPace;
  readonly #queues = new KeyedQueue();
  /** How many lines each was sent: a later one takes along what an earlier one left in the box. */
  readonly #sent = new Map<string, number>();

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
    return this.#queues.add(id, () => this.#send(id, text, isCommand));
  }

  async #send(id: string, text: string, isCommand: boolean): Promise<Result<null>> {
    if (looksLikeCommand(text) && !isCommand) return tooLikeCommand(id);
    const ready = await this.#untilReady(id);
    if (!ready.ok) return ready;
    this.#sent.set(id, this.#sentTo(id) + 1);
    const typed = await this.#typeOncePrompted(id, text, this.#hasHooks(ready.value));
    if (!typed.ok || text === '' || !this.#hasHooks(ready.value)) return typed;
    for (let enters = 1, before = ready.value; enters <= mostEnters; enters++) {
      const isTaken = isCommand ? this.#hasLeft(before, text) : this.#isTaken(before, text);
      if (await isTaken) {
        if (before.state === 'working' && !isCommand) void this.#follow(id, text, this.#sentTo(id));
        return success(null);
      }
      const now = await this.#untilReady(id, text);
      if (!now.ok) return now;
      before = now.value;
      const entered = await this.#enter(id, text);
      if (!entered.ok) return entered;
    }
    return failure(
      'not_taken',
      `${id} did not take it up.`,
      `Look at its pane: orch-tui worker attach ${id}`,
    );
  }

  /** On a slow machine a busy agent draws a line late: one that still stands there after the turn lost its Enter. */
  async #follow(id: string, text: string, nth: number): Promise<void> {
    const { turnMs, turnLookMs, hookMs } = this.#pace;
    const isLast = () => this.#sentTo(id) === nth;
    const rests = () => this.#worker(id)?.state === 'idle';
    for (let enters = 1; enters <= mostEnters; enters++) {
      await this.#until(() => !isLast() || this.#worker(id)?.state !== 'working', turnMs, turnLookMs);
      const hasGoneOn = await this.#until(() => !isLast() || !rests(), hookMs);
      if (hasGoneOn) return;
      const screen = await this.#screen(id);
      if (!screen.ok || !isLeft(text, readBox(screen.value)) || !isLast() || !rests()) return;
      if (!(await this.#enter(id, text)).ok) return;
    }
  }

  #sentTo(id: string): number {
    return this.#sent.get(id) ?? 0;
  }

  /** The worker, once it has begun, is given nothing else and asks nothing. */
  async #untilReady(id: string, own = ''): Promise<Result<Worker>> {
    await this.#until(() => !this.#isBeginning(id), this.#pace.startMs);
    const worker = this.#worker(id);
    if (!worker) return noSuchWorker(this.#state(), id);
    if (!isLive(worker.state)) return notRunning(id);
    if (isAsking(worker)) return asksSomething(worker);
    if (this.#isBeginning(id))
      return failure('not_begun', `${id} has not begun yet.`, 'Look at its pane, or send it again later.');
    const screen = await this.#screen(id);
    if (!screen.ok) return screen;
    return showsOpenQuestion(screen.value, own) ? asksSomething(worker) : success(worker);
  }

  /** Whether something was heard of it since; a busy agent takes the line out of its box and says nothing. */
  async #isTaken({ id, state, stateSince }: Worker, text: string): Promise<boolean> {
    const { hookMs, queueMs } = this.#pace;
    const isBusy = state === 'working';
    const hasChanged = await this.#until(
      () => this.#worker(id)?.stateSince !== stateSince,
      isBusy ? queueMs : hookMs,
    );
    if (!isBusy) return hasChanged;
    // Its turn ended just then: whether it goes on with this line is seen next.
    if (hasChanged) return this.#worker(id)?.state === 'working';
    const screen = await this.#screen(id);
    return !screen.ok || !stands(text, readBox(screen.value));
  }

  /**
   * Whether a command is out of the box. Nothing tells what became of it, and an Enter too many would choose from what it
   * has opened: what cannot be read counts as taken.
   */
  async #hasLeft({ id, stateSince }: Worker, text: string): Promise<boolean> {
    await this.#until(() => this.#worker(id)?.stateSince !== stateSince, this.#pace.hookMs);
    const screen = await this.#screen(id);
    return !screen.ok || !isLeft(text, readBox(screen.value));
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

  /** Waits for the prompt of an agent that has only just begun; before it shows one, nothing is typed. */
  async #typeOncePrompted(id: string, text: string, waits: boolean): Promise<Result<null>> {
    const end = performance.now() + this.#pace.startMs;
    for (;;) {
      const typed = await this.#type(id, text);
      const isEarly = !typed.ok && typed.problem.code === 'not_at_prompt';
      if (!isEarly || !waits || performance.now() >= end) return typed;
      await this.#until(() => false, this.#pace.lookMs * 5);
    }
  }

  async #type(id: string, text: string): Promise<Result<null>> {
    const call = await this.#host.find();
    if (!call.ok) return call;
    return this.#refusedBy(id, await call.value('paste', { id, text, submit: true }));
  }

  /** Enter once more, for a line that was typed before. */
  async #enter(id: string, own: string): Promise<Result<null>> {
    const call = await this.#host.find();
    if (!call.ok) return call;
    return this.#refusedBy(id, await call.value('paste', { id, text: '', submit: true, own }));
  }

  /** Why the host did not type it, in words that name the worker. */
  #refusedBy(id: string, typed: Result<null>): Result<null> {
    if (typed.ok) return typed;
    const worker = this.#worker(id);
    if (typed.problem.code === 'asks' && worker) return asksSomething(worker);
    if (typed.problem.code === 'asks_meanwhile') return askedMeanwhile(id);
    const { code, message, hint } = typed.problem;
    return failure(code, message.replace(/^It /, `${id} `), hint);
  }

  async #screen(id: string): Promise<Result<string>> {
    const call = await this.#host.find();
    if (!call.ok) return call;
    const screen = await call.value('text', { id });
    return screen.ok ? success(screen.value.text) : screen;
  }

  /** @returns whether it came to hold in time */
  async #until(holds: () => boolean, ms: number, lookMs = this.#pace.lookMs): Promise<boolean> {
    const end = performance.now() + ms;
    while (!holds()) {
      if (performance.now() >= end) return false;
      await new Promise((resolve) => setTimeout(resolve, lookMs).unref());
    }
    return true;
  }
}

/** Whether the box holds the beginning of a line, or what Claude Code shows in the place of a long one. */
function stands(text: string, box: string | null): boolean {
  if (box === null || box === '') return false;
  return text.trimStart().startsWith(box) || (box.startsWith('[Pasted text') && isShortened(text));
}

/** The same long after, when a person may have begun to type, or have pasted something: only what is surely the line. */
function isLeft(text: string, box: string | null): boolean {
  return stands(text, box) && (box === text.trim() || (box ?? '').length >= surelyOurs);
}

/** Cells; narrower boxes hold no line's beginning. */
const surelyOurs = 16;

/** Less than this Claude Code shows as it is. */
function isShortened(text: string): boolean {
  return text.length > 200 || /[\r\n]/.test(text);
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

function askedMeanwhile(id: string): Result<never> {
  return failure(
    'asks_meanwhile',
    `${id} came to ask something while this was typed. It was not entered, and may still be in its box.`,
    `Look at its pane: orch-tui worker attach ${id}`,
  );
}

function asksSomething({ id, asks }: Worker): Result<never> {
  const what = asks === null ? 'shows a question' : `waits for an answer: ${asks}`;
  const where = asks === null ? `orch-tui worker attach ${id}` : 'orch-tui queue';
  return failure('asks', `${id} ${what}. What is typed now would answer it.`, `Answer it: ${where}`);
}
