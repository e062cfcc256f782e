/** Measurements of a process, and the collection of its garbage. */
interface Looks {
  /** Bytes that are resident. */
  readonly resident: () => number;
  /** The part of the time since the last call in which the event loop was busy, 0 to 1. */
  readonly busy: () => number;
  /** Collects all garbage. */
  readonly collect: () => void;
}

/** Less is not worth a collection: a process breathes by so much. */
const worthBytes = 12 * 1024 * 1024;
/** Above that the process has work, and a collection would delay it. */
const mostBusy = 0.2;

/**
 * Gives back what a flood has left. V8 collects because something is allocated: a process that comes to rest after a flood
 * keeps its garbage for good. Memory that has grown since it was lowest is therefore collected once, as soon as the process
 * is idle; what is left after that is in use, and grows from there.
 */
export class IdleMemory {
  readonly #looks: Looks;
  /** Resident bytes that no collection brings down further. */
  #floor: number;
  #hasCollected = false;

  constructor(looks: Looks) {
    this.#looks = looks;
    this.#floor = looks.resident();
  }

  /** Is to be called now and then; collects where that is worth it. */
  look(): void {
    const resident = this.#looks.resident();
    const busy = this.#looks.busy();
    // A collection frees on other threads too: what it has brought is seen at the next look.
    this.#floor = this.#hasCollected ? resident : Math.min(this.#floor, resident);
    this.#hasCollected = false;
    if (busy > mostBusy || resident - this.#floor < worthBytes) return;
    this.#hasCollected = true;
    this.#looks.collect();
  }
}

const lookEveryMs = 10_000;

/**
 * Has this process give memory back when it is idle. Does nothing where Node was started without `--expose-gc`.
 * @returns what ends that
 */
export function releaseWhenIdle(): () => void {
  const { gc } = globalThis;
  if (!gc) return () => {};
  let last = performance.eventLoopUtilization();
  const memory = new IdleMemory({
    resident: () => process.memoryUsage.rss(),
    busy() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, last);
      last = now;
      return utilization;
    },
    // An ordinary one keeps young buffers, and pages that it may need again.
    collect: () => void gc({ type: 'major', execution: 'sync', flavor: 'last-resort' }),
  });
  const timer = setInterval(() => memory.look(), lookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}
