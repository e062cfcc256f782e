import PQueue from 'p-queue';

/** Runs jobs one after another, in the order in which they were added. A failure does not affect the next one. */
export class SerialQueue extends PQueue {
  constructor() {
    super({ concurrency: 1 });
  }
}

/** Serial queues by key; an empty one is removed. */
export class KeyedQueue {
  readonly #queues = new Map<string, SerialQueue>();

  /** Runs a job after all earlier ones of the same key. */
  async add<T>(key: string, work: () => Promise<T>): Promise<T> {
    const queue = this.#queues.get(key) ?? new SerialQueue();
    this.#queues.set(key, queue);
    try {
      return await queue.add(work);
    } finally {
      if (queue.size + queue.pending === 0 && this.#queues.get(key) === queue) this.#queues.delete(key);
    }
  }
}

/**
 * Maps items, at most `width` at once.
 * @returns the answers in the order of the items
 * @throws the first failure; items that were not begun by then are left out
 */
export async function mapConcurrently<Item, Answer>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const left = items.entries();
  const worker = async () => {
    for (const [n, item] of left) answers[n] = await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return answers;
}
