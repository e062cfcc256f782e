import type { WorkspaceConfig } from '../../core/workspace.ts';
import type { Services } from '../../features/services.ts';
import type { GivenToken } from '../../notion/token.ts';
import { connectNotion, notionStatus, proposeNotion } from '../notion/connecting.ts';
import type { Documents } from './documents.ts';
import { exportEntries, saveInvoice } from './exporting.ts';

/** What one client can have done about board, invoices and Notion. The token that it lends is its own. */
export function documentServices(
  { board, invoices, notion, notionWorld }: Documents,
  config: () => WorkspaceConfig,
): Pick<Services, 'board' | 'invoices' | 'notion'> {
  let lent: GivenToken | undefined;
  const invoicing = () => config().invoices;
  return {
    board,
    invoices: {
      read: () => invoices.read(),
      add: (draft) => invoices.add(draft),
      change: (change) => invoices.change(change),
      giveIds: () => invoices.giveIds(),
      correctTotals: () => invoices.correctTotals(),
      export: async (wanted) => {
        const read = await invoices.read();
        return read.ok ? exportEntries(invoicing, read.value, wanted) : read;
      },
      save: async (query) => {
        const read = await invoices.read();
        return read.ok ? saveInvoice(invoicing, config().root, read.value, query) : read;
      },
    },
    notion: {
      lend: (token) => {
        lent = token;
        notion.lend(token);
      },
      propose: (wish) => proposeNotion(notionWorld, { ...wish, lent }),
      connect: (wish) => connectNotion(notionWorld, { ...wish, lent }),
      status: async () => {
        await notion.recount();
        return notionStatus(notionWorld, lent);
      },
      sync: (wish) => notion.sync({ ...wish, lent }),
      rebuild: (tables) => notion.rebuild({ ...(tables && { tables }), lent }),
      cancel: () => notion.cancel(),
      get conflicts() {
        return notion.conflicts;
      },
      resolve: (id, field, choice) => notion.resolve(id, field, choice),
    },
  };
}
