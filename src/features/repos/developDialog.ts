import { defineQuestion, type RoomDialogKey } from '../../ui/dialog.ts';
import type { RoomKey } from '../../ui/keys.ts';
import { findProposal, selectedRepo } from '../../ui/select.ts';
import { type AnyDialog, type AppState, type PendingRequest, unasked } from '../../ui/state.ts';
import { askFrom, noEffects, type Step, toList, whyBusy, withDialog, withNotice } from '../../ui/step.ts';
import { openCard } from '../workers/proposalDialogs.ts';
import { openRepo } from './repos.ts';

/** Offers to create develop. Without it, work begins from main. */
interface DevelopDialog extends PendingRequest, Subject {
  readonly kind: 'create-develop';
  readonly repo: string;
}

interface Subject {
  readonly repo: string | null;
  /** Origin to return to: the card of a proposal, the repository's dialog, or the room. */
  readonly back: { readonly card: number } | 'repo' | null;
}

export const develop = defineQuestion<DevelopDialog>({
  kind: 'create-develop',
  progress: 'Creating …',
  title: ({ repo }) => `Create develop in ${repo}?`,
  text({ facts }, { repo }) {
    const base = facts?.repos.find(({ name }) => name === repo)?.base ?? 'main';
    return `The branch develop would begin where ${base} is now. Nothing is checked out and nothing is pushed. Without it, work begins from ${base} and is merged there.`;
  },
  agree: (state, dialog) => askFrom(state, dialog, 'createDevelop', { repo: dialog.repo }),
  decline: goBack,
  // Returns to where it was offered; a card's plan now begins from develop.
  onAnswer: (state, dialog) => goBack(withNotice(state, developMade(dialog.repo)), dialog),
});

export function developMade(repo: string): string {
  return `${repo} has a develop branch now; nothing was checked out.`;
}

function goBack(state: AppState, { repo, back }: DevelopDialog): Step {
  if (back === null) return noEffects(toList(state));
  if (back === 'repo') return openRepo(state, repo);
  const proposal = findProposal(state, back.card);
  return noEffects(proposal ? openCard(state, proposal) : toList(state));
}

/** Key of the room; its hint appears only on a repository's row. */
export const developKey: RoomKey = {
  id: 'develop',
  title: 'create the missing develop branch, checking nothing out',
  hint: ({ list, cursors }) => (list === 'fleet' && cursors.fleet?.kind === 'repo' ? 'create develop' : null),
  keys: ['D'],
  group: 'Workers',
  disabledReason: (state) => whyNoDevelop(state, { repo: selectedRepo(state), back: null }),
  run: (state) => noEffects(askForDevelop(state, { repo: selectedRepo(state), back: null })),
};

/** Returns the same key for a dialog about a repository. */
export function createDevelopKey<D extends AnyDialog>(
  id: string,
  subject: (state: AppState, dialog: D) => Subject,
): RoomDialogKey<D> {
  return {
    id,
    title: 'create the missing develop branch, checking nothing out',
    hint: 'create develop',
    keys: ['D'],
    isHarmless: true,
    disabledReason: (state, dialog) => whyNoDevelop(state, subject(state, dialog)),
    run: (state, dialog) => noEffects(askForDevelop(state, subject(state, dialog))),
  };
}

function whyNoDevelop(state: AppState, { repo, back }: Subject): string | null {
  if (repo === null && back !== null) return 'A resume goes on at the tip of its branch.';
  const status = state.facts?.repos.find(({ name }) => name === repo);
  if (!status) return 'Select a repository first.';
  if (status.problem !== null) return `${status.name}: ${status.problem}`;
  return status.hasDevelop ? `${status.name} has a develop branch.` : whyBusy(state);
}

function askForDevelop(state: AppState, { repo, back }: Subject): AppState {
  if (repo === null) return state;
  const dialog: DevelopDialog = { kind: 'create-develop', repo, back, ...unasked };
  return withDialog(state, dialog);
}
