import { columns } from '../../domain/board.ts';
import { failure, type Result, success } from '../../domain/problem.ts';
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
 * Anybody may look; a person changes. Made for each client.
 * @param readConfig takes in what was edited by hand, such as a mapping
 * @param personOnly refuses whoever runs inside a worker
 */
export function serveDocuments(
  { board, invoices, notion, notionWorld }: Documents,
  config: Parameters<typeof exportEntries>[0],
  readConfig: () => void,
  personOnly: <T>(use: () => Promise<Result<T>>) => Promise<Result<T>>,
): Handlers<DocumentMethods> {
  let lent: GivenToken | undefined;
  const asConfigured = <T>(use: () => Promise<Result<T>>) => {
    readConfig();
    return personOnly(use);
  };
  return {
    board: () => board.read(),
    addCard: ({ column, fields }) =>
      personOnly(async () => (columns.includes(column) ? board.add(column, fields) : noColumn(column))),
    changeCard: (change) =>
      personOnly(async () =>
        change.column === undefined || columns.includes(change.column)
          ? board.change(change)
          : noColumn(change.column),
      ),
    giveCardIds: () => personOnly(() => board.giveIds()),
    invoices: () => invoices.read(),
    addEntry: (draft) => personOnly(() => invoices.add(draft)),
    changeEntry: (change) => personOnly(() => invoices.change(change)),
    giveEntryIds: () => personOnly(() => invoices.giveIds()),
    correctTotals: () => personOnly(() => invoices.correctTotals()),
    saveInvoice: (query) =>
      personOnly(async () => {
        const read = await invoices.read();
        return read.ok ? saveInvoice(config, notionWorld.state().config.root, read.value, query) : read;
      }),
    lendToken: ({ token, source }) =>
      personOnly(async () => {
        lent = { token, source };
        notion.lend(lent);
        return success(null);
      }),
    proposeNotion: (wish) => asConfigured(() => proposeNotion(notionWorld, { ...wish, lent })),
    connectNotion: (wish) => asConfigured(() => connectNotion(notionWorld, { ...wish, lent })),
    notionStatus: () =>
      asConfigured(async () => {
        await notion.recount();
        return notionStatus(notionWorld, lent);
      }),
    sync: (wish) => asConfigured(() => notion.sync({ ...wish, lent })),
    rebuildSync: ({ tables }) => asConfigured(() => notion.rebuild({ ...(tables && { tables }), lent })),
    cancelSync: () => personOnly(async () => success({ wasRunning: notion.cancel() })),
    syncConflicts: () => success(notion.conflicts),
    resolveSync: ({ id, field, choice }) => personOnly(() => notion.resolve(id, field, choice)),
    exportEntries: async (wanted) => {
      const read = await invoices.read();
      return read.ok ? exportEntries(config, read.value, wanted) : read;
    },
  };
}

function noColumn(column: string): Result<never> {
  return failure(
    'unknown_column',
    `There is no column ${JSON.stringify(column)}.`,
    `Known: ${columns.join(', ')}.`,
  );
}
