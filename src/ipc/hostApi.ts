import type { GuardRules } from '../core/worker.ts';
import type { Problem, Result } from '../lib/result.ts';
import type { Progress } from '../terminal/modes.ts';
import type { Scroll } from '../terminal/screen.ts';

/** The host's record of one terminal. It is always sent whole, so a missed one does no harm. */
export interface TerminalRecord {
  /** The worker's id; to the host merely a key. */
  readonly id: string;
  readonly pid: number;
  readonly cols: number;
  readonly rows: number;
  /** Set by the program through OSC 0 or 2; control characters removed, at most 200 characters. */
  readonly title: string;
  /** Set by the program through OSC 9;4; null when there is none, and after its end. */
  readonly progress: Progress | null;
  /** Output came within the last second. Changes are announced, not polled for. */
  readonly flowing: boolean;
  /** The program wants mouse events. */
  readonly mouse: boolean;
  /** The program has the alternate screen, which has no scrollback. */
  readonly fullScreen: boolean;
  /** ISO time. */
  readonly startedAt: string;
  /** ISO time of the last key, paste or click that was sent to it; absent before the first. Not announced by itself. */
  readonly typedAt?: string;
  /** Step of its ending, once that was requested; absent before. */
  readonly ending?: EndingStep;
  /** Set once the child has ended and all its output is on the screen. */
  readonly exit: { readonly code: number; readonly signal: number; readonly at: string } | null;
}

/** Interrupted, asked to quit, sent SIGTERM and then SIGKILL. */
export type EndingStep = 'interrupting' | 'quitting' | 'terminating';

/**
 * Keys and times for asking a program to end before signals. A step without keys or time is left out; at a question no key is
 * pressed, and signals end it.
 */
export interface ShutdownPolicy {
  /** Keys that interrupt what it does, and how many milliseconds at most until it rests. */
  readonly interrupt: string;
  readonly idleMs: number;
  /** Typed with Enter behind it, this makes it end, within so many milliseconds at most. */
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
  /** Lines kept above the screen, 0–100,000; a few are always kept. 5000 and 1000 when not given. */
  readonly scrollback?: ScrollbackLimits;
  /** Absent: it is sent SIGTERM, and SIGKILL 3 s later. */
  readonly ending?: ShutdownPolicy;
  /** Rules of the guard for its agent, as long as the terminal exists; absent for none. */
  readonly guard?: GuardRules;
}

/** Lines kept above a screen while some link watches it, and a while after the last one has gone. */
export interface ScrollbackLimits {
  readonly visible: number;
  readonly hidden: number;
}

/** A cell of a view as it is shown, from 0; what lies beyond its right or lower edge is taken for the edge. */
export interface ViewCell {
  readonly x: number;
  readonly y: number;
}

/** By so many lines, negative towards the older ones, or to an end; clipped to what there is. */
export type ScrollRequest =
  | { readonly channel: number; readonly by: number }
  | { readonly channel: number; readonly to: 'top' | 'bottom' };

export interface SearchRequest {
  readonly channel: number;
  /**
   * Plain text, at most 1000 characters. Upper and lower case are the same unless it has a capital. With '' nothing
   * is marked any more.
   */
  readonly text: string;
  /** Towards older lines or newer ones; beyond the last match comes the first. */
  readonly direction: 'back' | 'forward';
}

/** Result of a search. */
export interface Found {
  readonly found: boolean;
  /** In the whole scrollback and the screen; matches may overlap. */
  readonly matches: number;
  /** Which of them this one is, the oldest being 1; 0 without a match. */
  readonly nth: number;
  /** Cell of its beginning. */
  readonly at: ViewCell | null;
}

/** The unit of a selection: both ends are included, and made whole characters, words or lines. */
export type SelectionShape = 'characters' | 'words' | 'lines';

/** Selects from one cell to another; without `from` the selection there is gets another end. `to: null` clears it. */
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
  /** Terminal whose token it carried. */
  readonly id: string;
  /** Path below `/`, such as `hook`. */
  readonly topic: string;
  /** ISO time of arrival. */
  readonly at: string;
  /** Parsed JSON, at most 1 MB; as hostile as anything a worker says. */
  readonly body: unknown;
}

/** The same on its way to a controller. */
export interface InboxMessage extends ChildMessage {
  /** Names it among all that were ever posted; the same when it is handed over again. */
  readonly post: string;
  /** The sender has gone on already: an answer does not reach it. */
  readonly late?: true;
  /** Milliseconds since its arrival, by a clock that only goes forward. */
  readonly waitedMs: number;
  /** An earlier controller was given it, too. */
  readonly isRepeated: boolean;
}

