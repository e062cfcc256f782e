import { existsSync } from 'node:fs';
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

/**
 * Those of them that are no unit tests; all others are, and run by `npm run test:unit`: pure, in threads, and never a
 * second time.
 */
const slower = [
  // Random inputs in great number, all characters, all views at all sizes; how much time and memory something takes.
  'test/features/board/boardProperty.test.ts',
  'test/features/board/boardRandom.test.ts',
  'test/features/invoices/export.test.ts',
  'test/features/invoices/invoiceProperty.test.ts',
  'test/features/notion/fuzz.test.ts',
  'test/lib/sanitize.test.ts',
  'test/terminal/asciiPrinter.test.ts',
  'test/terminal/codec.test.ts',
  'test/terminal/compositor.property.test.ts',
  'test/terminal/graphemes.test.ts',
  'test/terminal/lineMemory.test.ts',
  'test/terminal/links.test.ts',
  'test/tui/random.test.ts',
  'test/ui/chrome.test.tsx',
  'test/ui/everyScene.test.tsx',
  'test/ui/frameReader.test.ts',
  // Start processes or listen on sockets, or need what a thread does not have.
  'test/agents/probe.test.ts',
  'test/agents/sessions.test.ts',
  'test/cli/verbs.test.ts',
  'test/client/controllerPort.test.ts',
  'test/client/notifier.test.ts',
  'test/client/terminals.test.ts',
  'test/controller/log/fullDisk.test.ts',
  'test/controller/mcp/endpoint.test.ts',
  'test/controller/mcp/golden.test.ts',
  'test/controller/mcp/table.test.ts',
  'test/controller/mcp/tools.test.ts',
  'test/demo/demo.test.ts',
  'test/features/memory/copilotMemory.test.ts',
  'test/features/notion/client.test.ts',
  'test/features/notion/connect.test.ts',
  'test/features/notion/killed.test.ts',
  'test/features/notion/rebuild.test.ts',
  'test/features/notion/sync.test.ts',
  'test/lib/durable.test.ts',
  'test/lib/files.test.ts',
  'test/lib/idleMemory.test.ts',
  'test/lib/stagger.test.ts',
  'test/lib/strangers.test.ts',
  'test/lib/systemError.test.ts',
  'test/programs/hook.test.ts',
  'test/programs/setup/setup.test.ts',
  'test/terminal/outer.test.ts',
  'test/ui/views.test.ts',
];
// A name that is left behind would make a unit test of a slow one.
for (const file of slower) if (!existsSync(file)) throw new Error(`vitest.config.ts: there is no ${file}`);

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
      {
        extends: true,
        test: {
          ...{ name: 'unit', include: sharing, exclude: slower },
          ...{ pool: 'threads', isolate: false, retry: 0 },
        },
      },
      { extends: true, test: { name: 'sharing', include: slower, isolate: false } },
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
