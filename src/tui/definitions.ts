import {
  allKeys,
  type DialogStateOf,
  decidedSubject,
  isCoverable,
  isDeciding,
  keysNow,
  textNow,
} from '../core/dialog.ts';
import { notices, problem } from '../features/attention/noticesDialog.ts';
import { queueKeys, silenceKey } from '../features/attention/queueKeys.ts';
import { askDialog, denyDialog } from '../features/attention/requestDialogs.ts';
import { board, boardKey } from '../features/board/boardDialog.ts';
import { beginBoard, cardText } from '../features/board/cardTextDialog.ts';
import { invoices, invoicesKey } from '../features/invoices/invoicesDialog.ts';
import { timeline, timelineKey } from '../features/messages/timelineDialog.ts';
import { conflictsDialog } from '../features/notion/conflictsDialog.ts';
import { sync } from '../features/notion/syncDialog.ts';
import { noteDialog } from '../features/radar/noteDialog.ts';
import { radar, radarKey } from '../features/radar/radarDialog.ts';
import { sides } from '../features/radar/sidesDialog.ts';
import { develop, developKey } from '../features/repos/developDialog.ts';
import { repo } from '../features/repos/repoDialog.ts';
import { goOnDialog, goOnKey } from '../features/usage/goOnDialog.ts';
import { card } from '../features/workers/cardDialog.ts';
import { cleanDialog, finishDialog } from '../features/workers/endDialogs.ts';
import { form } from '../features/workers/formDialog.ts';
import { rejectDialog } from '../features/workers/proposalDialogs.ts';
import { startSeveral, startSeveralKey } from '../features/workers/startSeveralDialog.ts';
import {
  renameDialog,
  renameKey,
  stopAll,
  stopDialog,
  undoDialog,
  undoKey,
  weighTimeDialog,
} from '../features/workers/workerDialogs.ts';
import { workerKeys } from '../features/workers/workerKeys.ts';
import type { RoomDialog, RoomDialogKey } from '../ui/dialog.ts';
import { defineHelp, type KeyGroup } from '../ui/helpDialog.ts';
import {
  type KeyPlace,
  keyLabel,
  keysOf,
  type RoomKey,
  scrollKeys,
  scrollKeysBesideText,
  suspendKey,
} from '../ui/keys.ts';
import { type AnyDialog, type AppState, type Settings, shownDialog } from '../ui/state.ts';
import { noEffects } from '../ui/step.ts';
import { copyModeEntryKeys, copyModeKeys, searchPlace } from './copyMode.ts';
import { itemsOf, type Offer, offersOf, paletteKeyOf, palettePlaceOf, subjectOf } from './palette.ts';
import { movingKeys, paneKeys, panePlace, programKeys, tooSmallPlace, zoomKey } from './roomKeys.ts';

/* All dialogs and places. Keymap, footer, help and palette are derived from their definitions. */

const answering = [askDialog, denyDialog, weighTimeDialog] as const;
const others = [
  ...([board, cardText, invoices, sync, conflictsDialog, radar, sides, noteDialog] as const),
  ...([
    card,
    rejectDialog,
    startSeveral,
    goOnDialog,
    form,
    renameDialog,
    finishDialog,
    cleanDialog,
    stopDialog,
    stopAll,
    undoDialog,
  ] as const),
  ...([develop, beginBoard, timeline, repo, problem, notices, defineHelp(selectKeys)] as const),
] as const;

/** All dialogs, in the order of the help. */
export const dialogs: readonly RoomDialog[] = [...answering, ...others];

/** The state of any dialog. */
export type Dialog = DialogStateOf<(typeof answering)[number] | (typeof others)[number]>;

const byKind = new Map(dialogs.map((dialog) => [dialog.kind, dialog]));

/** Returns the definition of an open dialog. */
export function definitionOf({ kind }: AnyDialog): RoomDialog {
  const definition = byKind.get(kind);
  if (!definition) throw new Error(`The dialog ${kind} is not among the definitions.`);
  return definition;
}

const paletteKey = paletteKeyOf(selectOffers);

const onWorkers = [
  ...[...workerKeys, renameKey, timelineKey, undoKey],
  ...[boardKey, invoicesKey, radarKey, developKey],
];
const onSeveral = [silenceKey, startSeveralKey, goOnKey];

/** The keys of the lists, in the order of the footer. */
const roomKeys: readonly RoomKey[] = [
  ...[...onSeveral, ...onWorkers],
  ...[...paneKeys, ...movingKeys, ...copyModeEntryKeys],
  ...[paletteKey, ...programKeys],
];

const inQueue = new Set(queueKeys.flatMap(({ keys }) => keys));
const listPlaces: readonly KeyPlace[] = [
  {
    name: 'queue',
    isHere: ({ focus, list }) => focus.at === 'list' && list === 'queue',
    keys: [...queueKeys, ...roomKeys.filter(({ keys }) => !keys.some((key) => inQueue.has(key)))],
  },
  { name: 'room', isHere: ({ focus }) => focus.at === 'list', keys: roomKeys },
];
const palettePlace = palettePlaceOf(selectOffers);
const copyModePlace: KeyPlace = {
  name: 'copy-mode',
  isHere: ({ focus }) => focus.at === 'copy-mode',
  keys: [zoomKey, ...copyModeKeys, paletteKey],
};

