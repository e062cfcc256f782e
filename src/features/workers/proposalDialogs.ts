import { draftId, type Proposal } from '../../core/proposal.ts';
import { type DialogBody, defineDialog, emptyBody, problemRows } from '../../ui/dialog.ts';
import { emptyField, oneLineField, type TextField } from '../../ui/field.ts';
import { findProposal } from '../../ui/select.ts';
import {
  type AppState,
  type PendingRequest,
  type Scrolling,
  type SeenPane,
  unasked,
} from '../../ui/state.ts';
import { askFrom, noEffects, toList, whyBusy, withDialog } from '../../ui/step.ts';
import { cellWidth, line } from '../../ui/text.ts';

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
export function proposalClosed(n: number): string {
  return `Proposal ${n} is no longer open.`;
}

interface RejectDialog extends PendingRequest {
  readonly kind: 'reject';
  readonly n: number;
  readonly why: TextField;
}

export function openReject(state: AppState, n: number): AppState {
  const dialog: RejectDialog = { kind: 'reject', n, why: emptyField, ...unasked };
  return withDialog(state, dialog);
}

/** Asks for the reason of a rejection. */
export const rejectDialog = defineDialog<RejectDialog>({
  kind: 'reject',
  group: 'Rejecting',
  takesTypedAhead: 'A reason is written; enter sends it only after that.',
  text: { of: ({ why }) => why, with: (dialog, why) => ({ ...dialog, why }) },
  keys: [
    {
      id: 'send-rejection',
      title: 'reject for the reason typed',
      hint: 'reject',
      keys: ['enter'],
      disabledReason: whyBusy,
      run: (state, dialog) => askFrom(state, dialog, 'reject', { n: dialog.n, why: dialog.why.text.trim() }),
    },
    {
      id: 'cancel-rejection',
      title: 'back to the card',
      hint: 'back',
      keys: ['escape', 'ctrl-c'],
      run(state, { n }) {
        const proposal = findProposal(state, n);
        return noEffects(proposal ? openCard(state, proposal) : toList(state));
      },
    },
  ],
  view: rejectView,
  isStale: (state, { n }) => (findProposal(state, n) ? null : proposalClosed(n)),
});

function rejectView(state: AppState, dialog: RejectDialog, width: number): DialogBody {
  const proposal = findProposal(state, dialog.n);
  if (!proposal) return emptyBody;
  const name = draftId(proposal.draft);
  const why = oneLineField('Why not? ', dialog.why, width);
  return {
    title: line(`Reject ${name}?`, 'strong'),
    aside: line(`proposal ${dialog.n}`, 'muted'),
    rows: [...problemRows(dialog.problem, width), line(reasonHints[proposal.by], 'muted'), line('')],
    tail: [why.line],
    caret: { row: 0, column: cellWidth('Why not? ') + why.column },
  };
}

const reasonHints = {
  person: 'The reason is kept in the log. It may be left empty.',
  orchestrator: 'The orchestrator gets the reason. It may be left empty.',
  board: 'The reason is kept in the log. It may be left empty.',
} as const;
