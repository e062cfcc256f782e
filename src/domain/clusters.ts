import { cellWords, clusterFlag, codeMask } from './cell.ts';

/** Cells that may hold cluster numbers. */
export interface ClusterOwner {
  readonly data: Uint32Array;
}

const smallestCapacity = 4096;
const mostClusters = codeMask + 1;

/**
 * Numbers for cell texts of more than one code point, so that cells can be compared as words.
 *
 * Whatever is printed may invent new clusters without end, therefore numbers no cell holds any more are taken
 * back: when the table is full, the cells of all living grids are marked and the rest is freed. What is kept
 * is bounded by what is on the screens.
 */
export class ClusterTable {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];
  #free: number[] = [];
  #capacity = smallestCapacity;
  readonly #owners = new Set<WeakRef<ClusterOwner>>();
  readonly #gone = new FinalizationRegistry<WeakRef<ClusterOwner>>((owner) => this.#owners.delete(owner));

  /** Cells of `owner` keep their clusters alive from now on. */
  track(owner: ClusterOwner): void {
    const reference = new WeakRef(owner);
    this.#owners.add(reference);
    this.#gone.register(owner, reference);
  }

  /**
   * The number of a text. It must be stored in a tracked grid before the next one is asked for, or it may be
   * taken back. Undefined when every number is on some screen.
   */
  number(text: string): number | undefined {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    if (this.#free.length === 0 && this.#texts.length >= this.#capacity) this.#sweep();
    const number = this.#free.pop() ?? this.#texts.length;
    if (number >= mostClusters) return undefined;
    this.#texts[number] = text;
    this.#numbers.set(text, number);
    return number;
  }

  /** The text of a number that some cell holds. */
  text(number: number): string {
    return this.#texts[number] ?? ' ';
  }

  get size(): number {
    return this.#numbers.size;
  }

  #sweep(): void {
    const held = new Uint8Array(this.#texts.length);
    for (const reference of this.#owners) {
      const data = reference.deref()?.data;
      if (data) mark(data, held);
    }
    this.#free = [];
    for (let number = 0; number < held.length; number++) {
      if (held[number]) continue;
      const text = this.#texts[number];
      if (text !== undefined && this.#numbers.get(text) === number) this.#numbers.delete(text);
      this.#texts[number] = '';
      this.#free.push(number);
    }
    // Sweeping again for a few numbers would cost more than they are worth.
    if (this.#free.length < this.#capacity / 2) this.#capacity *= 2;
  }
}

function mark(data: Uint32Array, held: Uint8Array): void {
  for (let i = 0; i < data.length; i += cellWords) {
    const word = data[i] as number;
    if (word & clusterFlag) held[word & codeMask] = 1;
  }
}
