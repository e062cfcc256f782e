import type MiniSearch from 'minisearch';
import type { FoundMemory, Memory } from '../memoryState.ts';

interface Entry {
  readonly id: string;
  readonly content: string;
  readonly tags: string;
}

/** Full-text search over memories: words, prefixes of words and small typos. Not semantic. */
export class MemoryIndex {
  #index: MiniSearch<Entry> | null = null;
  readonly #known = new Map<string, Memory>();

  /**
   * Returns the best matches first; without a query the newest. A query in quotes, or one that begins with
   * `[`, is searched literally.
   * @param memories all current ones; the index adds new ones and drops removed ones
   * @param limit 1–100
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

  /** Updates the index: corrected memories get their new words, removed ones are dropped. */
  async #filled(memories: readonly Memory[]): Promise<MiniSearch<Entry>> {
    const { default: Search } = await import('minisearch');
    this.#index ??= new Search<Entry>({ fields: ['content', 'tags'] });
    const now = new Map(memories.map((memory) => [memory.id, memory]));
    for (const id of this.#known.keys()) {
      if (now.has(id)) continue;
      this.#known.delete(id);
      this.#index.discard(id);
    }
    for (const [id, memory] of now) {
      const known = this.#known.get(id);
      this.#known.set(id, memory);
      if (!known) this.#index.add(entryOf(memory));
      else if (known.content !== memory.content || known.tags.join() !== memory.tags.join())
        this.#index.replace(entryOf(memory));
    }
    return this.#index;
  }
}

function entryOf({ id, content, tags }: Memory): Entry {
  return { id, content, tags: tags.join(' ') };
}

const options = { prefix: true, fuzzy: 0.2, boost: { tags: 2 } };

/** Returns the text of a literal query; null for words. */
function literalOf(query: string): string | null {
  if (query === '' || query.startsWith('[')) return query.toLowerCase();
  return /^"(.+)"$/.exec(query)?.[1]?.toLowerCase() ?? null;
}

function holds({ content, tags }: Memory, text: string): boolean {
  return content.toLowerCase().includes(text) || tags.some((tag) => tag.toLowerCase().includes(text));
}
