import type MiniSearch from 'minisearch';
import type { FoundMemory, Memory } from '../../features/memory/memory.ts';

interface Entry {
  readonly id: string;
  readonly content: string;
  readonly tags: string;
}

/** Full-text search over memories: words, beginnings of words and small typos. No meaning is understood. */
export class MemoryIndex {
  #index: MiniSearch<Entry> | null = null;
  readonly #known = new Map<string, Memory>();

  /**
   * The best matches first; without a query the newest. A query in quotes, or one that begins with `[`, is looked
   * for as it stands.
   * @param memories all there are; those not seen before are taken in
   * @param limit at most so many, 1–100
   */
  async search(
    memories: readonly Memory[],
    query: string,
    kind: string | undefined,
    limit: number,
  ): Promise<readonly FoundMemory[]> {
    const isWanted = (memory: Memory) => kind === undefined || memory.kind === kind;
    const words = query.trim();
    const literal = literalOf(words);
    if (literal !== null) {
      const found = memories.filter((one) => isWanted(one) && holds(one, literal)).toReversed();
      return found.slice(0, limit).map((memory) => ({ memory, distance: 0 }));
    }
    const index = await this.#filled(memories);
    const both = index.search(words, { ...options, combineWith: 'AND' });
    const results = both.length > 0 ? both : index.search(words, { ...options, combineWith: 'OR' });
    const best = results[0]?.score ?? 1;
    return results
      .flatMap(({ id, score }) => {
        const memory = this.#known.get(String(id));
        return memory && isWanted(memory) ? [{ memory, distance: 1 - score / best }] : [];
      })
      .slice(0, limit);
  }

  async #filled(memories: readonly Memory[]): Promise<MiniSearch<Entry>> {
    const { default: Search } = await import('minisearch');
    this.#index ??= new Search<Entry>({ fields: ['content', 'tags'] });
    for (const memory of memories) {
      if (this.#known.has(memory.id)) continue;
      this.#known.set(memory.id, memory);
      this.#index.add({ id: memory.id, content: memory.content, tags: memory.tags.join(' ') });
    }
    return this.#index;
  }
}

const options = { prefix: true, fuzzy: 0.2, boost: { tags: 2 } };

/** What is to be looked for to the letter; null for words. */
function literalOf(query: string): string | null {
  if (query === '' || query.startsWith('[')) return query.toLowerCase();
  return /^"(.+)"$/.exec(query)?.[1]?.toLowerCase() ?? null;
}

function holds({ content, tags }: Memory, text: string): boolean {
  return content.toLowerCase().includes(text) || tags.some((tag) => tag.toLowerCase().includes(text));
}
