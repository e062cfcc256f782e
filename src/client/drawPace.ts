import { Throttle } from '../lib/schedule.ts';
import type { Message } from '../ui/step.ts';

/** What workers do is drawn at the rate of their screens: more pictures in a second nobody can tell apart. */
const workersMs = 1000 / 30;

const ofWorkers: ReadonlySet<Message['type']> = new Set([
  'factsArrived',
  'terminalChanged',
  'terminalForgotten',
  'bellRang',
  'ticked',
]);

/**
 * When to draw the chrome again: at once for what a person does, several messages of one moment together; and for what
 * workers do at once after a rest, else with the others that come meanwhile.
 */
export class DrawPace {
  readonly #draw: () => void;
  readonly #workers = new Throttle(() => this.#run(), workersMs, 'soon');
  #soon: NodeJS.Immediate | undefined;

  constructor(draw: () => void) {
    this.#draw = draw;
  }

  /** @param type of the message after which the picture is another one */
  ask(type: Message['type']): void {
    if (ofWorkers.has(type)) this.#workers.ask();
    else this.#soon ??= setImmediate(() => this.#run());
  }

  /** Draws nothing of what was asked for so far: it is drawn by other means, or not any more. */
  stop(): void {
    clearImmediate(this.#soon);
    this.#soon = undefined;
    this.#workers.cancel();
  }

  #run(): void {
    this.stop();
    this.#draw();
  }
}
