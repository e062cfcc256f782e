import PQueue from 'p-queue';

/** Runs work one piece after the other, in the order in which it was added. A failure is only its own. */
export class SerialQueue extends PQueue {
  constructor() {
    super({ concurrency: 1 });
  }
}

/** Serial queues by key; one that has run empty is forgotten. */
export class KeyedQueue {
  readonly #queues = new Map<string, SerialQueue>();

  /** Runs work after all that was added for the same key. */
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
 * Works on all items, on at most `width` at once.
 * @returns the answers in the order of the items
 * @throws the first failure; what has not begun by then never does
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
