import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { program, Shop } from '../../e2e/shop.ts';
import type { Candidate, Processes } from './candidate.ts';
import { Outer } from './outer.ts';

/** The built program on a workspace of its own, whose agents are our children. */
export class OrchTui implements Candidate {
  readonly name = 'orch-tui';
  readonly #shop: Shop;
  #outer: Outer | null = null;
  /** The last start of a worker: in the middle of it, daemons that are ended come back. */
  #starting: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  private constructor(shop: Shop) {
    this.#shop = shop;
  }

  static async open(socket: string): Promise<OrchTui> {
    const child = fileURLToPath(new URL('child.ts', import.meta.url));
    const command = [process.execPath, child, socket, '{brief}'];
    const shop = await Shop.open({ repos: { bench: {} }, agents: { bench: { command } } });
    return new OrchTui(shop);
  }

  async addPanes(names: readonly string[]): Promise<void> {
    // One after the other: panes are in the order of their start.
    for (const name of names) {
      if (this.#isClosed) return;
      const start = ['worker', 'start', 'bench', name, '--brief', name, '--agent', 'bench', '--yes'];
      this.#starting = this.#shop.json(...start);
      await this.#starting;
    }
  }

  attach(): Outer {
    const env = this.#shop.place.env({ TERM: 'xterm-256color' });
    this.#outer = new Outer([program], this.#shop.path(), env);
    return this.#outer;
  }

  focus(): void {
    this.#outer?.press('1');
  }

  processes(): Processes {
    const daemon = (name: string) => {
      const lock = readFileSync(this.#shop.path('.orch', `${name}.lock`), 'utf8');
      return Number(/"pid":\s*(\d+)/.exec(lock)?.[1]);
    };
    const daemons = { host: daemon('host'), controller: daemon('controller') };
    return this.#outer ? { client: this.#outer.pid, ...daemons } : daemons;
  }

  async detach(): Promise<void> {
    await this.#outer?.close();
    this.#outer = null;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled([this.#starting]);
    await this.detach();
    await this.#shop.close();
  }
}
