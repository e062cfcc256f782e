import type { RepoDetails } from '../../core/repo.ts';
import type { AppState, PendingRequest, Scrolling } from '../../ui/state.ts';
import { ask, type Step, withDialog } from '../../ui/step.ts';

/** All of one repository. */
export interface RepoDialog extends PendingRequest, Scrolling {
  readonly kind: 'repo';
  readonly repo: string;
  /** Null until they have come. */
  readonly details: RepoDetails | null;
}

/** Looks at all of a repository; `known` stays in sight while it is looked at again. */
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