/**
 * Topic of requests that a person has to answer: that may take as long as it takes, and the end of a controller is
 * no reason to let them go on without.
 */
export const askTopic = 'ask';

/** Topic of hooks. Few of them use the content of our answer: `holdHooks` names their terminals. */
export const hookTopic = 'hook';

/** Topic of what the guard refused, with `what` and `why` as body; no child can post under it. */
export const deniedTopic = 'guard:denied';

/** Requests to the host. `open`, `end`, `forget`, `identify` and `holdHooks` are the controller's alone. */
export interface HostApi {
  open(params: OpenTerminal): Result<TerminalRecord>;
  list(params: Record<string, never>): Result<readonly TerminalRecord[]>;
  /** Terminals' screens as plain text, or as bytes with SGR; `scrollback` lines before it. */
  text(params: { id: string; ansi?: boolean; scrollback?: number }): Result<{ text: string }>;
  /** Sends frames of `FrameKind.screen` from now on, the first a whole screen. One per terminal and link. */
  watch(params: {
    id: string;
    channel: number;
    cols?: number;
    rows?: number;
    raw?: boolean;
  }): Result<TerminalRecord>;
  unwatch(params: { channel: number }): Result<null>;
  /**
   * The size this link has room for. The smallest of all watching links wins. With `raw`, wherever that is the
   * terminal's size, frames of `FrameKind.raw` come instead of screens: bytes for a real terminal of that size,
   * beginning with all it shows. Asked again they start over; without `raw` they end.
   */
  fit(params: { channel: number; cols: number; rows: number; raw?: boolean }): Result<null>;
  /**
   * The view of a watch: where it looks, what is searched for in it, and what is selected. All of it is drawn into
   * the screen that is sent. A view that has been scrolled back stays where it is while output goes on, until this
   * link types into the terminal or its program changes to or from the alternate screen.
   *
   * `bad_request` for a channel nothing is watched on, and for numbers that are not whole.
   */
  scroll(params: ScrollRequest): Result<Scroll>;
  /** Goes to the next match from the one before, or from the view's edge. Visible matches are marked. */
  search(params: SearchRequest): Result<Found>;
  select(params: SelectRequest): Result<null>;
  /**
   * The selected text without trailing blanks, wrapped lines joined; its last lines, as many as 2,000,000 characters
   * hold, where it is longer. `lines` counts them, 0 when nothing is selected.
   */
  copy(params: { channel: number }): Result<{ text: string; lines: number }>;
  /**
   * Types text into a child as one paste, bracketed where the child asked for that; control characters other than
   * tab and newline are dropped. `submit` presses Enter behind it, after a pause. At a question nothing is typed, and no
   * Enter is pressed where one came up behind the text: `asks`, `asks_meanwhile`. `own` is what was typed before and may
   * still be in its box. `not_at_prompt`, `not_shown`, `not_reading`.
   */
  paste(params: { id: string; text: string; submit: boolean; own?: string }): Result<null>;
  /** Ends a child, with the manners it was opened with, and all that it started; resolves when it is gone. */
  end(params: { id: string }): Result<TerminalRecord>;
  /** Drops a terminal whose child has ended, with its screen. */
  forget(params: { id: string }): Result<null>;
  /** Returns the terminal of a token, of those whose child runs; the controller's alone. `unknown_token` otherwise. */
  identify(params: { token: string }): Result<{ id: string }>;
  /**
   * Names the terminals whose hooks wait for the controller's answer; all others are let go
   * on at once and handed over behind that. Where this was never asked none wait. The controller's alone.
   */
  holdHooks(params: { ids: readonly string[] }): Result<null>;
  /** Returns the address that children post to: `http://127.0.0.1:<port>`. */
  inbox(params: Record<string, never>): Result<{ url: string }>;
  /** `dropped`: messages of the inbox thrown away because no controller fetched them. */
  status(
    params: Record<string, never>,
  ): Result<DaemonStatus & { terminals: number; running: number; dropped: number }>;
  /** Ends the host. Refused with `terminals_running` unless `endAll`. */
  stop(params: { endAll?: boolean }): Result<null>;
}

/** Requests the host makes to the controller's link. */
export interface HostUpcalls {
  /** One message of the inbox, in order of arrival; the answer goes back to the child as the response body. */
  received(params: InboxMessage): Result<unknown>;
}

/** Notifications from the host to every link. */
export interface HostNotices {
  terminal: TerminalRecord;
  /** The child rang. */
  bell: { readonly id: string };
  forgotten: { readonly id: string };
  /** To the controller: the sender of this message no longer waits for an answer. */
  withdrawn: { readonly post: string };
  /** To the link that typed it: this did not reach the child. */
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
