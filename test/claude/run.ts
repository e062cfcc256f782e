// Runs the tests against the real Claude Code: `node test/claude/run.ts [--all] [ARGUMENTS OF VITEST]`. The newest tested
// version answers most questions; `--all` takes every pinned one.
import { spawnSync } from 'node:child_process';

const given = process.argv.slice(2);
const config = ['run', '--config', 'vitest.claude.config.ts'];
const { status } = spawnSync('npx', ['vitest', ...config, ...given.filter((word) => word !== '--all')], {
  stdio: 'inherit',
  env: { ...process.env, ...(given.includes('--all') && { ORCH_TUI_TEST_CLAUDE_ALL: '1' }) },
});
process.exitCode = status ?? 1;
