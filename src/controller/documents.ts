import type { NotionConfig } from '../core/notion.ts';
import type { CardMove } from '../features/board/boardState.ts';
import { BoardDocuments, type DocumentDeps } from '../features/board/service/boardService.ts';
import { InvoiceDocuments } from '../features/invoices/service/invoiceService.ts';
import { connectNotion, notionStatus, proposeNotion } from '../features/notion/service/connection.ts';
import { NotionConnection, type NotionDeps } from '../features/notion/service/notionService.ts';
import type { GivenToken } from '../features/notion/service/token.ts';
import type { Services } from '../features/services.ts';
import type { Effect } from '../features/state.ts';

/** The person's documents, board and invoices, with their sync to Notion. */
export class Documents {
  readonly board: BoardDocuments;
  readonly invoices: InvoiceDocuments;
  readonly notion: NotionConnection;
  /** Dependencies of the sync with Notion. */
  readonly notionDeps: NotionDeps;
  readonly #deps: DocumentDeps;
  #connected: NotionConfig | undefined;

  /** @param env may have a token */
  constructor(deps: DocumentDeps, env: NotionDeps['env']) {
    this.#deps = deps;
    const telling: DocumentDeps = {
      ...deps,
      dispatch: (message) => {
        deps.dispatch(message);
        // A changed document may have to be synced.
        if (message.type === 'board-read' || message.type === 'invoices-read') this.notion.reconsider();
      },
    };
    this.board = new BoardDocuments(telling);
    this.invoices = new InvoiceDocuments(telling);
    this.notionDeps = { ...deps, env, board: this.board, invoices: this.invoices };
    this.notion = new NotionConnection(this.notionDeps);
  }

  /** Reads and watches the documents of the current configuration. */
  async follow(): Promise<void> {
    await Promise.all([this.board.follow(), this.invoices.follow()]);
    const { notion } = this.#deps.state().config;
    if (notion === this.#connected) return;
    this.#connected = notion;
    this.notion.reconsider();
  }

  async run(effect: Extract<Effect, { type: 'move-card' | 'enter-time' | 'write-entries' }>): Promise<void> {
    if (effect.type === 'move-card') return this.#move(effect.move);
    if (effect.type === 'write-entries') return this.invoices.writeMade();
    // The card has a better name of the task than the branch.
    await this.board.read();
    return this.invoices.enter();
  }

  async #move(move: CardMove): Promise<void> {
    const card = await this.board.move(move);
    if (card !== null && move.comment !== undefined) await this.notion.comment(card, move.comment);
  }

  async close(): Promise<void> {
    await this.notion.close();
    await Promise.all([this.board.close(), this.invoices.close()]).catch(this.#deps.fail);
  }
}

/** Returns the services of one client for board, invoices and Notion. A lent token is used for this client only. */
export function documentServices({
  board,
  invoices,
  notion,
  notionDeps: notionWorld,
}: Documents): Pick<Services, 'board' | 'invoices' | 'notion'> {
  let clientToken: GivenToken | undefined;
  return {
    board,
    invoices,
    notion: {
      lend: (token) => {
        clientToken = token;
        notion.lend(token);
      },
      propose: (wish) => proposeNotion(notionWorld, { ...wish, clientToken }),
      connect: (wish) => connectNotion(notionWorld, { ...wish, clientToken }),
      status: async () => {
        await notion.recount();
        return notionStatus(notionWorld, clientToken);
      },
      sync: (wish) => notion.sync({ ...wish, clientToken }),
      rebuild: (tables) => notion.rebuild({ ...(tables && { tables }), clientToken }),
      cancel: () => notion.cancel(),
      get conflicts() {
        return notion.conflicts;
      },
      resolve: (id, field, choice) => notion.resolve(id, field, choice),
    },
  };
}
