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
  /** Digest of the plan last shown; null until there was one. */
  readonly digest: string | null;
  /** The plan changed while it was shown, and the person has not confirmed that they saw the new one. */
  readonly changed: boolean;
  /** The limit has been shown after a first yes: the next yes starts the worker in spite of it. */
  readonly overLimit?: boolean;
  readonly seen?: SeenPane;
}

/** Opens the card of a proposal with its current plan. */
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
