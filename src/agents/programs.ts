import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute paths of what agents are given to run. */
export interface AgentPrograms {
  readonly node: string;
  readonly hook: string;
  readonly demoAgent: string;
}

/** Where the programs lie: beside the running bundle, or as sources when those are run. */
export function agentPrograms(): AgentPrograms {
  const here = fileURLToPath(import.meta.url);
  const folder = dirname(here);
  return basename(here) === 'programs.ts'
    ? { node: process.execPath, hook: join(folder, 'hook.ts'), demoAgent: join(folder, 'demo', 'main.ts') }
    : { node: process.execPath, hook: join(folder, 'hook.js'), demoAgent: join(folder, 'demo-agent.js') };
}
