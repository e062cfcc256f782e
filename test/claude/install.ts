import { newestTested } from '../../src/agents/claude/launch.ts';
import { installOnce } from '../support/installOnce.ts';

/** The version under test: each project of `vitest.claude.config.ts` names one of the two pinned ones. */
export const version = process.env.ORCH_TUI_TEST_CLAUDE ?? newestTested;

/** The real CLI's program; null, and one line on stderr, when it cannot be installed. */
export function installClaude(): Promise<string | null> {
  return installOnce({
    name: '@anthropic-ai/claude-code',
    version,
    program: 'claude',
    label: 'The real Claude Code',
  });
}
