/** Keys that are written while they are few; more are laid down beneath them. */
const freshLimit = 32;

/**
 * A map that is never changed: `with` gives a new one. What is written again and again lies on top and alone is copied,
 * so that one with thousands of keys costs no more than the few that are in use. Nothing can be taken out of it.
 */
export class Ledger<K, V> implements ReadonlyMap<K, V> {
  readonly #settled: ReadonlyMap<K, V>;
  readonly #fresh: ReadonlyMap<K, V>;

  constructor(settled: ReadonlyMap<K, V> = new Map(), fresh: ReadonlyMap<K, V> = new Map()) {
    this.#settled = settled;
    this.#fresh = fresh;
  }

  with(key: K, value: V): Ledger<K, V> {
    if (this.#fresh.size < freshLimit || this.#fresh.has(key))
      return new Ledger(this.#settled, new Map(this.#fresh).set(key, value));
    return new Ledger(new Map([...this.#settled, ...this.#fresh]), new Map([[key, value]]));
  }

  get(key: K): V | undefined {
    return this.#fresh.has(key) ? this.#fresh.get(key) : this.#settled.get(key);
  }

  has(key: K): boolean {
    return this.#fresh.has(key) || this.#settled.has(key);
  }

  get size(): number {
    let both = 0;
    for (const key of this.#fresh.keys()) if (this.#settled.has(key)) both += 1;
    return this.#settled.size + this.#fresh.size - both;
  }

  *entries(): MapIterator<[K, V]> {
    for (const entry of this.#settled) if (!this.#fresh.has(entry[0])) yield entry;
    yield* this.#fresh;
  }

  *keys(): MapIterator<K> {
    for (const [key] of this) yield key;
  }

  *values(): MapIterator<V> {
    for (const [, value] of this) yield value;
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }

  forEach(use: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this) use(value, key, this);
  }
}
