import { existsSync, mkdtempSync, readdirSync, realpathSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Terminals } from '../client/terminals.ts';
import type { ProposalDraft } from '../core/proposal.ts';
import { demand, refuse } from '../core/verb.ts';
import type { Worker } from '../core/worker.ts';
import type { ControllerApi } from '../features/commands.ts';
import { createRepo } from '../git/repos.ts';
import { Git } from '../git/run.ts';
import { holdApprovalKey } from '../ipc/heldKey.ts';
import { digestOf, ownKeyVariable } from '../ipc/keys.ts';
import type { Caller } from '../ipc/link.ts';
import { quoteCommand } from '../lib/quote.ts';
import { newSecret } from '../lib/stateFolder.ts';
import { geometryOf, inside } from '../ui/layout.ts';
import type { ScreenSize } from '../ui/state.ts';
import { createWorkspace } from './init.ts';
import type { Output } from './output.ts';
import { FactsWatch, withController } from './session.ts';

/** `demo`: a workspace with three small repositories and two proposals, opened in the control room. */
export async function runDemo(
  out: Output,
  folder: string | undefined,
  options: { headless?: boolean },
): Promise<void> {
  const canShow = process.stdin.isTTY && process.stdout.isTTY && !out.json;
  if (!canShow && !options.headless) {
    // Without a keyboard the demo answers for the person.
    process.stderr.write(
      'orch-tui: there is no terminal here, so the demo runs by itself (orch-tui demo --headless).\n',
    );
  }
  const headless = options.headless === true || !canShow;
  const { root, isNew } = await makeDemoWorkspace(folder, headless);
  if (isNew) holdOwnKey();
  out.say(`The demo workspace is ${root}`);
  if (headless) return runHeadlessDemo(out, root);
  await withController(root, proposeDemo);
  await (await import('./room.ts')).enterRoom(root);
  out.say(`The demo workspace stays at ${root}\nCome back: ${quoteCommand(['orch-tui', root])}`);
}

/**
 * Creates an approval key for this process, with which the demo acts in its own workspace, without a terminal, too. Only
 * the daemons that it starts get the key's digest and accept it.
 */
function holdOwnKey(): void {
  const key = newSecret();
  holdApprovalKey(key);
  process.env[ownKeyVariable] = digestOf(key);
}

/** The proposals of the demo; its agent is part of this package and needs no account. */
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

/** Proposes the demo's workers, unless the workspace has had workers before. */
async function proposeDemo(call: Caller<ControllerApi>): Promise<void> {
  const facts = demand(await call('facts', {}));
  if (facts.workers.length + facts.proposals.length + facts.ended.length > 0) return;
  for (const draft of demoDrafts) demand(await call('propose', draft));
}

/**
 * Creates the workspace, or finds an earlier one. Refuses a folder with other content. A headless demo needs a new
 * workspace: it answers for the person, which it must not do where the person's workers may run.
 */
async function makeDemoWorkspace(
  folder: string | undefined,
  isHeadless: boolean,
): Promise<{ readonly root: string; readonly isNew: boolean }> {
  const wanted = folder === undefined ? mkdtempSync(join(tmpdir(), 'orch-tui-demo-')) : resolve(folder);
  await mkdir(wanted, { recursive: true });
  const root = realpathSync(wanted);
  if (existsSync(join(root, '.orch', 'config.json'))) {
    if (isHeadless)
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
    ...(isHeadless ? { agents: { demo: { env: { ORCH_DEMO_PACE: '15' } } } } : {}),
  });
  return { root, isNew: true };
}

const pictureSize: ScreenSize = { cols: 120, rows: 40 };

/** Longer than two agents take on a slow machine; a demo that hangs fails. */
const timeoutMs = 120_000;

/** `demo --headless`: runs everything without a person and prints each yes that it gives for them. */
async function runHeadlessDemo(out: Output, root: string): Promise<void> {
  await withController(root, async (call, link) => {
    const watch = new FactsWatch(link);
    const answering = answerQuestions(out, root, watch);
    await proposeDemo(call);
    const ready = demand(
      await watch.until(
        ({ proposals }) => proposals.length > 0 && proposals.every((one) => one.plan ?? one.problem),
        timeoutMs,
      ),
    );
    for (const { n, draft, plan, problem } of ready.proposals) {
      if (!plan) return refuse('demo_failed', problem?.message ?? 'No plan came.');
      out.say(`Approving for you: start ${draft.repo}/${draft.task} on ${plan.branch} in ${plan.worktree}`);
      demand(await call('approve', { n, digest: plan.digest, ...paneSize(ready.proposals.length) }));
    }
    demand(await watch.until(({ workers }) => workers.length > 0 && workers.every(isAtRest), timeoutMs));
    const seen = demand(await call('facts', { refresh: true }));
    const { takePicture } = await import('../client/picture.ts');
    const picture = await takePicture(root, seen, pictureSize);
    answering.close();
    out.say(`Both workers have done their work and rest. This is what a control room shows:\n\n${picture}\n`);
    const results = await endDemo(out, call, seen.workers);
    const stopped = await call('stopAll', {});
    // The controller may exit before its answer arrives.
    if (!stopped.ok && stopped.problem.code !== 'disconnected') demand(stopped);
    await link.closed;
    out.result({ workspace: root, ...results, picture }, `Done. The workspace stays at ${root}`);
  });
}

/** Returns the size of a pane in the picture, so that agents draw once. */
function paneSize(workers: number): ScreenSize {
  const [pane] = geometryOf(pictureSize, 4, false, workers).panes;
  const { width, height } = inside(pane ?? { x: 0, y: 0, width: 80, height: 24 });
  return { cols: width, rows: height };
}

/** Reports whether the worker's turn is over and it waits for more. */
function isAtRest({ state, said }: Worker): boolean {
  return state === 'idle' && said !== null;
}

async function endDemo(out: Output, call: Caller<ControllerApi>, workers: readonly Worker[]) {
  const [first, second] = workers;
  if (!first || !second) return refuse('demo_failed', 'The workers are gone.');
  const finish = demand(await call('previewFinish', { id: first.id }));
  const finished = demand(await call('finish', { id: first.id, tip: finish.tip }));
  out.say(`Finished ${first.id}: merged into ${finished.into} as ${finished.merge.slice(0, 10)}.`);
  const clean = demand(await call('previewClean', { id: second.id }));
  const cleaned = demand(await call('clean', { id: second.id, tip: clean.tip, confirm: second.task }));
  out.say(`Cleaned ${second.id} without merging; its work is kept at ${cleaned.backup}.`);
  return { finished, cleaned };
}

/** Types `y` for each worker that asks. */
function answerQuestions(out: Output, root: string, watch: FactsWatch): Terminals {
  const terminals = new Terminals(root, { onTerminal() {}, onForgotten() {}, onScreen() {} });
  const answered = new Set<string>();
  watch.onFacts = (facts) => {
    void terminals.open().then(() => {
      for (const { id, asks, stateSince } of facts.workers) {
        const question = `${id} ${stateSince}`;
        if (asks === null || answered.has(question)) continue;
        answered.add(question);
        out.say(`${id} asks: ${asks}. Answering yes for you.`);
        terminals.type(id, 'y');
      }
    });
  };
  return terminals;
}
