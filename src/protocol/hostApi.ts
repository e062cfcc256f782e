import type { Result } from '../domain/problem.ts';

/** What the host tells of one terminal: always the whole record, so a missed one does no harm. */
export interface TerminalRecord {
  /** The worker's id; to the host merely a key. */
  readonly id: string;
  readonly pid: number;
  readonly cols: number;
  readonly rows: number;
  /** Set by the program through OSC 0 or 2; control characters removed, at most 200 characters. */
  readonly title: string;
  /** Output came within the last second. Changes are announced, not polled for. */
  readonly flowing: boolean;
  /** ISO time. */
  readonly startedAt: string;
  /** Set once the child has ended and all its output is on the screen. */
  readonly exit: { readonly code: number; readonly signal: number; readonly at: string } | null;
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
  /** What the child must show to put something into the inbox; also given to it as `ORCH_TOKEN`. */
  readonly token: string;
}

/** A message that a child posted to its hook URL. */
export interface InboxMessage {
  /** Terminal whose token it carried. */
  readonly id: string;
  /** Path below `/`, such as `hook`. */
  readonly topic: string;
  /** ISO time of arrival. */
  readonly at: string;
  /** Parsed JSON, at most 1 MB; as hostile as anything a worker says. */
  readonly body: unknown;
}

/** Requests to the host. `open`, `end` and `forget` are the controller's alone. */
export interface HostApi {
  open(params: OpenTerminal): Result<TerminalRecord>;
  list(params: Record<string, never>): Result<readonly TerminalRecord[]>;
  /** Terminals' screens as plain text, or as bytes with SGR; `scrollback` lines before it. */
  text(params: { id: string; ansi?: boolean; scrollback?: number }): Result<{ text: string }>;
  /** Sends frames of `FrameKind.screen` from now on, the first a whole screen. One per terminal and link. */
  watch(params: { id: string; channel: number; cols?: number; rows?: number }): Result<TerminalRecord>;
  unwatch(params: { channel: number }): Result<null>;
  /** The size this link has room for. The smallest of all watching links wins. */
  fit(params: { channel: number; cols: number; rows: number }): Result<null>;
  /**
   * Types text into a child as one paste, bracketed where the child asked for that; control characters other than
   * tab and newline are dropped. `submit` presses Enter behind it.
   */
  paste(params: { id: string; text: string; submit: boolean }): Result<null>;
  /** Ends a child and everything below it: `polite` SIGTERM then SIGKILL; resolves when it is gone. */
  end(params: { id: string }): Result<TerminalRecord>;
  /** Drops a terminal whose child has ended, with its screen. */
  forget(params: { id: string }): Result<null>;
  /** Where children post to: `http://127.0.0.1:<port>`. */
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
