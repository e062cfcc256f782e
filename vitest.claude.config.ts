import { defineConfig } from 'vitest/config';
import { newestTested, oldestSupported } from './src/agents/claude/launch.ts';
import { Retries } from './test/support/retries.ts';

/** All tests with one pinned version of Claude Code. */
const withVersion = (version: string) => ({
  extends: true as const,
  test: { name: version, env: { ORCH_TUI_TEST_CLAUDE: version } },
});

/** Set by `npm run test:claude -- --all`. */
const isAll = Boolean(process.env.ORCH_TUI_TEST_CLAUDE_ALL);

/** Tests against the real Claude Code: apart, because it is a large download and 275 MB of memory a process. */
export default defineConfig({
  test: {
    setupFiles: ['test/support/stateFolder.ts'],
    include: ['test/claude/**/*.test.ts'],
    projects: (isAll ? [newestTested, oldestSupported] : [newestTested]).map(withVersion),
    // Mostly they wait; more of them would want too much memory.
    maxWorkers: 2,
    // As in the other configuration.
    retry: 1,
    reporters: ['default', new Retries()],
    testTimeout: 150_000,
    hookTimeout: 60_000,
    // The first run installs the CLI while the file is being imported.
    teardownTimeout: 20_000,
  },
});