/** All places, by priority: the first whose `isHere` holds has the keys. */
export const places: readonly KeyPlace[] = [
  ...[tooSmallPlace, palettePlace, panePlace, searchPlace, copyModePlace],
  ...listPlaces,
].map((place) => (place.isProgram ? place : { ...place, keys: [...place.keys, suspendKey] }));

/** Returns the place that has the keys; null when a dialog has them. */
export function placeOf(state: AppState): KeyPlace | null {
  return places.find(({ isHere }) => isHere(state)) ?? null;
}

/** A key of the current place or dialog. */
interface KeyHere extends RoomKey {
  /** True when it answers something that must have been drawn before. */
  readonly isDeciding?: boolean;
}

/** Returns the keys of the current place or dialog. */
export function keysAt(state: AppState): readonly KeyHere[] {
  const place = placeOf(state);
  if (place) return place.keys;
  const dialog = shownDialog(state);
  return dialog ? dialogKeys(definitionOf(dialog), dialog) : [];
}

/** Returns a dialog's own keys and the shared ones: scrolling, palette, suspend. */
function dialogKeys(definition: RoomDialog, dialog: AnyDialog): readonly KeyHere[] {
  const { group, keys } = keysNow(definition, dialog);
  const own = keys.map((key) => bound(key, group));
  const taken = new Set(own.flatMap((key) => key.keys));
  const scrolling = textNow(definition, dialog) === null ? scrollKeys : scrollKeysBesideText;
  const shared = [
    ...(dialog.scroll === undefined ? [] : scrolling),
    ...(isCoverable(definition, dialog) ? [paletteKey] : []),
    suspendKey,
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
    ...(key.palette && { palette: key.palette }),
    ...(hint !== undefined && {
      hint: typeof hint === 'string' ? hint : (state) => use(state, (dialog) => hint(state, dialog), null),
    }),
    disabledReason: (state) => use(state, (dialog) => key.disabledReason?.(state, dialog) ?? null, null),
    isDeciding: isDeciding(key),
    run: (state) => use(state, (dialog) => key.run(state, dialog), noEffects(state)),
  };
}

/** Returns the definition of a key in the current place or dialog. */
export function keyFor(state: AppState, name: string): KeyHere | null {
  return keysAt(state).find((key) => keysOf(key, state.settings).includes(name)) ?? null;
}

/**
 * Reports whether a yes would answer something that was not drawn yet. Several keys may arrive at once; a key must not
 * answer what an earlier one of them opened.
 * @param drawn the state of the last picture
 */
export function isUnseen(state: AppState, drawn: AppState | null): boolean {
  const subject = decided(state);
  return subject !== null && subject !== (drawn?.palette === null ? decided(drawn) : null);
}

function decided(state: AppState): string | null {
  const dialog = shownDialog(state);
  return dialog && decidedSubject(definitionOf(dialog), state, dialog);
}

/** Returns the palette's items that match the typed text. */
export function selectOffers(state: AppState): readonly Offer[] {
  const below = { ...state, palette: null };
  const isRoom = below.focus.at === 'list';
  const items = itemsOf(below, keysAt(below), isRoom ? [] : roomKeys, selectSubject(below));
  return offersOf(items, state.palette?.filter.text ?? '');
}

/** Returns the selection below the palette; null without one. */
export function selectSubject(state: AppState): string | null {
  const dialog = shownDialog(state);
  return subjectOf(state, dialog && definitionOf(dialog));
}

/** All keys, in the order of the help. */
const documented: readonly RoomKey[] = [
  ...[...onWorkers, ...queueKeys, ...onSeveral],
  ...answering.flatMap(keysOfDialog),
  ...[...panePlace.keys, ...paneKeys, ...copyModeEntryKeys],
  ...[...movingKeys, paletteKey, ...programKeys, suspendKey],
  ...[...palettePlace.keys, ...copyModePlace.keys, ...searchPlace.keys],
  ...others.flatMap(keysOfDialog),
  ...scrollKeys,
];

function keysOfDialog(definition: RoomDialog): readonly RoomKey[] {
  return allKeys(definition).flatMap(({ group, keys }) => keys.map((key) => bound(key, group)));
}

/** Returns the keys by headings. Keys with the same title are one row. */
export function selectKeys(settings: Settings): readonly KeyGroup[] {
  const groups = new Map<string, Map<string, Set<string>>>();
  for (const key of documented) {
    const rows = groups.get(key.group) ?? new Map<string, Set<string>>();
    const names = rows.get(key.title) ?? new Set<string>();
    for (const name of keysOf(key, settings)) names.add(keyLabel(name));
    groups.set(key.group, rows.set(key.title, names));
  }
  return Array.from(groups, ([group, rows]) => ({
    group,
    rows: Array.from(rows, ([title, keys]) => ({ title, keys: [...keys] })),
  }));
}

/** Returns the list of keys as Markdown tables, for the documentation. */
export function keyTable(settings: Settings): string {
  const tables = selectKeys(settings).map(({ group, rows }) => {
    const cells = rows.map(
      ({ keys, title }) => `| ${keys.map((key) => `\`${key}\``).join(' ')} | ${title} |`,
    );
    return [`| ${group} | |`, '|---|---|', ...cells].join('\n');
  });
  return tables.join('\n\n');
}
