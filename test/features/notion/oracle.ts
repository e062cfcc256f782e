import type { FieldValue } from '../../../src/core/notion.ts';
import type { Fields } from '../../../src/features/notion/service/plan.ts';

type Side = 'file' | 'notion';

/**
 * Knows which values a person wrote on one side that the other has not seen yet. Whoever writes over such a value,
 * without a person having decided so, loses an edit silently.
 */
export class Oracle {
  readonly violations: string[] = [];
  readonly #fresh = new Set<string>();
  readonly #waived = new Set<string>();
  readonly #promised = new Set<string>();

  /** Records a value written by a person. */
  edited(side: Side, row: string, field: string): void {
    this.#fresh.add(`${side} ${row} | ${field}`);
  }

  /** Records a value replaced by a person. */
  decided(side: Side, row: string, field: string, value: FieldValue): void {
    this.#waived.add(`${side} ${row} | ${field} ${value}`);
  }

  /** Records a value that a person wrote for both sides: after its arrival it is an ordinary edit. */
  promised(row: string, field: string, value: FieldValue): void {
    this.#promised.add(`${row} | ${field} ${value}`);
  }

  /** Records a sync's write to a side; `other` is the other side's value at that moment. */
  wrote(side: Side, row: string, before: Fields, after: Fields, other: Fields | undefined): void {
    const otherSide = side === 'file' ? 'notion' : 'file';
    for (const [field, value] of Object.entries(after)) {
      const key = `${side} ${row} | ${field}`;
      const was = before[field] ?? null;
      if (was !== value && this.#fresh.has(key) && !this.#waived.has(`${key} ${was}`))
        this.violations.push(`${key}: ${was} → ${value}`);
      if (was !== value) this.#fresh.delete(key);
      if (was !== value && this.#promised.has(`${row} | ${field} ${value}`)) this.#fresh.add(key);
      if (other !== undefined && (other[field] ?? null) === value) {
        this.#fresh.delete(`${otherSide} ${row} | ${field}`);
        this.#fresh.delete(key);
      }
    }
  }

  /** Records that the sync removed a whole row from a side. */
  removed(side: Side, row: string): void {
    if (this.#waived.has(`${side} ${row} | row null`)) return;
    for (const key of this.#fresh)
      if (key.startsWith(`${side} ${row} |`)) this.violations.push(`${key}: removed`);
  }

  /** Records that a person removed content: a field, or the whole row. */
  dropped(side: Side, row: string, field = ''): void {
    for (const key of this.#fresh) if (key.startsWith(`${side} ${row} | ${field}`)) this.#fresh.delete(key);
  }
}
