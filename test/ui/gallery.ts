import { openWeighTime } from '../../src/features/workers/workerDialogs.ts';
import { pictureOf } from '../../src/tui/picture.tsx';
import { Chrome } from '../../src/ui/chrome.ts';
import type { AppState, ScreenSize } from '../../src/ui/state.ts';
import { withDialog } from '../../src/ui/step.ts';
import { boardDrag, boardRoom } from '../features/board/boardFixtures.ts';
import {
  conflictRoom,
  documentRoom,
  invoiceRoom,
  refusedSync,
} from '../features/invoices/documentFixtures.ts';
import { manyFacts, radarFacts, radarRoom, sidesRoom } from '../features/radar/radarFixtures.ts';
import { minutesAgo, press, room, type, worker } from '../tui/fixtures.ts';
import * as scenes from './scenes.ts';

type Scene = (size: ScreenSize) => AppState;

/** Returns the scene after these keys. */
function pressing(scene: Scene, ...keys: readonly string[]): Scene {
  return (size) => press(scene(size), ...keys).state;
}

/** Returns the scene after typing a text. */
function typing(scene: Scene, text: string): Scene {
  return (size) => type(scene(size), text).state;
}

function layout(change: Partial<AppState>): Scene {
  return (size) => ({ ...scenes.many(size), ...change });
}

const { busy } = scenes;
const crowded: Scene = (size) => room(scenes.crowdedFacts, size);
const documents: Scene = (size) => documentRoom(size);
const radar: Scene = (size) => radarRoom(size);
const openTime = { at: minutesAgo(1), text: '3 units' };
const palette = pressing(busy, ':');

/**
 * Every view and every dialog, by name, at any size of the terminal. Tests compare them with golden files and try all keys
 * in them; `npm run views` shows them.
 */
export const gallery = {
  room: busy,
  connecting: scenes.connecting,
  lost: scenes.lost,
  empty: scenes.empty,
  'no-repos': scenes.noRepos,
  crowded,
  'too-small': () => busy({ cols: 40, rows: 10 }),
  typing: pressing(busy, 'enter'),
  zoomed: pressing(busy, 'z'),
  'crowded-typing': pressing(crowded, '1'),
  'crowded-nine-panes': pressing(crowded, '+', '+', 'j'),
  'crowded-stacked': pressing(crowded, 'm', 'o'),
  'layout-1': layout({ grid: 1 }),
  'layout-2': layout({ grid: 2 }),
  'layout-4': layout({ grid: 4 }),
  'layout-6': layout({ grid: 6 }),
  'layout-9': layout({ grid: 9 }),
  'layout-9-needs-first': layout({ grid: 9, needsFirst: true }),
  'layout-stack': layout({ stacked: true }),
  'copy-mode': pressing(busy, 'pageup'),
  'copy-mode-selecting': pressing(busy, 'pageup', 'v'),
  searching: typing(pressing(busy, '/'), 'migration'),
  queue: pressing(busy, 'tab'),
  limits: scenes.stoppedByLimit,
  told: scenes.told,
  notices: pressing(scenes.told, '!'),
  card: scenes.card,
  'card-changed': scenes.changedCard,
  'card-resume': scenes.resumeCard,
  'card-without-develop': scenes.withoutDevelop,
  'crowded-card': pressing(crowded, 'tab', 'enter'),
  reject: typing(pressing(scenes.card, 'n'), 'We have this already'),
  develop: pressing(scenes.withoutDevelop, 'D'),
  'start-several': scenes.startingSeveral,
  'crowded-start-several': pressing(crowded, 'A'),
  'go-on': pressing(scenes.stoppedByLimit, 'C'),
  form: scenes.form,
  'form-refused': scenes.refusedForm,
  'crowded-form': pressing(crowded, 'n'),
  rename: pressing(busy, 'e'),
  'weigh-time': (size) => openWeighTime(busy(size), worker('backend/user-auth', { openTime })),
  'ask-several': scenes.severalChoices,
  deny: pressing(scenes.severalChoices, 'escape', 'n'),
  'finish-pending': pressing(busy, 'f'),
  finish: (size) => scenes.finishing(size),
  'finish-ignored': (size) => scenes.finishing(size, { ignored: ['.env'] }),
  'finish-blocked': (size) =>
    scenes.finishing(size, { blockers: ['1 file is not committed.'], uncommitted: ['src/jwt.ts'] }),
  'finish-rivals': (size) =>
    scenes.finishing(size, { conflictsAfter: ['backend/rate-limits', 'backend/exports'] }),
  clean: scenes.cleaning,
  stop: pressing(busy, 's'),
  'stop-all': pressing(busy, 'Q'),
  undo: (size) => withDialog(busy(size), { kind: 'undo', id: 'web/menu', pending: null, problem: null }),
  timeline: pressing(busy, 't'),
  problem: scenes.problem,
  repo: scenes.showingRepo,
  board: (size) => boardRoom(size),
  'board-drag': (size) => boardDrag(size, [24, 6], [44, 12]),
  'board-disputed': pressing(documents, 'b', 'h', 'j'),
  'board-edit': pressing((size) => boardRoom(size), 'e'),
  'begin-board': pressing(busy, 'b'),
  invoices: invoiceRoom,
  'invoices-filtered': pressing(invoiceRoom, 'f', 'w'),
  'sync-damaged': (size) => refusedSync(size, 'notion_base_damaged'),
  'sync-mass-deletion': (size) => refusedSync(size, 'mass_deletion'),
  conflicts: conflictRoom,
  'conflicts-edited': pressing(conflictRoom, 'e'),
  radar,
  'radar-marks': (size) => room(radarFacts(), size),
  'radar-many': (size) => radarRoom(size, manyFacts()),
  'radar-many-scrolled': pressing((size) => radarRoom(size, manyFacts()), ...Array(30).fill('j'), 'l', 'l'),
  'radar-lines': sidesRoom,
  'radar-message': pressing(radar, 'm'),
  help: pressing(busy, '?'),
  palette,
  'palette-queue': pressing(busy, 'tab', ':'),
  'palette-found': typing(palette, 're'),
  'palette-found-one': typing(palette, 'usau'),
  'palette-nothing': typing(palette, 'zzz'),
  'palette-board': typing(
    pressing((size) => boardRoom(size), ':'),
    'ca',
  ),
  'palette-board-scrolled': pressing((size) => boardRoom(size), ':', 'pagedown', 'pagedown'),
  'crowded-palette': pressing(crowded, ':', 'pagedown', 'pagedown'),
} as const satisfies Readonly<Record<string, Scene>>;

export type SceneName = keyof typeof gallery;

/** Returns the cells of the whole screen, drawn as the program draws them. */
export function cellsOf(state: AppState, color = true): Chrome['grid'] {
  const chrome = new Chrome(state.size.cols, state.size.rows);
  chrome.draw(pictureOf(state, color));
  return chrome.grid;
}
