import type { Effect } from '../effects.ts';
import { BoardDesk, type DocumentWorld } from './boardDesk.ts';
import { InvoiceDesk } from './invoiceDesk.ts';

/** The person's documents: board and invoices. */
export class Documents {
  readonly board: BoardDesk;
  readonly invoices: InvoiceDesk;
  readonly #world: DocumentWorld;

  constructor(world: DocumentWorld) {
    this.#world = world;
    this.board = new BoardDesk(world);
    this.invoices = new InvoiceDesk(world);
  }

  /** Reads and watches what the configuration names now. */
  async follow(): Promise<void> {
    await Promise.all([this.board.follow(), this.invoices.follow()]);
  }

  async run(effect: Extract<Effect, { type: 'move-card' | 'enter-time' | 'write-entries' }>): Promise<void> {
    if (effect.type === 'move-card') return this.board.move(effect.move);
    if (effect.type === 'write-entries') return this.invoices.writeMade();
    // Its card knows the task by a better name than the branch does.
    await this.board.read();
    return this.invoices.enter();
  }

  async close(): Promise<void> {
    await Promise.all([this.board.close(), this.invoices.close()]).catch(this.#world.fail);
  }
}
