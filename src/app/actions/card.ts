import type { Proposal } from '../../domain/proposal.ts';
import { isOrchestrator } from '../../domain/role.ts';
import { isReachable } from '../../room/reachable.ts';
import { findProposal, selectPaneSize } from '../../room/select.ts';
import type { AppState } from '../../room/state.ts';
import { ask, type Step, stay, toList, toUnseen, withDialog, withNotice } from '../../room/step.ts';
import type { Action } from '../action.ts';
import type { CardDialog } from '../dialog.ts';
import { dialogOf } from '../dialog.ts';
import { openCard, openEdit, openReject } from '../dialogs.ts';
import { isWaiting, waitingText } from '../dialogText.ts';

const card = { where: ['card'], group: 'Approval card' } as const;

/** What can be said to a proposal. Approving sends the digest on the screen and nothing else. */
export const cardActions: readonly Action[] = [
  {
    ...card,
    id: 'approve',
    title: 'start exactly what the card shows',
    hint: 'start',
    keys: ['y'],
    enabled: canApprove,
    run: approve,
  },
  {
    ...card,
    id: 'edit',
    title: 'edit the proposal',
    hint: 'edit',
    keys: ['e'],
    enabled(state) {
      const open = openProposal(state);
      if (open?.proposal.kind === 'resume') return 'A resume has nothing to edit.';
      if (open && isOrchestrator(open.proposal.draft)) return 'The orchestrator has nothing to edit.';
      return isIdle(state);
    },
    run: (state) => onProposal(state, (proposal) => openEdit(state, proposal)),
  },
  {
    ...card,
    id: 'reject',
    title: 'reject it, with a reason',
    hint: 'reject',
    keys: ['n'],
    enabled: isIdle,
    run: (state) => onProposal(state, ({ n }) => openReject(state, n)),
  },
  {
    ...card,
    id: 'later',
    title: 'decide later',
    hint: 'later',
    keys: ['l', 'escape', 'q', 'ctrl-c'],
    run: (state) => stay(toList(state)),
  },
  {
    where: ['reject'],
    group: 'Rejecting',
    id: 'send-rejection',
    title: 'reject for the reason typed',
    hint: 'reject',
    keys: ['enter'],
    enabled: isIdle,
    run: reject,
  },
  {
    where: ['reject'],
    group: 'Rejecting',
    id: 'cancel-rejection',
    title: 'back to the card',
    hint: 'back',
    keys: ['escape', 'ctrl-c'],
    run(state) {
      const dialog = dialogOf(state);
      const proposal = dialog?.kind === 'reject' ? findProposal(state, dialog.n) : null;
      return stay(proposal ? openCard(state, proposal) : toList(state));
    },
  },
];

function openProposal(state: AppState): { dialog: CardDialog; proposal: Proposal } | null {
  const dialog = dialogOf(state);
  if (dialog?.kind !== 'card') return null;
  const proposal = findProposal(state, dialog.n);
  return proposal && { dialog, proposal };
}

function onProposal(state: AppState, change: (proposal: Proposal) => AppState): Step {
  const open = openProposal(state);
  return stay(open ? change(open.proposal) : state);
}

/** Nothing is under way in the open dialog, and the controller can be asked. */
export function isIdle(state: AppState): true | string {
  return isWaiting(state) ? waitingText : isReachable(state);
}

function canApprove(state: AppState): true | string {
  const open = openProposal(state);
  if (!open) return 'There is no open proposal.';
  const { proposal } = open;
  if (proposal.problem) return `It cannot be started: ${proposal.problem.message}`;
  if (proposal.limit?.code === 'budget_spent') return proposal.limit.message;
  if (!proposal.plan) return 'The plan is still being worked out.';
  return isIdle(state);
}

function approve(state: AppState): Step {
  const open = openProposal(state);
  const plan = open?.proposal.plan;
  if (!open || !plan || plan.digest !== open.dialog.digest) return stay(state);
  const { dialog } = open;
  const unseen = toUnseen(state, dialog);
  if (unseen) return stay(unseen);
  // Whoever was about to press y meant the plan that stood there before.
  if (dialog.changed) {
    const seen = withDialog(state, { ...dialog, changed: false });
    return stay(withNotice(seen, 'The plan changed before you pressed y. Read it again; y then starts it.'));
  }
  const { limit } = open.proposal;
  if (limit && !dialog.overLimit)
    return stay(
      withNotice(withDialog(state, { ...dialog, overLimit: true }), `${limit.message} y again starts it.`),
    );
  const overLimit = limit ? { overLimit: true } : {};
  const workers = state.facts?.workers.length ?? 0;
  // It comes last and is selected then.
  const size = selectPaneSize(state, workers, workers + 1);
  const params = { n: dialog.n, digest: plan.digest, ...size, ...overLimit };
  return ask(state, 'approve', params, (next, pending) =>
    withDialog(next, { ...dialog, pending, problem: null }),
  );
}

function reject(state: AppState): Step {
  const dialog = dialogOf(state);
  if (dialog?.kind !== 'reject') return stay(state);
  return ask(state, 'reject', { n: dialog.n, why: dialog.why.text.trim() }, (next, pending) =>
    withDialog(next, { ...dialog, pending, problem: null }),
  );
}
