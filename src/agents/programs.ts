import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute paths of what agents are given to run. */
export interface AgentPrograms {
  readonly node: string;
  readonly hook: string;
  readonly statusLine: string;
  readonly demoAgent: string;
  readonly setup: string;
  /** Folder of the plugin that sessions are given for one start: our skills. */
  readonly plugin: string;
}

/** Where the programs lie: beside the running bundle, or as sources when those are run. */
export function agentPrograms(): AgentPrograms {
  const here = fileURLToPath(import.meta.url);
  const folder = dirname(here);
  const names =
    basename(here) === 'programs.ts'
      ? {
          hook: 'hook.ts',
          statusLine: 'statusLine.ts',
          demoAgent: 'demo/main.ts',
          setup: 'setup/main.ts',
          plugin: '../../.claude',
        }
      : {
          hook: 'hook.js',
          statusLine: 'status-line.js',
          demoAgent: 'demo-agent.js',
          setup: 'setup.js',
          plugin: '../.claude',
        };
  return {
    node: process.execPath,
    hook: join(folder, names.hook),
    statusLine: join(folder, names.statusLine),
    demoAgent: join(folder, names.demoAgent),
    setup: join(folder, names.setup),
    plugin: resolve(folder, names.plugin),
  };
}
