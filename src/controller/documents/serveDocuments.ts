import { type Result, success } from '../../domain/problem.ts';
import type { GivenToken } from '../../notion/token.ts';
import type { ControllerApi } from '../../protocol/controllerApi.ts';
import type { Handlers } from '../../protocol/link.ts';
import { connectNotion, notionStatus, proposeNotion } from '../notion/connecting.ts';
import type { Documents } from './documents.ts';
import { exportEntries, saveInvoice } from './exporting.ts';

/** What clients ask about board and invoices. */
export type DocumentMethods = Pick<
  ControllerApi,
  | 'board'
  | 'addCard'
  | 'changeCard'
  | 'giveCardIds'
  | 'invoices'
  | 'addEntry'
  | 'changeEntry'
  | 'giveEntryIds'
  | 'correctTotals'
  | 'exportEntries'
  | 'saveInvoice'
  | 'lendToken'
  | 'proposeNotion'
  | 'connectNotion'
  | 'notionStatus'
  | 'sync'
  | 'rebuildSync'
  | 'cancelSync'
  | 'syncConflicts'
  | 'resolveSync'
>;

/**
 * Made for each client.
 * @param readConfig takes in what was edited by hand, such as a mapping
 */
export function serveDocuments(
  { board, invoices, notion, notionWorld }: Documents,
  config: Parameters<typeof exportEntries>[0],
  readConfig: () => void,
): Handlers<DocumentMethods> {
  let lent: GivenToken | undefined;
  const asConfigured = <T>(use: () => Promise<Result<T>>) => {
    readConfig();
    return use();
  };
  return {
    board: () => board.read(),
    addCard: ({ column, fields }) => board.add(column, fields),
    changeCard: (change) => board.change(change),
    giveCardIds: () => board.giveIds(),
    invoices: () => invoices.read(),
    addEntry: (draft) => invoices.add(draft),
    changeEntry: (change) => invoices.change(change),
    giveEntryIds: () => invoices.giveIds(),
    correctTotals: () => invoices.correctTotals(),
    saveInvoice: async (query) => {
      const read = await invoices.read();
      return read.ok ? saveInvoice(config, notionWorld.state().config.root, read.value, query) : read;
    },
    lendToken: ({ token, source }) => {
      lent = { token, source };
      notion.lend(lent);
      return success(null);
    },
    proposeNotion: (wish) => asConfigured(() => proposeNotion(notionWorld, { ...wish, lent })),
    connectNotion: (wish) => asConfigured(() => connectNotion(notionWorld, { ...wish, lent })),
    notionStatus: () =>
      asConfigured(async () => {
        await notion.recount();
        return notionStatus(notionWorld, lent);
      }),
    sync: (wish) => asConfigured(() => notion.sync({ ...wish, lent })),
    rebuildSync: ({ tables }) => asConfigured(() => notion.rebuild({ ...(tables && { tables }), lent })),
    cancelSync: () => success({ wasRunning: notion.cancel() }),
    syncConflicts: () => success(notion.conflicts),
    resolveSync: ({ id, field, choice }) => notion.resolve(id, field, choice),
    exportEntries: async (wanted) => {
      const read = await invoices.read();
      return read.ok ? exportEntries(config, read.value, wanted) : read;
    },
  };
}
