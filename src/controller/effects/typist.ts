import { looksLikeCommand } from '../../agents/abilities.ts';
import { readBox } from '../../agents/claude/screen.ts';
import { showsOpenQuestion } from '../../core/openQuestion.ts';
import { isLive, type Worker } from '../../core/worker.ts';
import {
  acceptMs,
  afterEnter,
  afterLook,
  askedMeanwhile,
  asksSomething,
  isAsking,
  isFollowed,
  isForPerson,
  isSurelyInBox,
  type MessageLine,
  maxEnters,
  mayAppearLater,
  mustWait,
  type Next,
  notStarted,
  notTaken,
  type Pace,
  takenForCommand,
  usualPace,
} from '../../features/messages/agentInput.ts';
import { type ControllerState, noSuchWorker, notRunning } from '../../features/state.ts';
import { KeyedQueue } from '../../lib/queue.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { pause, pollUntil } from '../../lib/schedule.ts';
import type { HostPort } from './hostPort.ts';

/**
 * Types lines into agents, one at a time for each; `features/messages/agentInput.ts` decides. The host checks again before each
 * key. For agents without hooks the result is not verified.
 */
export class Typist {
  readonly #host: Pick<HostPort, 'find'>;
  readonly #state: () => ControllerState;
  readonly #pace: Pace;
  /** Lines that wait for their agent to begin, and lines being typed: a brief comes before the waiting ones. */
  readonly #waiting = new KeyedQueue();
  readonly #typing = new KeyedQueue();
  /** Count of lines typed to each worker: a later one also submits text that an earlier one left in the box. */
  readonly #typed = new Map<string, number>();

  constructor(host: Pick<HostPort, 'find'>, state: () => ControllerState, pace = usualPace) {
    this.#host = host;
    this.#state = state;
    this.#pace = pace;
  }

  /**
   * Types a line and submits it. Refuses text that the agent would take for a command, unless it is one.
   * @returns once the agent has it; `no_such_worker`, `not_running`, `looks_like_command`, `asks` where the agent waits
   * for an answer, `not_begun` and `not_taken` without a reaction of the agent
   */
  async type(line: MessageLine): Promise<Result<null>> {
    const { id, kind, text } = line;
    if (kind === 'words' && looksLikeCommand(text)) return takenForCommand(id);
    return isForPerson(line)
      ? this.#waiting.add(id, () => this.#typeOnceBegun(line))
      : this.#typeOnceBegun(line);
  }

  async #typeOnceBegun(line: MessageLine): Promise<Result<null>> {
    const hasBegun = await this.#until(() => !this.#hasToWait(line), this.#pace.startMs);
    if (!hasBegun) return notStarted(line.id);
    if (line.kind === 'brief') await pause(this.#pace.settleMs, { keepsAlive: false });
    return this.#typing.add(line.id, () => this.#typeUntilTaken(line));
  }

  async #typeUntilTaken(line: MessageLine): Promise<Result<null>> {
    const { id, text } = line;
    const ready = await this.#ready(line);
    if (!ready.ok) return ready;
    const hasHooks = this.#hasHooks(ready.value);
    this.#typed.set(id, this.#typedTo(id) + 1);
    const typed = await this.#typeOncePrompted(line, hasHooks);
    if (text === '' || !hasHooks) return typed;
    if (!typed.ok && !mayAppearLater(line, ready.value, typed.problem)) return typed;
    for (let enters = 0, before = ready.value; ; enters++) {
      if ((await this.#after(line, before)) === 'taken') {
        if (isFollowed(line, before)) void this.#follow(line, this.#typedTo(id));
        return success(null);
      }
      if (enters === maxEnters) return typed.ok ? notTaken(id) : typed;
      const now = await this.#ready(line, text);
      if (!now.ok) return now;
      before = now.value;
      const entered = await this.#enter(line);
      if (!entered.ok) return entered;
    }
  }

  /** Returns the next step, after Enter was pressed and the agent has had time for it. */
  async #after(line: MessageLine, before: Worker): Promise<Next> {
    const next = (isOver: boolean) => afterEnter(line, before, this.#worker(line.id), isOver);
    const isClear = await this.#until(() => next(false) !== 'wait', acceptMs(line, before, this.#pace));
    const known = next(!isClear);
    if (known !== 'look') return known;
    const screen = await this.#screen(line.id);
    return afterLook(line, screen.ok ? screen.value : null);
  }

  /** Presses Enter again for a line that is still in the box after the turn: on a slow machine a busy agent loses it. */
  async #follow(line: MessageLine, nth: number): Promise<void> {
    const { id, text } = line;
    const { turnMs, turnLookMs, hookMs } = this.#pace;
    const isLast = () => this.#typedTo(id) === nth;
    const rests = () => this.#worker(id)?.state === 'idle';
    for (let enters = 1; enters <= maxEnters; enters++) {
      await this.#until(() => !isLast() || this.#worker(id)?.state !== 'working', turnMs, turnLookMs);
      const hasGoneOn = await this.#until(() => !isLast() || !rests(), hookMs);
      if (hasGoneOn) return;
      const screen = await this.#screen(id);
      if (!screen.ok || !isSurelyInBox(text, readBox(screen.value)) || !isLast() || !rests()) return;
      if (!(await this.#enter(line)).ok) return;
    }
  }

  #typedTo(id: string): number {
    return this.#typed.get(id) ?? 0;
  }

  /** Returns the worker if it runs and has no open question. */
  async #ready(line: MessageLine, own = ''): Promise<Result<Worker>> {
    const { id } = line;
    const worker = this.#worker(id);
    if (!worker) return noSuchWorker(this.#state(), id);
    if (!isLive(worker.state)) return notRunning(id);
    if (isAsking(worker)) return asksSomething(worker);
    const screen = await this.#screen(id);
    if (!screen.ok) return screen;
    return showsOpenQuestion(screen.value, own) ? asksSomething(worker) : success(worker);
  }

  #hasToWait(line: MessageLine): boolean {
    const worker = this.#worker(line.id);
    if (!worker) return false;
    const delivery = this.#state().deliveries.get(line.id);
    return mustWait(line, { worker, hasHooks: this.#hasHooks(worker), delivery });
  }

  #worker(id: string): Worker | undefined {
    return this.#state().log.workers.get(id);
  }

  #hasHooks({ agent }: Worker): boolean {
    return this.#state().config.agents[agent]?.speaks === 'claude';
  }

  /** Waits for the prompt of an agent that has just begun, then types. */
  async #typeOncePrompted({ id, text }: MessageLine, waits: boolean): Promise<Result<null>> {
    const end = performance.now() + this.#pace.startMs;
    for (;;) {
      const typed = await this.#paste(id, { text });
      const isEarly = !typed.ok && typed.problem.code === 'not_at_prompt';
      if (!isEarly || !waits || performance.now() >= end) return typed;
      await pause(this.#pace.lookMs * 5, { keepsAlive: false });
    }
  }

  /** Presses Enter again for a typed line. */
  #enter({ id, text }: MessageLine): Promise<Result<null>> {
    return this.#paste(id, { text: '', own: text });
  }

  /** Has the host type a text with Enter. The problem names the worker. */
  async #paste(id: string, what: { readonly text: string; readonly own?: string }): Promise<Result<null>> {
    const call = await this.#host.find();
    if (!call.ok) return call;
    const typed = await call.value('paste', { id, ...what, submit: true });
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
  #until(holds: () => boolean, limitMs: number, everyMs = this.#pace.lookMs): Promise<boolean> {
    return pollUntil(holds, { limitMs, everyMs, keepsAlive: false });
  }
}
