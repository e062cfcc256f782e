import { randomFrom } from '../../../support/random.ts';

/** Random choices that a number gives again. */
export class Chance {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = randomFrom(seed);
  }

  /** A whole number from 0 to `below - 1`. */
  number(below: number): number {
    return (this.#next() * 2 ** 32) % below;
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.number(times) === 0;
  }

  pick<T>(items: readonly [T, ...T[]]): T;
  pick<T>(items: readonly T[]): T | undefined;
  pick<T>(items: readonly T[]): T | undefined {
    return items[this.number(items.length)];
  }
}
