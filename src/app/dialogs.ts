import type { Proposal } from '../domain/proposal.ts';
import type { Worker } from '../domain/worker.ts';
import { emptyField, fieldOf } from '../room/field.ts';
import { findProposal, selectedRepo } from '../room/select.ts';
import type { AppState } from '../room/state.ts';
import { ask, type Step, stay, toList, withDialog } from '../room/step.ts';
import type { FormDialog, QuestionDialog, RepoDialog } from './dialog.ts';

const unasked = { pending: null, problem: null } as const;

/** The card of a proposal, as it stands now. */
export function openCard(state: AppState, proposal: Proposal): AppState {
  const digest = proposal.plan?.digest ?? null;
  const cursors = { ...state.cursors, queue: { kind: 'proposal', n: proposal.n } as const };
  const card = { kind: 'card', n: proposal.n, digest, changed: false, scroll: 0, ...unasked } as const;
  return withDialog({ ...state, cursors }, card);
}

/** An empty form for the selected repository. */
export function openForm(state: AppState): AppState {
  const repo = selectedRepo(state) ?? state.facts?.repos[0]?.name ?? '';
  const form: FormDialog = {
    kind: 'form',
    editing: null,
    field: 'task',
    repo,
    agent: null,
    task: emptyField,
    brief: emptyField,
    ...unasked,
  };
  return withDialog(state, form);
}

/** The form with what a proposal says. */
export function openEdit(state: AppState, { n, draft }: Proposal): AppState {
  const { repo, agent } = draft;
  const texts = { task: fieldOf(draft.task), brief: fieldOf(draft.brief) };
  return withDialog(state, { kind: 'form', editing: n, field: 'brief', repo, agent, ...texts, ...unasked });
}

export function openReject(state: AppState, n: number): AppState {
  return withDialog(state, { kind: 'reject', n, why: emptyField, ...unasked });
}

/** Finishing and cleaning begin with a look at what would happen. */
export function openFinish(state: AppState, { id }: Worker): Step {
  const dialog = { kind: 'finish', id, preview: null, typed: emptyField, scroll: 0, problem: null } as const;
  return ask(state, 'previewFinish', { id }, (next, pending) => withDialog(next, { ...dialog, pending }));
}

export function openClean(state: AppState, { id }: Worker): Step {
  const dialog = { kind: 'clean', id, preview: null, typed: emptyField, scroll: 0, problem: null } as const;
  return ask(state, 'previewClean', { id }, (next, pending) => withDialog(next, { ...dialog, pending }));
}

/** All of a repository; `known` stays in sight while it is looked at again. */
export function openRepo(
  state: AppState,
  repo: string,
  known?: Pick<RepoDialog, 'details' | 'scroll'>,
): Step {
  const { details = null, scroll = 0 } = known ?? {};
  const dialog = { kind: 'repo', repo, details, scroll, problem: null } as const;
  return ask(state, 'repoDetails', { repo }, (next, pending) => withDialog(next, { ...dialog, pending }));
}

/** Where a question was asked from. */
export function goBack(state: AppState, { about }: QuestionDialog): Step {
  if (about.do !== 'create-develop' || about.back === null) return stay(toList(state));
  if (about.back === 'repo') return openRepo(state, about.repo);
  const proposal = findProposal(state, about.back.card);
  return stay(proposal ? openCard(state, proposal) : toList(state));
}
