import type { Message } from '../room/messages.ts';

/** What workers do is drawn ten times a second at most: many of them tell of more, and each picture costs 20 ms. */
const workersMs = 100;

const ofWorkers: ReadonlySet<Message['type']> = new Set([
  'factsArrived',
  'terminalChanged',
  'terminalForgotten',
  'bellRang',
  'ticked',
]);

/**
 * When to draw the chrome anew: at once for what a person does, several messages of one moment together; and for what
 * workers do at once after a rest, else with the others that come meanwhile.
 */
export class DrawPace {
  readonly #draw: () => void;
  #soon: NodeJS.Immediate | undefined;
  #later: NodeJS.Timeout | undefined;
  /** Of the last picture that workers were the reason for. */
  #last = Number.NEGATIVE_INFINITY;

  constructor(draw: () => void) {
    this.#draw = draw;
  }

  /** @param type of the message after which the picture is another one */
  ask(type: Message['type']): void {
    const isOfWorkers = ofWorkers.has(type);
    const wait = isOfWorkers ? this.#last + workersMs - performance.now() : 0;
    if (wait > 0) this.#later ??= setTimeout(() => this.#run(true), wait);
    else this.#soon ??= setImmediate(() => this.#run(isOfWorkers));
  }

  /** Draws nothing of what was asked for so far: it is drawn by other means, or not any more. */
  stop(): void {
    clearImmediate(this.#soon);
    clearTimeout(this.#later);
    this.#soon = undefined;
    this.#later = undefined;
  }

  #run(isOfWorkers: boolean): void {
    this.stop();
    this.#draw();
    if (isOfWorkers) this.#last = performance.now();
  }
}
