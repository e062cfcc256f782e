import { spawn } from 'node:child_process';
import { Throttle } from '../lib/schedule.ts';
import type { NotificationStyle, Tty } from '../terminal/tty.ts';

/** How a person wants to be told. */
export interface NotifySettings {
  readonly style: NotificationStyle;
  readonly bell: boolean;
  /** Their own program and its arguments; title and text are added. Empty for none. */
  readonly command: readonly string[];
}

/** Milliseconds in which several become one: workers often come to rest together. */
const togetherMs = 400;

/** Tells the person what needs them, several things of one moment as one. */
export class Notifier {
  /** While a worker has the whole terminal its own bytes must not be broken into. */
  isTerminalTaken = false;
  readonly #outer: Pick<Tty, 'ring' | 'notify'>;
  readonly #settings: NotifySettings;
  readonly #onFault: (message: string) => void;
  #waiting: { readonly worker: string; readonly text: string }[] = [];
  readonly #telling = new Throttle(() => this.#tell(), togetherMs, 'delayed');
  #isBroken = false;

  /** @param onFault told, once, why the person's program cannot be run */
  constructor(
    outer: Pick<Tty, 'ring' | 'notify'>,
    settings: NotifySettings,
    onFault: (message: string) => void,
  ) {
    this.#outer = outer;
    this.#settings = settings;
    this.#onFault = onFault;
  }

  add(worker: string, text: string): void {
    this.#waiting.push({ worker, text });
    this.#telling.ask();
  }

  stop(): void {
    this.#telling.cancel();
  }

  #tell(): void {
    const news = this.#waiting;
    this.#waiting = [];
    const [first] = news;
    if (!first) return;
    const workers = [...new Set(news.map(({ worker }) => worker))];
    const several = [`${news.length} need you`, workers.join(', ')] as const;
    const [title, text] = news.length === 1 ? [first.worker, first.text] : several;
    if (!this.isTerminalTaken) {
      if (this.#settings.bell) this.#outer.ring();
      this.#outer.notify(this.#settings.style, title, text);
    }
    this.#run(title, text);
  }

  /** Not through a shell: what a worker says stays one argument. Its end is not waited for. */
  #run(title: string, text: string): void {
    const [program, ...args] = this.#settings.command;
    if (program === undefined || this.#isBroken) return;
    const child = spawn(program, [...args, title, text], { stdio: 'ignore', detached: true });
    child.on('error', ({ message }) => {
      this.#isBroken = true;
      this.#onFault(`notifyCommand cannot be run: ${message}`);
    });
    child.unref();
  }
}
