import { findProposal, selectedRepo } from '../../room/select.ts';
import type { AppState } from '../../room/state.ts';
import { type Step, stay, withDialog } from '../../room/step.ts';
import type { Action } from '../action.ts';
import type { CameFrom } from '../dialog.ts';
import { dialogOf } from '../dialog.ts';
import { isIdle } from './card.ts';

const create = {
  title: 'create the missing develop branch, checking nothing out',
  keys: ['D'],
  enabled: canCreate,
  run: askFirst,
} as const;

/** Where there is no develop, work begins from main; a person can have develop made instead. */
export const developActions: readonly Action[] = [
  { ...create, id: 'develop', where: ['room'], group: 'Workers', hint: hintOnRepo },
  { ...create, id: 'develop-card', where: ['card'], group: 'Approval card', hint: 'create develop' },
  { ...create, id: 'develop-repo', where: ['repo'], group: 'Dialogs', hint: 'create develop' },
];

/** The repository that the card or dialog is about, or that is selected. */
function subject(state: AppState): { readonly repo: string | null; readonly back: CameFrom } {
  const dialog = dialogOf(state);
  if (dialog?.kind === 'repo') return { repo: dialog.repo, back: 'repo' };
  if (dialog?.kind !== 'card') return { repo: selectedRepo(state), back: null };
  const proposal = findProposal(state, dialog.n);
  return { repo: proposal?.kind === 'start' ? proposal.draft.repo : null, back: { card: dialog.n } };
}

function canCreate(state: AppState): true | string {
  const { repo, back } = subject(state);
  if (repo === null && back !== null) return 'A resume goes on where its branch stands.';
  const status = state.facts?.repos.find(({ name }) => name === repo);
  if (!status) return 'Select a repository first.';
  if (status.problem !== null) return `${status.name}: ${status.problem}`;
  return status.hasDevelop ? `${status.name} has a develop branch.` : isIdle(state);
}

/** In the room only where it is the next thing to think of: on the repository itself. */
function hintOnRepo({ list, cursors }: AppState): string | null {
  return list === 'fleet' && cursors.fleet?.kind === 'repo' ? 'create develop' : null;
}

function askFirst(state: AppState): Step {
  const { repo, back } = subject(state);
  if (repo === null) return stay(state);
  const about = { do: 'create-develop', repo, back } as const;
  return stay(withDialog(state, { kind: 'question', about, pending: null, problem: null }));
}
