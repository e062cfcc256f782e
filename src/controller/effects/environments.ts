import { createHmac, randomBytes } from 'node:crypto';
import { lentBy, type Variables, withLent } from '../../core/clientVariables.ts';

type Ambient = Readonly<Record<string, string | undefined>>;

/** Far more clients than a person has open; those of before are looked for no more. */
const mostKept = 50;

/**
 * The environments that clients have lent, in memory alone. In state, messages and traces each is a name that says nothing
 * of what it holds; the empty one is the controller's own.
 */
export class Environments {
  readonly #own: Ambient;
  readonly #key = randomBytes(32);
  readonly #kept = new Map<string, Ambient>();
  readonly #ownName: string;

  constructor(own: Ambient) {
    this.#own = own;
    this.#ownName = this.#nameOf(lentBy(own));
  }

  /** Returns the name of these variables, by which `ambientOf` knows them. */
  keep(variables: Variables): string {
    const name = this.#nameOf(variables);
    if (name === this.#ownName) return '';
    const ambient = this.#kept.get(name) ?? withLent(this.#own, variables);
    this.#kept.delete(name);
    this.#kept.set(name, ambient);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest);
    return name;
  }

  /** Returns the whole environment of that name; the controller's own where it is known no more. */
  ambientOf(name: string): Ambient {
    return this.#kept.get(name) ?? this.#own;
  }

  #nameOf(variables: Variables): string {
    const sorted = Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1));
    return createHmac('sha256', this.#key).update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
  }
}
