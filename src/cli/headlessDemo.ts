import { geometryOf, inside } from '../app/geometry.ts';
import type { Size } from '../app/state.ts';
import { takePicture } from '../client/picture.tsx';
import { Terminals } from '../client/terminals.ts';
import type { Facts } from '../domain/facts.ts';
import type { Worker } from '../domain/worker.ts';
import type { ControllerApi, ControllerNotices } from '../protocol/controllerApi.ts';
import type { Caller, Link } from '../protocol/link.ts';
import { proposeDemo } from './demoWorkspace.ts';
import { demand, type Output, refuse } from './output.ts';
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
    const ready = await watch.until(
      ({ proposals }) => proposals.length > 0 && proposals.every((one) => one.plan ?? one.problem),
    );
    for (const { n, draft, plan, problem } of ready.proposals) {
      if (!plan) return refuse('demo_failed', problem?.message ?? 'No plan came.');
      out.say(`Approving for you: start ${draft.repo}/${draft.task} on ${plan.branch} in ${plan.worktree}`);
      demand(await call('approve', { n, digest: plan.digest, ...paneSize(ready.proposals.length) }));
    }
    await watch.until(({ workers }) => workers.length > 0 && workers.every(hasRested));
    out.say('Both workers have done their work and rest.');
    const seen = demand(await call('facts', { refresh: true }));
    const picture = await takePicture(root, seen, pictureSize);
    answering.close();
    const results = await endDemo(out, call, seen.workers);
    demand(await call('stopAll', {}));
    await link.closed;
    out.result(
      { workspace: root, ...results, picture },
      `${picture}\n\nDone. The workspace stays at ${root}`,
    );
  });
}

/** So that nothing has to be drawn anew for the picture. */
function paneSize(workers: number): Size {
  const [pane] = geometryOf(pictureSize, 4, false, workers).panes;
  const { width, height } = inside(pane ?? { x: 0, y: 0, width: 80, height: 24 });
  return { cols: width, rows: height };
}

/** Its turn is over: it has said something and waits for more. */
function hasRested({ state, update }: Worker): boolean {
  return state === 'idle' && update !== null;
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

/** Waits for what the controller says. */
class FactsWatch {
  onFacts: (facts: Facts) => void = () => {};
  readonly #waiting = new Set<(facts: Facts) => void>();
  #latest: Facts | null = null;

  constructor(link: Link) {
    link.onNotice<ControllerNotices, 'facts'>('facts', (facts) => {
      this.#latest = facts;
      this.onFacts(facts);
      for (const look of this.#waiting) look(facts);
    });
  }

  async until(holds: (facts: Facts) => boolean): Promise<Facts> {
    if (this.#latest && holds(this.#latest)) return this.#latest;
    const { promise, resolve, reject } = Promise.withResolvers<Facts>();
    const look = (facts: Facts) => holds(facts) && resolve(facts);
    this.#waiting.add(look);
    const limit = setTimeout(() => {
      const states = this.#latest?.workers.map((worker) => `${worker.id} ${worker.state}`).join(', ');
      reject(new Error(`The demo takes too long: ${states}`));
    }, patienceMs);
    try {
      return await promise;
    } finally {
      clearTimeout(limit);
      this.#waiting.delete(look);
    }
  }
}
