import { setImmediate, setTimeout } from 'node:timers/promises';
import type { ControlTools } from './control.ts';
import type { Entry } from './entries.ts';
import type { Hooks } from './hooks.ts';
import type { Key } from './keys.ts';
import type { Live } from './live.ts';
import { type Menu, updateMenu } from './menu.ts';
import type { Stage } from './perform.ts';
import type { Screen } from './screen.ts';

/** What all turns of an agent have in common. */
export interface TurnSetup {
  readonly cwd: string;
  readonly hooks: Hooks;
  readonly control: ControlTools;
  readonly screen: Screen;
  /** Milliseconds of one beat; 0 for as fast as possible. */
  readonly pace: number;
  show(entry: Entry): void;
  exit(code: number): Promise<never>;
}

/** Milliseconds between two pictures of the spinner. */
const tickTime = 120;
/** Ticks after which the title's sign changes. */
const titleTicks = 8;

/** One turn while it is worked on: its spinner, what is being said and asked, and its end by the person. */
export class Turn implements Stage {
  readonly cwd: string;
  readonly hooks: Hooks;
  readonly control: ControlTools;
  readonly #setup: TurnSetup;
  readonly #abort = new AbortController();
  readonly #startedAt = performance.now();
  readonly #ticker: NodeJS.Timeout;
  #tick = 0;
  #saying = '';
  #question: { menu: Menu; answer(choice: number): void } | null = null;

  constructor(setup: TurnSetup) {
    this.#setup = setup;
    this.cwd = setup.cwd;
    this.hooks = setup.hooks;
    this.control = setup.control;
    this.#ticker = setInterval(() => this.#onTick(), tickTime);
    this.#onTick();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  stop(): void {
    this.#abort.abort();
  }

  /** No more spinning; the title rests. */
  close(): void {
    clearInterval(this.#ticker);
    this.#setup.screen.title('✳');
  }

  /** What there is to see of it. */
  picture(): Pick<Live, 'saying' | 'working' | 'menu'> {
    const seconds = Math.floor((performance.now() - this.#startedAt) / 1000);
    return {
      saying: this.#saying,
      working: { tick: this.#tick, seconds },
      menu: this.#question?.menu ?? null,
    };
  }

  /** Whether a question is open, which then took the key. */
  takesKey(key: Key): boolean {
    if (!this.#question) return false;
    const step = updateMenu(this.#question.menu, key);
    if (step === 'escape') this.stop();
    else if (typeof step === 'number') this.#question.answer(step);
    else this.#question.menu = step;
    return true;
  }

  show(entry: Entry): void {
    this.#setup.show(entry);
  }

  exit(code: number): Promise<never> {
    return this.#setup.exit(code);
  }

  async pause(beats: number): Promise<void> {
    const { signal } = this;
    if (this.#setup.pace > 0) await setTimeout(beats * this.#setup.pace, undefined, { signal });
    else await setImmediate(undefined, { signal });
  }

  async speak(text: string): Promise<void> {
    try {
      for (const word of text.split(/(?<=\s)/)) {
        this.#saying += word;
        this.#setup.screen.refresh();
        await this.pause(0.7);
      }
    } finally {
      const said = this.#saying;
      this.#saying = '';
      this.show({ kind: 'say', text: said });
    }
    await this.pause(3);
  }

  async choose(asked: Omit<Menu, 'selected'>, decision: Promise<'allow' | 'deny' | null>): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const stopped = () => reject(this.signal.reason);
    this.signal.addEventListener('abort', stopped, { once: true });
    void decision.then((answer) => {
      if (answer) resolve(answer === 'allow' ? 0 : asked.options.length - 1);
    });
    this.#question = { menu: { ...asked, selected: 0 }, answer: resolve };
    this.#setup.screen.title('✳');
    this.#setup.screen.refresh();
    try {
      return await promise;
    } finally {
      this.signal.removeEventListener('abort', stopped);
      this.#question = null;
      if (!this.signal.aborted) this.#onTick();
    }
  }

  #onTick(): void {
    this.#tick++;
    if (this.#question) return;
    this.#setup.screen.title(Math.floor(this.#tick / titleTicks) % 2 === 0 ? '⠂' : '⠐');
    this.#setup.screen.refresh();
  }
}
