import { cellWords } from './cell.ts';

/** Cells that may hold numbers. */
export interface CellOwner {
  readonly data: Uint32Array;
}

/** The cells of all grids in use; those that nobody uses any more are forgotten by themselves. */
export class LivingCells {
  readonly #owners = new Set<WeakRef<CellOwner>>();
  readonly #gone = new FinalizationRegistry<WeakRef<CellOwner>>((owner) => this.#owners.delete(owner));

  track(owner: CellOwner): void {
    const reference = new WeakRef(owner);
    this.#owners.add(reference);
    this.#gone.register(owner, reference);
  }

  *[Symbol.iterator](): Iterator<Uint32Array> {
    for (const reference of this.#owners) {
      const data = reference.deref()?.data;
      if (data) yield data;
    }
  }
}

export interface Numbering {
  /** How many numbers there are, from 0 on. */
  readonly most: number;
  /** The number in a cell's text word, -1 where there is none. */
  readonly numberIn: (textWord: number) => number;
}

const smallestCapacity = 4096;
/** Sweeps cost time, and a program can ask for more numbers than there are with every frame. */
const refusalsPerSweep = 1000;

/**
 * Numbers for texts that do not fit into a cell, so that cells can be compared as words.
 *
 * Whatever is printed may invent new texts without end, therefore numbers no cell holds any more are taken back:
 * when the table is full, all living cells are marked and the rest is freed. What is kept is bounded by what is on
 * the screens.
 */
export class TextNumbers {
  readonly #cells: LivingCells;
  readonly #numbering: Numbering;
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];
  #free: number[] = [];
  #capacity: number;
  /** How often a number is refused before it is looked for again. */
  #refusals = 0;

  constructor(cells: LivingCells, numbering: Numbering) {
    this.#cells = cells;
    this.#numbering = numbering;
    this.#capacity = Math.min(smallestCapacity, numbering.most);
  }

  /**
   * The number of a text. It must be stored in a living cell before the next one is asked for, or it may be
   * taken back. Undefined when every number is on some screen.
   */
  number(text: string): number | undefined {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    if (this.#isFull && this.#refusals-- <= 0) this.#sweep();
    if (this.#isFull) return undefined;
    const number = this.#free.pop() ?? this.#texts.length;
    this.#texts[number] = text;
    this.#numbers.set(text, number);
    return number;
  }

  /** The text of a number that some cell holds. */
  text(number: number): string | undefined {
    return this.#texts[number];
  }

  get size(): number {
    return this.#numbers.size;
  }

  get #isFull(): boolean {
    return this.#free.length === 0 && this.#texts.length >= this.#capacity;
  }

  #sweep(): void {
    const held = this.#held();
    this.#free = [];
    for (let number = 0; number < held.length; number++) {
      if (held[number]) continue;
      const text = this.#texts[number];
      if (text !== undefined && this.#numbers.get(text) === number) this.#numbers.delete(text);
      this.#texts[number] = '';
      this.#free.push(number);
    }
    // Sweeping again for a few numbers would cost more than they are worth.
    if (this.#free.length < this.#capacity / 2)
      this.#capacity = Math.min(this.#capacity * 2, this.#numbering.most);
    this.#refusals = this.#capacity === this.#numbering.most ? refusalsPerSweep : 0;
  }

  #held(): Uint8Array {
    const { numberIn } = this.#numbering;
    const held = new Uint8Array(this.#texts.length);
    for (const data of this.#cells)
      for (let i = 0; i < data.length; i += cellWords) {
        const number = numberIn(data[i] as number);
        if (number >= 0) held[number] = 1;
      }
    return held;
  }
}
