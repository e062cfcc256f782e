import type { StartPlan } from '../core/proposal.ts';
import type { Result } from '../lib/result.ts';
import type { CardMove } from './board/boardState.ts';
import type { Delivery } from './messages/typing.ts';
import type { Ticket } from './messages.ts';

/** Size of a terminal in cells. */
export interface Size {
  readonly cols: number;
  readonly rows: number;
}

/** What update wants done in the world. `launch` is the only one that starts an agent. */
export type Effect =
  /** Works out a proposal's plan: base commit, command, warnings. Ends as `planned`. */
  | { readonly type: 'plan'; readonly n: number }
  /** Makes the worktree where it is missing and starts the process. Ends as `launched` or `launch-failed`. */
  | {
      readonly type: 'launch';
      readonly id: string;
      readonly plan: StartPlan;
      readonly size: Size;
      readonly ticket: Ticket;
    }
  /** Ends as `process-ended`. */
  | { readonly type: 'end-process'; readonly id: string; readonly ticket: Ticket }
  /** Ends as `finish-ended`. */
  | {
      readonly type: 'finish';
      readonly id: string;
      readonly tip: string;
      readonly confirm: string | null;
      readonly checks: readonly string[] | null;
      readonly skipChecks: boolean;
      readonly ticket: Ticket;
    }
  /** Ends the checks before a finish, which ends with them. */
  | { readonly type: 'cancel-checks'; readonly id: string }
  /** Ends as `undo-ended`. */
  | { readonly type: 'undo'; readonly id: string; readonly keepMerge: boolean; readonly ticket: Ticket }
  /** Keeps uncommitted work. Ends as `snapshot-ended`. */
  | { readonly type: 'snapshot'; readonly id: string; readonly why: string }
  /** Ends as `clean-ended`. */
  | {
      readonly type: 'clean';
      readonly id: string;
      readonly tip: string;
      readonly confirm: string | null;
      readonly ticket: Ticket;
    }
  /** Drops the terminal of a worker that is no more. */
  | { readonly type: 'forget-terminal'; readonly id: string }
  /** Looks at an agent where hooks say nothing. Ends as `signed`, `conversation-missing` or `-found`, or in nothing. */
  | {
      readonly type: 'look-at-agent';
      readonly id: string;
      /** Its title rests while it prints on, as beside a dialog that blinks: it is looked at a little later. */
      readonly restless?: true;
    }
  /** Ends as `tools-overdue`. */
  | { readonly type: 'await-tools'; readonly id: string; readonly run: number }
  /** Types a line until its agent has it. Ends as `prompt-typed`. */
  | {
      readonly type: 'type-prompt';
      readonly id: string;
      readonly key: Ticket;
      readonly text: string;
      readonly kind: Delivery['what'];
    }
  /** Looks at the clock when a usage limit should be over, an ISO time. Ends as `clock-read`. */
  | { readonly type: 'await-limit-end'; readonly until: string }
  /** Waits as starts do. Ends as `turn-came`. */
  | { readonly type: 'await-turn'; readonly id: string; readonly key: Ticket }
  /** Ends as `brief-overdue`. */
  | { readonly type: 'await-listing'; readonly id: string; readonly key: Ticket }
  /** Ends as `tokens-counted`, or in nothing. */
  | { readonly type: 'count-tokens'; readonly id: string; readonly session: string; readonly path: string }
  /** Ends as `repos-looked-at`. */
  | { readonly type: 'look-at-repos' }
  /** Looks soon which worktrees will not merge; `changed`: ids of those in which something may have happened, null
   * for all. Ends as `radar-looked`. */
  | { readonly type: 'look-at-radar'; readonly repo: string; readonly changed: readonly string[] | null }
  /** Brings the card of a worker up to date. Ends as `card-moved`, `noticed`, or in nothing. */
  | { readonly type: 'move-card'; readonly move: CardMove }
  /** Makes entries of the time of finished workers. Ends as `time-entered` for each. */
  | { readonly type: 'enter-time' }
  /** Writes entries that the file does not have yet. Ends as `entry-written` for each, or `noticed`. */
  | { readonly type: 'write-entries' }
  | { readonly type: 'reply'; readonly ticket: Ticket; readonly result: Result<unknown> }
  /** Answers with the proposal, or the worker, as it stands once the happenings are in the log. */
  | { readonly type: 'reply-proposal'; readonly ticket: Ticket; readonly n: number }
  | { readonly type: 'reply-worker'; readonly ticket: Ticket; readonly id: string };
