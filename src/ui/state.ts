import type { Facts } from '../core/facts.ts';
import type { Found, SelectionShape, TerminalRecord, ViewCell } from '../ipc/hostApi.ts';
import type { Problem } from '../lib/result.ts';
import type { TextField } from './field.ts';

/** The state of the room. All that the screen shows is derived from it. */
export interface AppState {
  readonly settings: Settings;
  readonly size: ScreenSize;
  /** Milliseconds since 1970; as old as the last tick. */
  readonly now: number;
  readonly connection: Connection;
  /** Null until the controller's first answer; the last known facts while the connection is lost. */
  readonly facts: Facts | null;
  readonly terminals: ReadonlyMap<string, TerminalRecord>;
  /** The active list. */
  readonly list: ListName;
  /** The selected row of each list, by identity, because rows change. Null while a list is empty. */
  readonly cursors: { readonly fleet: FleetKey | null; readonly queue: QueueKey | null };
  /** True when the selected row of the queue was replaced by another since the last key. */
  readonly selectionShifted: boolean;
  /** Id of the worker selected last, whose page of panes is shown. Null without workers. */
  readonly anchor: string | null;
  readonly grid: GridLayout;
  /** The selected worker large and the others of its page beside it, instead of the grid. */
  readonly stacked: boolean;
  readonly zoomed: boolean;
  /** Orders panes by need of the person instead of by start of their workers. */
  readonly needsFirst: boolean;
  readonly focus: Focus;
  /** Null while it is closed. It covers the focus below it, which does not change. */
  readonly palette: Palette | null;
  /** True while the terminal's window has the focus, and where the terminal does not report it. */
  readonly hasFocus: boolean;
  /** Ids of workers whose bell has not been noticed yet. */
  readonly rang: ReadonlySet<string>;
  /** Ids of workers without notifications. */
  readonly silenced: ReadonlySet<string>;
  readonly drag: Drag | null;
  /** One line in the footer, until the next key or the end of its time. */
  readonly notice: Notice | null;
  /** Tag of the next request; the answer carries the same. */
  readonly nextTag: number;
}

export interface Settings {
  /** Name of the detach key, the one key that a worker never gets; see `keyName`. */
  readonly leaveKey: string;
  /** Passes the bell of a worker out of sight on to the person's terminal. */
  readonly bell: boolean;
  /** Sends a notification when something begins to need the person. */
  readonly notify: boolean;
  /** Number of panes when the room opens. */
  readonly layout: Layout;
  /** Order of the panes when the room opens. */
  readonly order: 'fixed' | 'needs-you-first';
}

/** The defaults. */
export const initialSettings: Settings = {
  leaveKey: 'ctrl-q',
  bell: true,
  notify: true,
  layout: 4,
  order: 'fixed',
};

/** A size in cells. */
export interface ScreenSize {
  readonly cols: number;
  readonly rows: number;
}

export type Connection =
  | { readonly status: 'connecting' }
  | { readonly status: 'live' }
  | { readonly status: 'lost'; readonly problem: Problem };

/** `fleet`: repositories with their workers. `queue`: everything that waits for the person. */
export type ListName = 'fleet' | 'queue';

type RepoKey = { readonly kind: 'repo'; readonly name: string };
type WorkerKey = { readonly kind: 'worker'; readonly id: string };
type ProposalKey = { readonly kind: 'proposal'; readonly n: number };
export type FleetKey = RepoKey | WorkerKey;
/** A request of a worker; `id` is the worker's. */
type RequestKey = { readonly kind: 'request'; readonly request: string; readonly id: string };
/** A worker's time that only a person can weigh; a row of its own beside other rows of the worker. */
type TimeKey = { readonly kind: 'time'; readonly id: string };
export type QueueKey = ProposalKey | WorkerKey | RequestKey | TimeKey;
export type RowKey = FleetKey | QueueKey;

/** Numbers of panes that make a grid, in ascending order. */
export const grids = [1, 2, 4, 6, 9] as const;

/** The number of panes wanted; fewer are shown without room or workers for them. */
export type GridLayout = (typeof grids)[number];

/** `stack`: one main pane at the left, up to four small ones at the right. */
export type Layout = GridLayout | 'stack';

