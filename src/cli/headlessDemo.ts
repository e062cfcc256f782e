import { takePicture } from '../client/picture.ts';
import { Terminals } from '../client/terminals.ts';
import { demand, refuse } from '../core/verb.ts';
import type { Worker } from '../core/worker.ts';
import type { ControllerApi } from '../features/commands.ts';
import type { Caller } from '../protocol/link.ts';
import { geometryOf, inside } from '../ui/layout.ts';
import type { Size } from '../ui/state.ts';
import { proposeDemo } from './demoWorkspace.ts';
import { FactsWatch } from './factsWatch.ts';
import type { Output } from './output.ts';
import { withController } from './session.ts';

const pictureSize: Size = { cols: 120, rows: 40 };

/** Longer than two agents take on a slow machine; a demo that hangs should say so. */
const patienceMs = 120_000;

/** `demo --headless`: the whole round without a person, who is told of each yes that is given in their place. */
export async function runHeadlessDemo(out: Output, root: string): Promise<void> {
  await withController(root, async (call, link) => {
    const watch = new FactsWatch(link);
    const answering = answerQuestions(out, root, watch);
    await proposeDemo(call);
    const ready = demand(
      await watch.until(
        ({ proposals }) => proposals.length > 0 && proposals.every((one) => one.plan ?? one.problem),
        patienceMs,
      ),
    );
    for (const { n, draft, plan, problem } of ready.proposals) {
      if (!plan) return refuse('demo_failed', problem?.message ?? 'No plan came.');
      out.say(`Approving for you: start ${draft.repo}/${draft.task} on ${plan.branch} in ${plan.worktree}`);
      demand(await call('approve', { n, digest: plan.digest, ...paneSize(ready.proposals.length) }));
    }
    demand(await watch.until(({ workers }) => workers.length > 0 && workers.every(hasRested), patienceMs));
    const seen = demand(await call('facts', { refresh: true }));
    const picture = await takePicture(root, seen, pictureSize);
    answering.close();
    out.say(`Both workers have done their work and rest. This is what a control room shows:\n\n${picture}\n`);
    const results = await endDemo(out, call, seen.workers);
    const stopped = await call('stopAll', {});
    // It may be gone before its answer is out.
    if (!stopped.ok && stopped.problem.code !== 'disconnected') demand(stopped);
    await link.closed;
    out.result({ workspace: root, ...results, picture }, `Done. The workspace stays at ${root}`);
  });
}

/** So that nothing has to be drawn anew for the picture. */
function paneSize(workers: number): Size {
  const [pane] = geometryOf(pictureSize, 4, false, workers).panes;
  const { width, height } = inside(pane ?? { x: 0, y: 0, width: 80, height: 24 });
  return { cols: width, rows: height };
}

/** Its turn is over: it has said something and waits for more. */
function hasRested({ state, said }: Worker): boolean {
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

/** Says yes in a worker's pane whenever it asks. */
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
