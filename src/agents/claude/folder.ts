import { homedir } from 'node:os';
import { join } from 'node:path';
import type { AgentPreset } from '../../core/workspace.ts';

/** Where Claude Code keeps what is its own: settings, transcripts, plans, and who runs. */
export function claudeFolder(
  { env }: Pick<AgentPreset, 'env'>,
  ambient: Readonly<Record<string, string | undefined>>,
): string {
  const home = env.HOME ?? ambient.HOME ?? homedir();
  return env.CLAUDE_CONFIG_DIR ?? ambient.CLAUDE_CONFIG_DIR ?? join(home, '.claude');
}
