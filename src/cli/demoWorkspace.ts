import { existsSync, mkdtempSync, readdirSync, realpathSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ProposalDraft } from '../core/proposal.ts';
import { demand, refuse } from '../core/verb.ts';
import type { ControllerApi } from '../features/commands.ts';
import { createRepo } from '../git/repos.ts';
import { Git } from '../git/run.ts';
import type { Caller } from '../protocol/link.ts';
import { createWorkspace } from './init.ts';

/** What the demo proposes; the agent that carries it out is part of this package and needs no account. */
const demoDrafts: readonly ProposalDraft[] = [
  {
    repo: 'backend',
    task: 'rate-limits',
    brief: 'Limit each client to 100 requests a minute, with a test.',
    agent: 'demo',
  },
  {
    repo: 'admin',
    task: 'dashboard',
    brief: 'Show signups per day on the start page, with a test.',
    agent: 'demo',
  },
];

const demoFiles: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  backend: {
    'README.md': '# backend\n\nThe shop’s API.\n',
    'src/server.mjs': 'export const routes = ["/login", "/orders"];\n',
  },
  admin: {
    'README.md': '# admin\n\nWhere the shop is looked after.\n',
    'src/App.mjs': 'export const pages = ["start", "orders"];\n',
  },
  web: { 'README.md': '# web\n\nWhat customers see.\n', 'src/index.mjs': 'export const title = "Shop";\n' },
};

/** Proposes the demo's workers, unless somebody has been here before. */
export async function proposeDemo(call: Caller<ControllerApi>): Promise<void> {
  const facts = demand(await call('facts', {}));
  if (facts.workers.length + facts.proposals.length + facts.ended.length > 0) return;
  for (const draft of demoDrafts) demand(await call('propose', draft));
}

/**
 * Makes the workspace, or finds the one made earlier. Leaves a folder alone that holds anything else. `byItself` asks for a new
 * workspace: a demo that answers in a person's place never does so where workers of that person may run.
 */
export async function makeDemoWorkspace(
  folder: string | undefined,
  byItself: boolean,
): Promise<{ readonly root: string; readonly isNew: boolean }> {
  const wanted = folder === undefined ? mkdtempSync(join(tmpdir(), 'orch-tui-demo-')) : resolve(folder);
  await mkdir(wanted, { recursive: true });
  const root = realpathSync(wanted);
  if (existsSync(join(root, '.orch', 'config.json'))) {
    if (byItself)
      refuse(
        'workspace_exists',
        `${root} is a workspace already. The demo approves and answers by itself only in a workspace of its own.`,
        'Name an empty or new folder for the demo.',
      );
    return { root, isNew: false };
  }
  if (readdirSync(root).length > 0)
    refuse('folder_not_empty', `${root} is not empty.`, 'Name an empty or new folder for the demo.');
  const git = new Git();
  const repos = Object.entries(demoFiles).map(([name, files]) => ({ name, path: join(root, name), files }));
  for (const { path, files } of repos) demand(await createRepo(git, path, files));
  await createWorkspace(root, {
    repos: repos.map(({ name, path }) => ({ name, path })),
    defaultAgent: 'demo',
    ...(byItself ? { agents: { demo: { env: { ORCH_DEMO_PACE: '15' } } } } : {}),
  });
  return { root, isNew: true };
}
