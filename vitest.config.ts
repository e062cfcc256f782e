import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/claude/**'],
    // Most of the time is spent waiting for processes, not for a core of ours.
    maxWorkers: 3,
    // Where others keep the machine busy a process may come late once; what is wrong fails twice.
    retry: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    restoreMocks: true,
    setupFiles: ['test/support/stateFolder.ts'],
  },
});
