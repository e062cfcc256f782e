import type { RepoDetails } from '../../core/repo.ts';
import type { AppState, PendingRequest, Scrolling } from '../../ui/state.ts';
import { ask, type Step, withDialog } from '../../ui/step.ts';

/** Dialog with the details of a repository. */
export interface RepoDialog extends PendingRequest, Scrolling {
  readonly kind: 'repo';
  readonly repo: string;
  /** Null until loaded. */
  readonly details: RepoDetails | null;
}

/**
 * Opens the details of a repository.
 * @param known details to show while they are loaded again
 */
export function openRepo(
  state: AppState,
  repo: string,
  known?: Pick<RepoDialog, 'details' | 'scroll'>,
): Step {
  const { details = null, scroll = 0 } = known ?? {};
  const dialog = { kind: 'repo', repo, details, scroll, problem: null } as const;
  return ask(state, 'repoDetails', { repo }, (next, pending): AppState => {
    const waiting: RepoDialog = { ...dialog, pending };
    return withDialog(next, waiting);
  });
}
