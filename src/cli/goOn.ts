import { clockText } from '../core/amounts.ts';
import { selectStopped } from '../features/workers/several.ts';
import { problemOf } from '../lib/result.ts';
import { demandYes } from './ask.ts';
import { demand, exitCodes, type Output } from './output.ts';
import { withController } from './session.ts';

/**
 * `worker go-on`: tells workers that stopped at a usage limit to go on, one after the other. With `--all` they are listed
 * first, and asked about.
 */
export async function letGoOn(
  out: Output,
  ids: readonly string[],
  { all = false, yes = false }: { readonly all?: boolean; readonly yes?: boolean },
): Promise<void> {
  await withController('.', async (call) => {
    const { canGoOn, ended, held } = selectStopped({ facts: demand(await call('facts', {})) });
    const waiting = all ? held.map(({ id, limitedUntil }) => heldText(id, limitedUntil ?? '')) : [];
    const toResume = all ? ended.map(({ id }) => id) : [];
    const wanted = all ? canGoOn.map(({ id }) => id) : ids;
    if (all && wanted.length > 0) {
      out.say(['These would go on:', ...wanted.map((id) => `  ${id}`)].join('\n'));
      await demandYes(out, yes, 'Let them go on?', refusals);
    }
    const { going, left } = demand(await call('goOn', { ids: wanted }));
    const lines = [
      ...going.map((id) => `${id} is told to go on.`),
      ...left.map(({ problem }) => `Not told: ${problem.message}`),
      ...toResume.map((id) => `${id} has ended. Resume it: orch-tui worker resume ${id}`),
      ...waiting,
    ];
    const nothing = 'No worker has stopped at a usage limit.';
    out.result({ going, left, ended: toResume }, lines.length === 0 ? nothing : lines.join('\n'));
    if (left.length > 0) process.exitCode = exitCodes.refused;
  });
}

const refusals = {
  unasked: problemOf(
    'approval_required',
    'Nobody goes on without your yes.',
    'Say it here: orch-tui worker go-on --all --yes',
  ),
  no: problemOf('not_approved', 'Nobody was told.'),
};

function heldText(id: string, until: string): string {
  return `${id}: its usage limit holds until ${clockText(until, Date.now())}.`;
}
