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
  /** Null until the controller has answered once; the last known ones while the connection is lost. */
  readonly facts: Facts | null;
  readonly terminals: ReadonlyMap<string, TerminalRecord>;
  /** The list that the keys move in. */
  readonly list: ListName;
  /** The selected row of each list, by identity, because rows come and go. Null while a list is empty. */
  readonly cursors: { readonly fleet: FleetKey | null; readonly queue: QueueKey | null };
  /** Since the last key the selected row of the queue was replaced by another. */
  readonly selectionShifted: boolean;
  /** Worker last selected: its page of panes is shown. Null without workers. */
  readonly anchor: string | null;
  readonly grid: GridLayout;
  /** The selected worker large and the others of its page beside it, instead of the grid. */
  readonly stacked: boolean;
  readonly zoomed: boolean;
  /** Panes of those that need the person first, instead of the order in which workers came. */
  readonly needsFirst: boolean;
  readonly focus: Focus;
  /** Null while it is closed. It lies above whatever had the keys, which stays as it is. */
  readonly palette: Palette | null;
  /** Whether the terminal's window has the focus; true where the terminal does not report it. */
  readonly hasFocus: boolean;
  /** Workers that rang and have not been looked at since. */
  readonly rang: ReadonlySet<string>;
  /** Workers that the person wants no notifications of. */
  readonly silenced: ReadonlySet<string>;
  readonly drag: Drag | null;
  /** One line for the person, until the next key or until it has had its time. */
  readonly notice: Notice | null;
  /** Tag of the next request, by which its answer is matched. */
  readonly nextTag: number;
}

export interface Settings {
  /** Name of the detach key, the one key that a worker never gets; see `keyName`. */
  readonly leaveKey: string;
  /** Whether the person's terminal rings when a worker rings that they do not look at. */
  readonly bell: boolean;
  /** Whether notifications are sent for what begins to need the person. */
  readonly notify: boolean;
  /** Panes when the control room opens. */
  readonly layout: Layout;
  /** Order of the panes when the control room opens. */
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

/** Cells. */
export interface ScreenSize {
  readonly cols: number;
  readonly rows: number;
}

export type Connection =
  | { readonly status: 'connecting' }
  | { readonly status: 'live' }
  | { readonly status: 'lost'; readonly problem: Problem };

/** `fleet`: repositories with their workers. `queue`: whatever waits for the person. */
export type ListName = 'fleet' | 'queue';

export type RepoKey = { readonly kind: 'repo'; readonly name: string };
export type WorkerKey = { readonly kind: 'worker'; readonly id: string };
export type ProposalKey = { readonly kind: 'proposal'; readonly n: number };
export type FleetKey = RepoKey | WorkerKey;
/** What a worker waits for; `id` is the worker's. */
export type RequestKey = { readonly kind: 'request'; readonly request: string; readonly id: string };
/** A worker's time that only a person can weigh: it waits beside what else the worker has to say. */
type TimeKey = { readonly kind: 'time'; readonly id: string };
export type QueueKey = ProposalKey | WorkerKey | RequestKey | TimeKey;
export type RowKey = FleetKey | QueueKey;

/** Numbers of panes that make a grid, from one step to the next. */
export const grids = [1, 2, 4, 6, 9] as const;

/** Panes wanted at once; fewer are shown where there is no room or are no workers. */
export type GridLayout = (typeof grids)[number];

/** `stack`: one main pane at the left, up to four small ones at the right. */
export type Layout = GridLayout | 'stack';

/** Where keys go: to exactly one of these. */
export type Focus =
  | { readonly at: 'list' }
  | { readonly at: 'pane'; readonly id: string }
  | CopyMode
  | { readonly at: 'dialog'; readonly dialog: AnyDialog };

/** The palette: all actions and destinations, found by their letters. */
export interface Palette {
  readonly filter: TextField;
  /** Id of what enter runs. It stays with its item while others come and go; null while there is none. */
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

/** Returns the row that keys act on. */
export function selectionOf(state: AppState): RowKey | null {
  return state.cursors[state.list];
}

/** A dialog that waits for an answer, and what the last answer refused. */
export interface PendingRequest {
  /** Tag of the request under way. */
  readonly pending: number | null;
  readonly problem: Problem | null;
}

/** The initial values of a dialog that was just opened. */
export const unasked = { pending: null, problem: null } as const;

/** How many of the rows to be approved have been in sight, from the first on without a gap. */
export interface SeenPane {
  /** Identifies width and plan, because other ones have other rows. */
  readonly of: string;
  readonly rows: number;
  readonly all: number;
}

/** First row shown of what is longer than the dialog. */
export interface Scrolling {
  readonly scroll: number;
}

/** What the room knows of every dialog. The rest is known to the dialog's own file. */
export interface AnyDialog extends Partial<PendingRequest & Scrolling> {
  readonly kind: string;
  readonly seen?: SeenPane;
}

/** Copy mode, as in tmux: the keys scroll, search and select in one worker's output, and the worker gets none of them. */
export interface CopyMode {
  readonly at: 'copy-mode';
  readonly id: string;
  /** Cell of the view that the keys move. */
  readonly cursor: ViewCell;
  /** What moving the cursor selects. */
  readonly selecting: Exclude<SelectionShape, 'words'> | null;
  /** Text whose matches are marked. */
  readonly search: Search | null;
  /** A text to search for that is being typed. */
  readonly prompt: TextField | null;
}

export interface Search {
  readonly text: string;
  /** Null until the answer has come. */
  readonly found: Found | null;
}

/** A selection made with the mouse. It is seen until the next key or press, which drops it. */
export interface Drag {
  readonly id: string;
  /** Where the button went down, in cells of the view … */
  readonly from: ViewCell;
  /** … and where the mouse was last. */
  readonly to: ViewCell;
  readonly shape: SelectionShape;
  /** `pressed` may become a click; `selecting` is no click any more; `copied` has let go. */
  readonly phase: 'pressed' | 'selecting' | 'copied';
  /** Rows that the mouse is above (negative) or below the pane. */
  readonly beyond: number;
}
