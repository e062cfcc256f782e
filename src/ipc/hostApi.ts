import type { GuardRules } from '../core/worker.ts';
import type { Problem, Result } from '../lib/result.ts';
import type { Progress } from '../terminal/modes.ts';
import type { Scroll } from '../terminal/screen.ts';

/** The host's record of one terminal. Always sent whole, so that a missed one does no harm. */
export interface TerminalRecord {
  /** The worker's id; an opaque key for the host. */
  readonly id: string;
  readonly pid: number;
  readonly cols: number;
  readonly rows: number;
  /** Set by the program through OSC 0 or 2; control characters removed, at most 200 characters. */
  readonly title: string;
  /** Set by the program through OSC 9;4; null for none, and after the program's end. */
  readonly progress: Progress | null;
  /** Output came within the last second. */
  readonly flowing: boolean;
  /** The program wants mouse events. */
  readonly mouse: boolean;
  /** The program has the alternate screen, which has no scrollback. */
  readonly fullScreen: boolean;
  /** ISO time. */
  readonly startedAt: string;
  /** ISO time of the last key, paste or click sent to it; absent before the first. Its change alone is not published. */
  readonly typedAt?: string;
  /** Step of the shutdown; absent before one was requested. */
  readonly ending?: EndingStep;
  /** Set once the child has ended and its screen has all output. */
  readonly exit: { readonly code: number; readonly signal: number; readonly at: string } | null;
}

/** Interrupted; asked to quit; sent SIGTERM and then SIGKILL. */
export type EndingStep = 'interrupting' | 'quitting' | 'terminating';

/**
 * Keys and times for a graceful shutdown before signals. A step without keys or time is skipped. At a question no key is
 * pressed, and signals end the program.
 */
export interface ShutdownPolicy {
  /** Keys that interrupt the program, and the most milliseconds until it is idle. */
  readonly interrupt: string;
  readonly idleMs: number;
  /** Command that ends the program when typed with Enter, and the most milliseconds until its end. */
  readonly quit: string;
  readonly quitMs: number;
  /** Milliseconds from SIGTERM to SIGKILL. */
  readonly termMs: number;
}

export interface OpenTerminal {
  readonly id: string;
  /** Program and arguments; no shell in between. */
  readonly command: readonly string[];
  readonly cwd: string;
  /** The complete environment of the child. `ORCH_HOOK_URL` is added by the host. */
  readonly env: Readonly<Record<string, string>>;
  readonly cols: number;
  readonly rows: number;
  /** Token with which the child posts to the inbox; also in its environment as `ORCH_TOKEN`. */
  readonly token: string;
  /** Lines kept above the screen, 0–100,000; a few are always kept. 5000 and 1000 by default. */
  readonly scrollback?: ScrollbackLimits;
  /** Absent: SIGTERM, and SIGKILL 3 s later. */
  readonly ending?: ShutdownPolicy;
  /** Rules of the guard for the child, for the life of the terminal; absent for none. */
  readonly guard?: GuardRules;
}

/** Lines kept above a screen while a link watches it, and without one for a while. */
export interface ScrollbackLimits {
  readonly visible: number;
  readonly hidden: number;
}

/** A visible cell of a view, from 0; clipped to the right and lower edge. */
export interface ViewCell {
  readonly x: number;
  readonly y: number;
}

/** Scrolls by lines, negative towards older ones, or to an end; clipped. */
export type ScrollRequest =
  | { readonly channel: number; readonly by: number }
  | { readonly channel: number; readonly to: 'top' | 'bottom' };

export interface SearchRequest {
  readonly channel: number;
  /**
   * Plain text, at most 1000 characters. Case matters only if it has a capital. '' ends the search.
   */
  readonly text: string;
  /** Towards older lines or newer ones; wraps around. */
  readonly direction: 'back' | 'forward';
}

/** Result of a search. */
export interface Found {
  readonly found: boolean;
  /** In scrollback and screen; matches may overlap. */
  readonly matches: number;
  /** Number of this match, 1 for the oldest; 0 without a match. */
  readonly nth: number;
  /** Cell of its first character. */
  readonly at: ViewCell | null;
}

/** The unit of a selection: both ends are extended to whole characters, words or lines. */
export type SelectionShape = 'characters' | 'words' | 'lines';

/** Selects from one cell to another; without `from` moves the end of the selection. `to: null` clears it. */
export type SelectRequest =
  | {
      readonly channel: number;
      readonly from?: ViewCell;
      readonly to: ViewCell;
      readonly shape: SelectionShape;
    }
  | { readonly channel: number; readonly to: null };

/** A message that a child posted to its hook URL. */
export interface ChildMessage {
  /** Terminal of its token. */
  readonly id: string;
  /** Path below `/`, such as `hook`. */
  readonly topic: string;
  /** ISO time of arrival. */
  readonly at: string;
  /** Parsed JSON, at most 1 MB; untrusted like all data of a worker. */
  readonly body: unknown;
}

