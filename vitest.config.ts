import { defineConfig } from 'vitest/config';
import { Retries } from './test/support/retries.ts';

/** Tests whose files share a process: starting one for each takes longer than most of them. */
const sharing = [
  'test/{tui,ui,client,core,documents,guard,lib,config}/**/*.test.{ts,tsx}',
  'test/{agents,cli,demo,programs}/**/*.test.ts',
  'test/features/**/!(service)/*.test.ts',
  'test/controller/{log,mcp,update}/**/*.test.ts',
  'test/terminal/*.test.ts',
  'test/*.test.ts',
];

export default defineConfig({
  test: {
    // Most of the time is spent waiting for processes, not for a core of ours.
    maxWorkers: 3,
    // Where others keep the machine busy a process may come late once; what is wrong fails twice.
    retry: 1,
    reporters: ['default', new Retries()],
    // A golden file that is missing fails, and only `npm run test:update` writes one.
    update: 'none',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    restoreMocks: true,
    setupFiles: ['test/support/stateFolder.ts'],
    projects: [
      { extends: true, test: { name: 'sharing', include: sharing, isolate: false } },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/claude/**', ...sharing],
        },
      },
    ],
  },
});
