/** What a session is for: a worker changes code in a worktree of its own, the orchestrator coordinates and cannot write. */
export type Role = 'worker' | 'orchestrator';

/** The orchestrator belongs to no repository, so its id is its task alone; there is one in a workspace. */
export const orchestrator = { repo: '', task: 'orchestrator', id: 'orchestrator' } as const;

/** Whether a worker, proposal or plan is the orchestrator's; without a word about it, it is a worker's. */
export function isOrchestrator({ role }: { readonly role?: Role }): boolean {
  return role === 'orchestrator';
}