/** A message as sent to the controller. */
export interface InboxMessage extends ChildMessage {
  /** Unique id; the same when it is delivered again. */
  readonly post: string;
  /** The sender no longer waits for an answer. */
  readonly late?: true;
  /** Milliseconds since its arrival, by a monotonic clock. */
  readonly waitedMs: number;
  /** It was delivered to an earlier controller, too. */
  readonly isRepeated: boolean;
}

/**
 * Topic of requests that a person has to answer. They wait without limit, also for the next controller when one ends.
 */
export const askTopic = 'ask';

/** Topic of hooks. Only those of the terminals named by `holdHooks` use the content of the answer. */
export const hookTopic = 'hook';

/** Topic of refusals by the guard, with `what` and `why` as body; not available to children. */
export const deniedTopic = 'guard:denied';

/** Requests to the host. `open`, `end`, `forget`, `identify` and `holdHooks` are for the controller only. */
export interface HostApi {
  open(params: OpenTerminal): Result<TerminalRecord>;
  list(params: Record<string, never>): Result<readonly TerminalRecord[]>;
  /** Returns a screen as plain text, or with SGR sequences, and `scrollback` lines above it. */
  text(params: { id: string; ansi?: boolean; scrollback?: number }): Result<{ text: string }>;
  /** Starts frames of `FrameKind.screen`, the first a whole screen. One watch per channel. */
  watch(params: {
    id: string;
    channel: number;
    cols?: number;
    rows?: number;
    raw?: boolean;
  }): Result<TerminalRecord>;
  unwatch(params: { channel: number }): Result<null>;
  /**
   * Sets the size of this link's viewport. The smallest of all watching links becomes the terminal's. With `raw`, while
   * both are the same, frames of `FrameKind.raw` replace screens: bytes for a real terminal of that size, beginning with
   * all it shows. Another such request starts them over; one without `raw` ends them.
   */
  fit(params: { channel: number; cols: number; rows: number; raw?: boolean }): Result<null>;
  /**
   * Scrolls the view of a watch. A view's scroll position, search and selection are drawn into the sent screens. A view
   * that was scrolled back stays at its lines until this link types into the terminal, or its program changes to or from
   * the alternate screen.
   * @returns `bad_request` for a channel without a watch, and for numbers that are not whole
   */
  scroll(params: ScrollRequest): Result<Scroll>;
  /** Goes to the next match after the current one, or from the edge of the view. Visible matches are marked. */
  search(params: SearchRequest): Result<Found>;
  select(params: SelectRequest): Result<null>;
  /**
   * Returns the selected text without trailing blanks, wrapped lines joined; of more than 2,000,000 characters the last
   * lines. `lines` counts them, 0 for no selection.
   */
  copy(params: { channel: number }): Result<{ text: string; lines: number }>;
  /**
   * Types text into a child as one paste, bracketed where the child enabled that. Drops control characters other than tab
   * and newline. `submit` presses Enter after a pause. `own` is earlier text that may still be in its input box.
   * @returns `asks` at a question, with nothing typed; `asks_meanwhile` where one appeared after the text, without Enter;
   * `not_at_prompt`, `not_shown`, `not_reading`
   */
  paste(params: { id: string; text: string; submit: boolean; own?: string }): Result<null>;
  /** Ends a child by its shutdown policy, and all that it started; resolves when it has ended. */
  end(params: { id: string }): Result<TerminalRecord>;
  /** Removes a terminal whose child has ended, with its screen. */
  forget(params: { id: string }): Result<null>;
  /** Returns the terminal of a running child by its token; `unknown_token`. */
  identify(params: { token: string }): Result<{ id: string }>;
  /**
   * Sets the terminals whose hooks wait for the controller's answer. All others are answered at once and delivered
   * afterwards. None wait before the first such request.
   */
  holdHooks(params: { ids: readonly string[] }): Result<null>;
  /** Returns the address of the inbox: `http://127.0.0.1:<port>`. */
  inbox(params: Record<string, never>): Result<{ url: string }>;
  /** `dropped` counts messages of the inbox that were discarded because no controller fetched them. */
  status(
    params: Record<string, never>,
  ): Result<DaemonStatus & { terminals: number; running: number; dropped: number }>;
  /** Ends the host. Refused with `terminals_running` unless `endAll`. */
  stop(params: { endAll?: boolean }): Result<null>;
}

/** Requests of the host to the controller. */
export interface HostUpcalls {
  /** Delivers a message of the inbox, in order of arrival; the answer becomes the body of the child's response. */
  received(params: InboxMessage): Result<unknown>;
}

/** Notifications from the host to every link. */
export interface HostNotices {
  terminal: TerminalRecord;
  /** The child sent BEL. */
  bell: { readonly id: string };
  forgotten: { readonly id: string };
  /** To the controller: the sender of this message no longer waits for an answer. */
  withdrawn: { readonly post: string };
  /** To the link that typed: its input did not reach the child. */
  notTyped: { readonly id: string; readonly problem: Problem };
}

export interface DaemonStatus {
  readonly pid: number;
  readonly version: string;
  readonly protocol: number;
  /** ISO time. */
  readonly startedAt: string;
  /** Bytes. */
  readonly memory: number;
}
