import type { Proposal, StartPlan } from '../../core/proposal.ts';
import { type StoppedByLimit, stoppedByLimit } from '../../core/usage.ts';
import type { Problem } from '../../lib/result.ts';
import type { RoomDialogKey } from '../../ui/dialog.ts';
import { findProposal } from '../../ui/select.ts';
import type { AnyDialog, AppState } from '../../ui/state.ts';
import { isWaiting, noEffects, toList } from '../../ui/step.ts';

// What the dialogs share by which one yes starts several proposals, or lets several workers go on after a usage limit.

export type PlannedProposal = Proposal & { readonly plan: StartPlan };

/** A proposal with the plan that was shown, and the outcome of its approval. */
export interface Listed {
  readonly proposal: PlannedProposal;
  /** Tag of its request; null before the yes. */
  readonly tag: number | null;
  readonly outcome: 'started' | Problem | null;
}

export const severalGroup = 'Several at once';
export const yesToAll = 'yes, to exactly those that are listed, one after the other, as far as limits allow';

/** Returns proposals that can be started as they are. */
export function selectPlanned({ facts }: Pick<AppState, 'facts'>): readonly PlannedProposal[] {
  return facts?.proposals.filter(isPlanned) ?? [];
}

/** Returns the other proposals, and those that came after the dialog was opened: a yes in it does not approve them. */
export function selectUnlisted(
  { facts }: Pick<AppState, 'facts'>,
  dialog: { readonly listed: readonly Listed[] },
) {
  const listed = new Set(dialog.listed.map(({ proposal }) => proposal.n));
  return facts?.proposals.filter(({ n }) => !listed.has(n)) ?? [];
}

function isPlanned(proposal: Proposal): proposal is PlannedProposal {
  return proposal.plan !== null && proposal.problem === null;
}

/** Returns why a yes does not start a listed proposal; null while it is exactly what is shown. */
export function skipReason(state: AppState, { proposal }: Listed): string | null {
  const now = findProposal(state, proposal.n);
  if (!now) return 'It is no longer open.';
  if (now.problem) return now.problem.message;
  return now.plan?.digest === proposal.plan.digest ? null : 'It has changed since: look at its card.';
}

/** Groups workers that stopped at a usage limit by what can be done about it. */
export function selectStopped({ facts }: Pick<AppState, 'facts'>): StoppedByLimit {
  return stoppedByLimit(facts ?? { workers: [] });
}

/** Returns the keys that close a dialog of several. @param isAnswered reports whether a yes has no effect any more */
export function noKeys<D extends AnyDialog>(isAnswered: (dialog: D) => boolean): readonly RoomDialogKey<D>[] {
  const isOpen = (state: AppState, dialog: D) => !isWaiting(state) && !isAnswered(dialog);
  const leave = {
    title: 'no, leave everything as it is',
    run: (state: AppState) => noEffects(toList(state)),
  } as const;
  const keys: readonly RoomDialogKey<D>[] = [
    {
      ...leave,
      id: 'close-several',
      hint: (state, dialog) => (isOpen(state, dialog) ? 'no' : null),
      keys: ['n', 'q'],
      isHarmless: true,
    },
    {
      ...leave,
      id: 'leave-several',
      hint: (state, dialog) => (isOpen(state, dialog) ? null : 'close'),
      keys: ['escape', 'ctrl-c'],
    },
  ];
  return keys;
}

/** Returns a key's hint beside the queue and for more than one; else null. */
export function queueHint({ list }: AppState, count: number, hint: string): string | null {
  return list === 'queue' && count > 1 ? hint : null;
}
