import { clockText } from '../../core/amounts.ts';
import { type GoneOn, stoppedByLimit } from '../../core/usage.ts';
import { asksNothing } from '../../core/values.ts';
import type { Printed } from '../../core/verb.ts';
import type { Worker } from '../../core/worker.ts';
import { problemOf } from '../../lib/result.ts';
import { defineCommand, type VerbCall } from '../define.ts';
import { goOn as tellToGoOn } from './goingOn.ts';

/** Tells workers that stopped at a usage limit to go on, each in its turn; a limit that still holds keeps its worker. */
export const goOn = defineCommand<GoneOn>()({
  name: 'goOn',
  by: 'person',
  what: 'let workers go on',
  params: ({ z, text }) => z.strictObject({ ids: z.array(text).readonly() }),
  decide: (state, { ids }, { ticket }) => tellToGoOn(state, ticket, ids),
  verbs: [
    {
      usage: 'worker go-on [ids...]',
      about: 'tell those to go on that stopped at a usage limit',
      options: { '--all': 'all whose limit is over: lists them and asks', ...asksNothing },
      run: letGoOn,
    },
  ],
});

/** With `--all` they are listed first, and asked about. */
async function letGoOn(
  call: VerbCall,
  [ids = []]: readonly [(readonly string[])?],
  { all = false, yes = false }: { readonly all?: boolean; readonly yes?: boolean },
): Promise<Printed> {
  if (ids.length > 0 === all) call.misused('name workers, or say --all');
  const { canGoOn, ended, held } = stoppedByLimit(await call.facts());
  const toResume = all ? ended.map(({ id }) => id) : [];
  const wanted = all ? canGoOn.map(({ id }) => id) : ids;
  if (all && wanted.length > 0) {
    call.say(['These would go on:', ...wanted.map((id) => `  ${id}`)].join('\n'));
    await call.demandYes(yes, 'Let them go on?', refusals);
  }
  const { going, left } = await call.ask(goOn, { ids: wanted });
  const lines = [
    ...going.map((id) => `${id} is told to go on.`),
    ...left.map(({ problem }) => `Not told: ${problem.message}`),
    ...toResume.map((id) => `${id} has ended. Resume it: orch-tui worker resume ${id}`),
    ...(all ? held.map((worker) => heldText(worker, call.now)) : []),
  ];
  return {
    value: { going, left, ended: toResume },
    text: lines.length === 0 ? 'No worker has stopped at a usage limit.' : lines.join('\n'),
    hasFailed: left.length > 0,
  };
}

const refusals = {
  unasked: problemOf(
    'approval_required',
    'Nobody goes on without your yes.',
    'Say it here: orch-tui worker go-on --all --yes',
  ),
  no: problemOf('not_approved', 'Nobody was told.'),
};

function heldText({ id, limitedUntil }: Worker, now: number): string {
  return `${id}: its usage limit holds until ${clockText(limitedUntil ?? '', now)}.`;
}
