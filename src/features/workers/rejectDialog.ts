import { draftId } from '../../core/proposal.ts';
import { type DialogBody, defineDialog, emptyBody, problemRows } from '../../ui/dialog.ts';
import { emptyField, oneLineField, type TextField } from '../../ui/field.ts';
import { findProposal } from '../../ui/select.ts';
import { type AppState, type PendingRequest, unasked } from '../../ui/state.ts';
import { askFrom, noEffects, toList, whyBusy, withDialog } from '../../ui/step.ts';
import { cellWidth, line } from '../../ui/text.ts';
import { openCard, proposalGone } from './proposals.ts';

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
  view,
  isStale: (state, { n }) => (findProposal(state, n) ? null : proposalGone(n)),
});

function view(state: AppState, dialog: RejectDialog, width: number): DialogBody {
  const proposal = findProposal(state, dialog.n);
  if (!proposal) return emptyBody;
  const name = draftId(proposal.draft);
  const why = oneLineField('Why not? ', dialog.why, width);
  return {
    title: line(`Reject ${name}?`, 'strong'),
    aside: line(`proposal ${dialog.n}`, 'muted'),
    rows: [...problemRows(dialog.problem, width), line(proposerHears[proposal.by], 'muted'), line('')],
    tail: [why.line],
    caret: { row: 0, column: cellWidth('Why not? ') + why.column },
  };
}

const proposerHears = {
  person: 'The reason is kept in the log. It may be left empty.',
  orchestrator: 'The orchestrator gets the reason. It may be left empty.',
  board: 'The reason is kept in the log. It may be left empty.',
} as const;
