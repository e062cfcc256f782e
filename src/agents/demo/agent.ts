import type { Introduction } from './banner.ts';
import type { ControlTools } from './control.ts';
import type { Entry } from './entries.ts';
import type { Hooks } from './hooks.ts';
import { editText, type Key, KeyReader } from './keys.ts';
import type { Live } from './live.ts';
import { limitText, perform } from './perform.ts';
import { Screen, type TerminalOut } from './screen.ts';
import type { Step } from './steps.ts';
import { followUpOf, storyOf } from './story.ts';
import { asksToGoOn, type Transcript, type Unfinished } from './transcript.ts';
import { Turn } from './turn.ts';

export interface Setup {
  readonly introduction: Introduction;
  /** Milliseconds of one beat; 0 for as fast as possible. */
  readonly pace: number;
  readonly hooks: Hooks;
  readonly control: ControlTools;
  readonly transcript: Transcript;
  readonly earlier: readonly Entry[];
  readonly unfinished: Unfinished | null;
  readonly terminal: TerminalOut;
  /** Ends the process. */
  exit(code: number): never;
}

const hint = '/exit ends · esc stops · "run: COMMAND" or "write FILE: TEXT" give orders';

/** Milliseconds within which a second ctrl-c ends the agent. */
const twice = 1500;

/** The hook that tells of a turn's end. */
interface TurnEnd {
  readonly event: 'Stop' | 'StopFailure';
  readonly fields: Readonly<Record<string, unknown>>;
}

function limitReached(seconds: number): TurnEnd {
  const end = seconds > 0 ? `|${Math.ceil(Date.now() / 1000) + seconds}` : '';
  return { event: 'StopFailure', fields: { error: 'rate_limit', last_assistant_message: limitText + end } };
}

/** A stand-in for a coding agent: the loop of requests, turns and rest. */
export class DemoAgent {
  readonly #setup: Setup;
  readonly #screen: Screen;
  readonly #keys = new KeyReader();
  #turn: Turn | null = null;
  #input = '';
  #queue: string[] = [];
  #hint = hint;
  #lastCtrlC = Number.NEGATIVE_INFINITY;
  #unfinished: Unfinished | null;
  #hasRequests: boolean;
  #isEnding = false;

  constructor(setup: Setup) {
    this.#setup = setup;
    this.#unfinished = setup.unfinished;
    this.#hasRequests = setup.earlier.some(({ kind }) => kind === 'request');
    this.#screen = new Screen(setup.terminal, setup.introduction, () => this.#live());
  }

  /** Shows itself and begins with the brief; an empty one leaves it at its prompt. */
  async start(brief: string): Promise<void> {
    const { earlier, hooks } = this.#setup;
    this.#screen.title('✳');
    this.#screen.open(earlier);
    await hooks.tell('SessionStart', { source: earlier.length > 0 ? 'resume' : 'startup' });
    if (brief.trim() !== '') this.#queue.unshift(brief);
    await this.#work();
  }

  /** Takes what the terminal sent. */
  type(input: string): void {
    for (const key of this.#keys.push(input)) this.#onKey(key);
    this.#screen.refresh();
  }

  resize(): void {
    this.#screen.resize();
  }

  /** Ends turn, conversation and process, as Claude Code does: the last hook, then a terminal left in order. */
  async end(reason: string, code: number): Promise<never> {
    this.#isEnding = true;
    this.#turn?.stop();
    await this.#setup.hooks.tell('SessionEnd', { reason });
    this.#screen.close();
    return this.#setup.exit(code);
  }

  #onKey(key: Key): void {
    this.#hint = hint;
    if (this.#turn?.takesKey(key)) return;
    if (key.name === 'escape') this.#turn?.stop();
    else if (key.name === 'ctrl-c') this.#onCtrlC();
    else if (key.name === 'ctrl-d' && this.#input === '') void this.end('prompt_input_exit', 0);
    else if (key.name === 'enter') this.#submit();
    else this.#input = editText(this.#input, key);
  }

  #onCtrlC(): void {
    const now = performance.now();
    if (this.#turn) this.#turn.stop();
    else if (this.#input !== '') this.#input = '';
    else if (now - this.#lastCtrlC < twice) void this.end('prompt_input_exit', 0);
    else this.#hint = 'Press ctrl-c again to end';
    this.#lastCtrlC = now;
  }

  #submit(): void {
    const request = this.#input.trim();
    this.#input = '';
    if (request === '/exit') return void this.end('prompt_input_exit', 0);
    if (request === '') return;
    this.#queue.push(request);
    void this.#work();
  }

  /** Works on what is waiting, one request after the other. */
  async #work(): Promise<void> {
    while (!this.#turn && !this.#isEnding) {
      const request = this.#queue.shift();
      if (request === undefined) return;
      await this.#takeTurn(request);
    }
  }

  async #takeTurn(request: string): Promise<void> {
    const turn = new Turn({
      cwd: this.#setup.introduction.cwd,
      hooks: this.#setup.hooks,
      control: this.#setup.control,
      screen: this.#screen,
      pace: this.#setup.pace,
      show: (entry) => this.#show(entry),
      exit: (code) => this.end('other', code),
    });
    this.#turn = turn;
    let end: TurnEnd | null = null;
    try {
      end = await this.#takeSteps(turn, request);
    } catch (error) {
      if (!turn.signal.aborted) throw error;
    }
    turn.close();
    this.#turn = null;
    // As with the real one, no hook tells of a turn that the person stopped.
    if (end === null) return this.#show({ kind: 'note', text: 'Interrupted · what should I do instead?' });
    if (end.event === 'Stop') {
      this.#unfinished = null;
      this.#setup.transcript.mark('rest');
    }
    this.#screen.refresh();
    await this.#setup.hooks.tell(end.event, end.fields);
  }

  async #takeSteps(turn: Turn, request: string): Promise<TurnEnd> {
    this.#show({ kind: 'request', text: request });
    const steps = this.#stepsFor(request);
    await this.#setup.hooks.tell('UserPromptSubmit', { prompt: request });
    let said = '';
    for (const step of steps) {
      turn.signal.throwIfAborted();
      await perform(turn, step);
      this.#stepDone();
      if (step.kind === 'say') said = step.text;
      if (step.kind === 'limit') return limitReached(step.seconds);
    }
    return { event: 'Stop', fields: { stop_hook_active: false, last_assistant_message: said } };
  }

  #stepsFor(request: string): readonly Step[] {
    const isFirst = !this.#hasRequests;
    this.#hasRequests = true;
    if (!this.#unfinished || !asksToGoOn(request)) this.#unfinished = { request, isFirst, stepsDone: 0 };
    const { stepsDone, ...open } = this.#unfinished;
    const steps = open.isFirst ? storyOf : followUpOf;
    return steps(this.#setup.introduction.name, open.request).slice(stepsDone);
  }

  #stepDone(): void {
    this.#setup.transcript.mark('step');
    if (this.#unfinished)
      this.#unfinished = { ...this.#unfinished, stepsDone: this.#unfinished.stepsDone + 1 };
  }

  #show(entry: Entry): void {
    // Streamed lines are noise, not memory.
    if (entry.kind !== 'line') this.#setup.transcript.append(entry);
    this.#screen.show(entry);
  }

  #live(): Live {
    const turn = this.#turn?.picture() ?? { saying: '', working: null, menu: null };
    return { ...turn, input: this.#input, queued: this.#queue, hint: this.#hint };
  }
}