/** The one receiver of keys. */
type Focus =
  | { readonly at: 'list' }
  | { readonly at: 'pane'; readonly id: string }
  | CopyMode
  | { readonly at: 'dialog'; readonly dialog: AnyDialog };

/** The palette: all actions and destinations, filtered by typed letters. */
export interface Palette {
  readonly filter: TextField;
  /** Id of the item that enter runs; null while there is none. */
  readonly marked: string | null;
}

export interface Notice {
  readonly text: string;
  readonly tone: 'info' | 'problem';
  /** Milliseconds since 1970; null until the first tick after it. */
  readonly since: number | null;
}

/** Returns the state of a new room. @param now milliseconds since 1970 @param problem shown first */
export function initialAppState(
  size: ScreenSize,
  now: number,
  settings: Settings = initialSettings,
  problem: string | null = null,
): AppState {
  const { layout, order } = settings;
  return {
    settings,
    size,
    now,
    connection: { status: 'connecting' },
    facts: null,
    terminals: new Map(),
    list: 'fleet',
    cursors: { fleet: null, queue: null },
    selectionShifted: false,
    anchor: null,
    grid: layout === 'stack' ? 4 : layout,
    stacked: layout === 'stack',
    zoomed: false,
    needsFirst: order === 'needs-you-first',
    focus: { at: 'list' },
    palette: null,
    hasFocus: true,
    rang: new Set(),
    silenced: new Set(),
    drag: null,
    notice: problem === null ? null : { text: problem, tone: 'problem', since: null },
    nextTag: 1,
  };
}

/** Returns the open dialog, of which there is at most one. */
export function shownDialog(state: AppState): AnyDialog | null {
  return state.focus.at === 'dialog' ? state.focus.dialog : null;
}

/** Reports whether neither a dialog, the palette nor a worker has the keys. */
export function isRoomFree({ focus, palette }: AppState): boolean {
  return focus.at === 'list' && palette === null;
}

/** Returns the selected row of the active list. */
export function selectionOf(state: AppState): RowKey | null {
  return state.cursors[state.list];
}

/** The request of a dialog, and the problem of the last refused one. */
export interface PendingRequest {
  /** Tag of the request under way. */
  readonly pending: number | null;
  readonly problem: Problem | null;
}

/** The initial values of a dialog that was just opened. */
export const unasked = { pending: null, problem: null } as const;

/** The rows of an approval that were visible, from the first on without a gap. */
export interface SeenPane {
  /** Identifies width and plan; another width or plan has other rows. */
  readonly of: string;
  readonly rows: number;
  readonly all: number;
}

/** The scroll position of a dialog. */
export interface Scrolling {
  /** Index of the first visible row. */
  readonly scroll: number;
}

/** The state that all dialogs share; each dialog's own file declares the rest. */
export interface AnyDialog extends Partial<PendingRequest & Scrolling> {
  readonly kind: string;
  readonly seen?: SeenPane;
}

/** Copy mode, as in tmux: the keys scroll, search and select in one worker's output, and the worker gets none of them. */
export interface CopyMode {
  readonly at: 'copy-mode';
  readonly id: string;
  /** The cursor's cell in the view. */
  readonly cursor: ViewCell;
  /** The shape of the selection that the cursor extends; null without one. */
  readonly selecting: Exclude<SelectionShape, 'words'> | null;
  /** The search whose matches are marked. */
  readonly search: Search | null;
  /** The search prompt while it is open. */
  readonly prompt: TextField | null;
}

export interface Search {
  readonly text: string;
  /** Null until the host has answered. */
  readonly found: Found | null;
}

/** A selection made with the mouse. It stays visible until the next key or press. */
export interface Drag {
  readonly id: string;
  /** Cell of the view where the button went down. */
  readonly from: ViewCell;
  /** Cell of the view where the mouse was last. */
  readonly to: ViewCell;
  readonly shape: SelectionShape;
  /** `pressed`: may still become a click. `selecting`: has moved. `copied`: the button was released. */
  readonly phase: 'pressed' | 'selecting' | 'copied';
  /** Distance of the mouse from the pane in rows, negative above it; see `rowsBeyond`. */
  readonly beyond: number;
}
