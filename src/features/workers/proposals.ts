import type { Proposal } from '../../core/proposal.ts';
import {
  type AppState,
  type PendingRequest,
  type Scrolling,
  type SeenPane,
  unasked,
} from '../../ui/state.ts';
import { withDialog } from '../../ui/step.ts';

/** The approval card of an open proposal. */
export interface CardDialog extends PendingRequest, Scrolling {
  readonly kind: 'card';
  readonly n: number;
  /** Of the plan last shown; null until there was one. */
  readonly digest: string | null;
  /** The plan became another one under the person's eyes, and they have not said that they saw it. */
  readonly changed: boolean;
  /** The person said yes, and was told of the limit: the next yes insists. */
  readonly overLimit?: boolean;
  readonly seen?: SeenPane;
}

/** Opens the card of a proposal, as it is now. */
export function openCard(state: AppState, proposal: Proposal): AppState {
  const digest = proposal.plan?.digest ?? null;
  const cursors = { ...state.cursors, queue: { kind: 'proposal', n: proposal.n } as const };
  const card: CardDialog = { kind: 'card', n: proposal.n, digest, changed: false, scroll: 0, ...unasked };
  return withDialog({ ...state, cursors }, card);
}

/** Returns why a dialog about a proposal closes. */
export function proposalGone(n: number): string {
  return `Proposal ${n} is no longer open.`;
}
