import { isLive, orchestrator } from '../core/worker.ts';
import { workerJson } from './describe/worker.ts';
import { demand, type Output } from './output.ts';
import { withController } from './session.ts';
import { approveShown, hasPerson, refuseUnapproved, type StartOptions, worked } from './start.ts';

/** `orchestrator`: says that it runs, or starts or resumes it behind the card that every start passes. */
export async function runOrchestrator(out: Output, options: StartOptions): Promise<void> {
  await withController('.', async (call, link) => {
    const { workers, proposals } = demand(await call('facts', {}));
    const known = workers.find(({ id }) => id === orchestrator.id);
    if (known && isLive(known.state)) {
      const how = `Look at it: orch-tui, key O; or: orch-tui worker attach ${orchestrator.id}`;
      return out.result(workerJson(known), `The orchestrator is running (${known.state}). ${how}`);
    }
    const open = proposals.find(({ draft }) => draft.role === 'orchestrator');
    const { repo, task } = orchestrator;
    const draft = {
      role: 'orchestrator',
      repo,
      task,
      brief: options.brief ?? '',
      agent: options.agent ?? null,
    } as const;
    if (!hasPerson(out, options)) {
      const { id } = orchestrator;
      if (!open) demand(await call('check', known ? { do: 'propose-resume', id } : { do: 'propose', draft }));
      refuseUnapproved('orchestrator');
    }
    const ask = () => (known ? call('proposeResume', { id: orchestrator.id }) : call('propose', draft));
    const { n } = open ?? demand(await ask());
    await approveShown(out, call, await worked(link, n), options, open === undefined);
  });
}
