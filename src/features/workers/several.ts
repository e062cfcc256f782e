import type { Proposal, StartPlan } from '../../core/proposal.ts';
import { type StoppedByLimit, stoppedByLimit } from '../../core/usage.ts';
import type { Problem } from '../../lib/result.ts';
import type { RoomDialogKey } from '../../ui/dialog.ts';
import { findProposal } from '../../ui/select.ts';
import type { AnyDialog, AppState } from '../../ui/state.ts';
import { isWaiting, noEffects, toList } from '../../ui/step.ts';

/** What one yes does to several: starts what is proposed, or lets those go on that stopped at a usage limit. */

export type PlannedProposal = Proposal & { readonly plan: StartPlan };

/** A proposal with the plan that was shown, and what its approval came to. */
export interface Listed {
  readonly proposal: PlannedProposal;
  /** Tag of its request, once the person has said yes. */
  readonly tag: number | null;
  readonly outcome: 'started' | Problem | null;
}

export const severalGroup = 'Several at once';
export const yesToAll = 'yes, to exactly those that are listed, one after the other, as far as limits allow';

/** Proposals that can be started as they stand. */
export function selectPlanned({ facts }: Pick<AppState, 'facts'>): readonly PlannedProposal[] {
  return facts?.proposals.filter(isPlanned) ?? [];
}

/** The others, and those that came after the dialog was opened: a yes in it is none to them. */
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

/** Why a listed proposal is not started by a yes; null while it is just what is shown. */
export function skipReason(state: AppState, { proposal }: Listed): string | null {
  const now = findProposal(state, proposal.n);
  if (!now) return 'It is no longer open.';
  if (now.problem) return now.problem.message;
  return now.plan?.digest === proposal.plan.digest ? null : 'It has changed since: look at its card.';
}

/** Those that stopped at a usage limit, by what can be done about it. */
export function selectStopped({ facts }: Pick<AppState, 'facts'>): StoppedByLimit {
  return stoppedByLimit(facts ?? { workers: [] });
}

/** Makes the keys that leave a dialog of several. @param isAnswered whether nothing more comes of a yes in it */
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

/** Returns a word only beside the list that it is about, and only of several. */
export function queueHint({ list }: AppState, count: number, hint: string): string | null {
  return list === 'queue' && count > 1 ? hint : null;
}
