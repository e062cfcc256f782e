import { fits } from '../room/geometry.ts';
import { keyLabel } from '../room/keyName.ts';
import type { AppState, Settings } from '../room/state.ts';
import { type Action, type Group, keysOf, type Where } from './action.ts';
import { boardActions } from './actions/board.ts';
import { cardActions } from './actions/card.ts';
import { cardTextActions } from './actions/cardText.ts';
import { confirmActions } from './actions/confirm.ts';
import { developActions } from './actions/develop.ts';
import { formActions } from './actions/form.ts';
import { historyActions } from './actions/history.ts';
import { invoiceActions } from './actions/invoices.ts';
import { orchestratorActions } from './actions/orchestrator.ts';
import { paletteActions } from './actions/palette.ts';
import { queueActions } from './actions/queue.ts';
import { radarActions } from './actions/radar.ts';
import { noteActions } from './actions/radarNote.ts';
import { repoActions } from './actions/repo.ts';
import { requestActions } from './actions/request.ts';
import { movingActions, paneActions, programActions } from './actions/room.ts';
import { scrollActions } from './actions/scroll.ts';
import { severalActions } from './actions/several.ts';
import { syncActions } from './actions/sync.ts';
import { timelineActions } from './actions/timeline.ts';
import { conflictActions, undoActions } from './actions/wayBack.ts';
import { workerActions } from './actions/workers.ts';
import { dialogOf } from './dialog.ts';
import { wantsName } from './dialogText.ts';
import { type Offer, offersOf } from './palette/filter.ts';
import { itemsOf } from './palette/items.ts';

/** Everything a person can do, in the order in which help and footer tell it. */
export const actions: readonly Action[] = [
  ...queueActions,
  ...requestActions,
  ...severalActions,
  ...workerActions,
  ...orchestratorActions,
  ...timelineActions,
  ...undoActions,
  ...boardActions,
  ...cardTextActions,
  ...invoiceActions,
  ...syncActions,
  ...radarActions,
  ...noteActions,
  ...cardActions,
  ...developActions,
  ...formActions,
  ...paneActions,
  ...movingActions,
  ...historyActions,
  ...confirmActions,
  ...conflictActions,
  ...repoActions,
  ...scrollActions,
  ...paletteActions(selectOffers),
  ...programActions,
];

/** The place that keys are meant for. */
export function whereOf(state: AppState): Where {
  if (!fits(state.size)) return 'too-small';
  if (state.palette) return 'palette';
  if (state.focus.at === 'list') return state.list === 'queue' ? 'queue' : 'room';
  if (state.focus.at === 'pane') return 'pane';
  if (state.focus.at === 'history') return state.focus.prompt ? 'history-search' : 'history';
  const dialog = dialogOf(state);
  if (!dialog) return 'room';
  if (dialog.kind === 'finish' || dialog.kind === 'clean')
    return wantsName(dialog) ? 'typed-name' : 'preview';
  if (dialog.kind === 'sync-conflicts' && dialog.typed) return 'sync-value';
  if (dialog.kind === 'board' && dialog.held?.isMoving) return 'board-drag';
  return dialog.kind;
}

/** What a key does in a place. */
export function actionFor(where: Where, key: string, settings: Settings): Action | null {
  return actionsAt(where).find((action) => keysOf(action, settings).includes(key)) ?? null;
}

/** What can be done in a place. With the queue all keys of the room are there, unless it has its own. */
export function actionsAt(where: Where): readonly Action[] {
  const own = actions.filter((action) => action.where.includes(where));
  if (where !== 'queue') return own;
  const taken = new Set(own.flatMap(({ keys }) => keys));
  const room = actionsAt('room').filter(({ keys }) => !keys.some((key) => taken.has(key)));
  return [...own, ...room];
}

/** What the palette offers: what there is in the place below it, as far as it fits what is typed. */
export function selectOffers(state: AppState): readonly Offer[] {
  const below = { ...state, palette: null };
  const where = whereOf(below);
  const isRoom = where === 'room' || where === 'queue';
  const items = itemsOf(below, actionsAt(where), isRoom ? [] : actionsAt('room'));
  return offersOf(items, state.palette?.filter.text ?? '');
}

/** A row of the help: keys and what they do. */
export interface KeyRow {
  readonly keys: readonly string[];
  readonly title: string;
}

/** The table by headings. Actions of the same title are one row; the program means the same by them. */
export function selectKeys(settings: Settings): readonly { group: Group; rows: readonly KeyRow[] }[] {
  const groups = new Map<Group, Map<string, Set<string>>>();
  for (const action of actions.filter(({ where }) => where.some((place) => place !== 'too-small'))) {
    const rows = groups.get(action.group) ?? new Map<string, Set<string>>();
    const keys = rows.get(action.title) ?? new Set<string>();
    for (const key of keysOf(action, settings)) keys.add(keyLabel(key));
    groups.set(action.group, rows.set(action.title, keys));
  }
  return groupOrder.map((group) => ({
    group,
    rows: Array.from(groups.get(group) ?? [], ([title, keys]) => ({ title, keys: [...keys] })),
  }));
}

const groupOrder: readonly Group[] = [
  'Workers',
  'Queue',
  'An agent asks',
  'Denying it',
  'Panes',
  'Moving',
  'Program',
  'Palette',
  'Looking back',
  'Searching back',
  'Board',
  'Dragging a card',
  'Writing a card',
  'Invoices',
  'Notion',
  'Conflicts with Notion',
  'Writing a value',
  'Radar',
  'Radar: lines',
  'Radar: message',
  'Approval card',
  'Rejecting',
  'Several at once',
  'New worker',
  'Finish, clean, questions',
  'Timeline',
  'Dialogs',
];

/** The list of keys as rows of Markdown tables, for the documentation. */
export function keyTable(settings: Settings): string {
  const tables = selectKeys(settings).map(({ group, rows }) => {
    const cells = rows.map(
      ({ keys, title }) => `| ${keys.map((key) => `\`${key}\``).join(' ')} | ${title} |`,
    );
    return [`| ${group} | |`, '|---|---|', ...cells].join('\n');
  });
  return tables.join('\n\n');
}
