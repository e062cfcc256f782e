/** The same database for the workspace and all its worktrees; without it each folder has its own. */
export function copilotWorkspace(root: string): string {
  return `orch-${Buffer.from(root).toString('base64url').slice(-40)}`;
}
