import type { BranchStatus, RepoDetails } from '../../../src/core/repo.ts';
import { updateApp } from '../../../src/tui/update.ts';
import type { AppState } from '../../../src/ui/state.ts';
import { dialogOf, minutesAgo } from '../../tui/fixtures.ts';

/** A feature that was never pushed. */
export function branchOf(name: string, days: number, change: Partial<BranchStatus> = {}): BranchStatus {
  return {
    ...{ name, kind: 'feature', ahead: 2, behind: 1, merged: null, upstream: null, checkout: null },
    last: { commit: 'f00dfeed', subject: 'Work', at: minutesAgo(days * 24 * 60) },
    ...change,
  };
}

export function detailsOf(change: Partial<RepoDetails> = {}): RepoDetails {
  const worktree = { head: 'f00dfeed', locked: null, prunable: null, operation: null } as const;
  return {
    ...{ name: 'backend', base: 'develop', version: '1.4.0' },
    branches: [
      branchOf('main', 9, { kind: 'main', ahead: 0, behind: 12, upstream: '' }),
      branchOf('develop', 1, { kind: 'develop', ahead: null, behind: null, upstream: 'ahead 2' }),
      branchOf('release/1.5.0', 0, { kind: 'release', ahead: 1, behind: 0, upstream: '' }),
      branchOf('feature/api-v2', 0),
      branchOf('feature/old-search', 41, { ahead: 7, behind: 102, upstream: 'gone' }),
      branchOf('feature/tokens', 3, { merged: 'squash', upstream: 'gone' }),
      branchOf('feature/user-auth', 0, { ahead: 5, behind: 0 }),
    ],
    worktrees: [
      { ...worktree, path: '/code/shop/backend', branch: 'develop', owner: 'main' },
      {
        ...{ ...worktree, path: '/code/shop/.worktrees/backend-user-auth', branch: 'feature/user-auth' },
        ...{ owner: 'worker', locked: 'orch: user-auth' },
      },
      {
        ...{ ...worktree, path: '/code/shop/.worktrees/backend-api-v2', branch: 'feature/api-v2' },
        ...{ owner: 'worker', operation: 'merge' },
      },
      { ...worktree, path: '/tmp/try-out', branch: null, owner: 'other', locked: 'on a stick' },
    ],
    stashes: ['WIP on develop: 1a2b3c4 Sign tokens', 'On develop: half a thought'],
    ...change,
  };
}

/** The state once the details that it asked for last have come. */
export function withDetails(state: AppState, change: Partial<RepoDetails> = {}): AppState {
  const dialog = dialogOf(state);
  const params = { repo: dialog?.kind === 'repo' ? dialog.repo : '' };
  const result = { ok: true, value: detailsOf(change) } as const;
  return updateApp(state, { type: 'answered', method: 'repoDetails', params, tag: state.nextTag - 1, result })
    .state;
}
