import { allKeys, isCoverable, isDeciding, keysNow, textNow } from '../core/dialog.ts';
import { timelineKey } from '../features/messages/timelineDialog.ts';
import { goOnKey } from '../features/workers/goOnDialog.ts';
import { startSeveralKey } from '../features/workers/startSeveralDialog.ts';
import { undoKey } from '../features/workers/undoDialog.ts';
import type { AnyDialog } from '../room/asking.ts';
import type { RoomDialog, RoomDialogKey } from '../room/dialog.ts';
import { fits } from '../room/geometry.ts';
import { keyLabel } from '../room/keyName.ts';
import { type AppState, type Settings, shownDialog } from '../room/state.ts';
import { stay } from '../room/step.ts';
import { type Action, keysOf, type Where } from './action.ts';
import { boardActions } from './actions/board.ts';
import { cardTextActions } from './actions/cardText.ts';
import { confirmActions } from './actions/confirm.ts';
import { developActions } from './actions/develop.ts';
import { historyActions } from './actions/history.ts';
import { invoiceActions } from './actions/invoices.ts';
import { orchestratorActions } from './actions/orchestrator.ts';
import { paletteActions } from './actions/palette.ts';
import { queueActions } from './actions/queue.ts';
import { radarActions } from './actions/radar.ts';
import { noteActions } from './actions/radarNote.ts';
import { movingActions, paneActions, programActions } from './actions/room.ts';
import { scrollActions, scrollKeys } from './actions/scroll.ts';
import { syncActions } from './actions/sync.ts';
import { workerActions } from './actions/workers.ts';
import { definitionOf, dialogs } from './definitions.ts';
import { type Dialog, dialogOf } from './dialog.ts';
import { type Offer, offersOf } from './palette/filter.ts';
import { itemsOf } from './palette/items.ts';

/** Everything a person can do, in the order in which help and footer tell it. */
export const actions: readonly Action[] = [
  ...queueActions,
  { ...startSeveralKey, where: ['room'] },
  { ...goOnKey, where: ['room'] },
  ...workerActions,
  ...orchestratorActions,
  { ...timelineKey, where: ['room'] },
  { ...undoKey, where: ['room'] },
  ...boardActions,
  ...cardTextActions,
  ...invoiceActions,
  ...syncActions,
  ...radarActions,
  ...noteActions,
  ...developActions,
  ...paneActions,
  ...movingActions,
  ...historyActions,
  ...confirmActions,
  ...scrollActions,
  ...paletteActions(selectOffers),
  ...programActions,
];

/** The place that keys are meant for. */
export function whereOf(state: AppState): Where | Dialog['kind'] {
  if (!fits(state.size)) return 'too-small';
  if (state.palette) return 'palette';
  if (state.focus.at === 'list') return state.list === 'queue' ? 'queue' : 'room';
  if (state.focus.at === 'pane') return 'pane';
  if (state.focus.at === 'history') return state.focus.prompt ? 'history-search' : 'history';
  const dialog = dialogOf(state);
  if (!dialog) return 'room';
  if (dialog.kind === 'sync-conflicts' && dialog.typed) return 'sync-value';
  if (dialog.kind === 'board' && dialog.held?.isMoving) return 'board-drag';
  return dialog.kind;
}

/** An action, and whether it must wait until what it answers has been drawn. */
export interface KeyHere extends Action {
  readonly isDeciding?: boolean;
}

/** Returns what can be done where the keys are. */
export function keysAt(state: AppState): readonly KeyHere[] {
  const where = whereOf(state);
  const dialog = where === 'too-small' || where === 'palette' ? null : shownDialog(state);
  const definition = dialog && definitionOf(dialog);
  return definition && dialog ? dialogKeys(definition, dialog) : actionsAt(where as Where);
}

/** Its own keys, and those that every dialog has: moving through what is longer, the palette, and back to the shell. */
function dialogKeys(definition: RoomDialog, dialog: AnyDialog): readonly KeyHere[] {
  const { group, keys } = keysNow(definition, dialog);
  const own = keys.map((key) => bound(key, group));
  const taken = new Set(own.flatMap((key) => key.keys));
  const isTyping = textNow(definition, dialog) !== null;
  const shared = [
    ...('scroll' in dialog ? scrollKeys(isTyping) : []),
    ...(isCoverable(definition, dialog) ? actions.filter(({ id }) => id === 'palette') : []),
    ...actions.filter(({ id }) => id === 'suspend'),
  ];
  return [...own, ...shared.filter((key) => !key.keys.some((name) => taken.has(name)))];
}

function bound(key: RoomDialogKey, group: string): KeyHere {
  const { hint } = key;
  const use = <T>(state: AppState, then: (dialog: AnyDialog) => T, otherwise: T): T => {
    const dialog = shownDialog(state);
    return dialog ? then(dialog) : otherwise;
  };
  return {
    id: key.id,
    title: key.title,
    keys: key.keys,
    group: key.group ?? group,
    where: [],
    ...(key.palette && { palette: key.palette }),
    ...(hint !== undefined && {
      hint: typeof hint === 'string' ? hint : (state) => use(state, (dialog) => hint(state, dialog), null),
    }),
    disabledReason: (state) => use(state, (dialog) => key.disabledReason?.(state, dialog) ?? null, null),
    isDeciding: isDeciding(key),
    run: (state) => use(state, (dialog) => key.run(state, dialog), stay(state)),
  };
}

/** Returns what a key does where the keys are. */
export function keyFor(state: AppState, name: string): KeyHere | null {
  return keysAt(state).find((action) => keysOf(action, state.settings).includes(name)) ?? null;
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
  const items = itemsOf(below, keysAt(below), isRoom ? [] : actionsAt('room'));
  return offersOf(items, state.palette?.filter.text ?? '');
}

/** A row of the help: keys and what they do. */
export interface KeyRow {
  readonly keys: readonly string[];
  readonly title: string;
}

/** The table by headings. Actions of the same title are one row; the program means the same by them. */
export function selectKeys(settings: Settings): readonly { group: string; rows: readonly KeyRow[] }[] {
  const groups = new Map<string, Map<string, Set<string>>>();
  const ofDialogs = dialogs.flatMap((definition) =>
    allKeys(definition).flatMap(({ group, keys }) => keys.map((key) => bound(key, group))),
  );
  for (const action of [
    ...ofDialogs,
    ...actions.filter(({ where }) => where.some((place) => place !== 'too-small')),
  ]) {
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

const groupOrder: readonly string[] = [
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
