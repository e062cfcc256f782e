import type { UndoResult } from '../../core/proposal.ts';
import { type Printed, yesOption } from '../../core/verb.ts';
import { failure } from '../../lib/result.ts';
import { defineCommand, type VerbCall } from '../define.ts';
import type { MessageOf, RequestId } from '../messages.ts';
import { type ControllerState, type Decision, noSuchWorker, reply } from '../state.ts';
import { check } from './check.ts';
import { withBusy, withoutBusy } from './checks.ts';
import { isTaken, startNext } from './ending.ts';

/** Restores a finished or cleaned worker; `keepMerge` does not revert its merge. */
export const undo = defineCommand<UndoResult>()({
  name: 'undo',
  by: 'person',
  what: 'undo anything',
  params: ({ z, text, flag }) => z.strictObject({ id: text, keepMerge: flag }),
  decide: (state, told, { ticket }) => beginUndo(state, ticket, told),
  verbs: [
    {
      usage: 'worker undo <id>',
      about: 'bring back a worker that was finished or cleaned',
      options: { '--keep-merge': 'leave its merge where it is', ...yesOption },
      run: bringBack,
    },
  ],
});

async function bringBack(
  call: VerbCall,
  [id = '']: readonly string[],
  { keepMerge = false, yes = false }: { readonly keepMerge?: boolean; readonly yes?: boolean },
): Promise<Printed> {
  await call.ask(check, { do: 'undo', id });
  await call.demandYes(yes, `Bring ${id} back?`);
  const done = await call.ask(undo, { id, keepMerge });
  const { branch, uncommitted, takenBackFrom, mergeStays, warnings = [] } = done;
  const what = `${branch}${uncommitted ? ' and its uncommitted work' : ''}`;
  const text = [
    `${id} is back, with ${what}. Resume it: orch-tui worker resume ${id}`,
    ...(takenBackFrom ? [`Its merge was taken back from ${takenBackFrom}.`] : []),
    ...(mergeStays ? [`Its merge stays: ${mergeStays.why} To revert it: ${mergeStays.revert}`] : []),
    ...warnings.map((warning) => `! ${warning}`),
  ].join('\n');
  return { value: done, text };
}

function beginUndo(
  state: ControllerState,
  ticket: RequestId,
  { id, keepMerge = false }: { readonly id: string; readonly keepMerge?: boolean },
): Decision {
  const gone = state.log.gone.get(id);
  if (state.log.workers.has(id))
    return reply(
      state,
      ticket,
      failure('not_ended', `${id} is there; nothing was finished or cleaned that could be undone.`),
    );
  if (!gone) return reply(state, ticket, noSuchWorker(state, id));
  if (state.busy.has(id) || isTaken(state, gone.repo))
    return reply(
      state,
      ticket,
      failure('busy', `Something else is being done in ${gone.repo}.`, 'Try again when that is done.'),
    );
  return {
    state: { ...state, busy: withBusy(state.busy, id, { kind: 'undoing' }) },
    events: [],
    effects: [{ type: 'undo', id, keepMerge, ticket }],
  };
}

export function undoEnded(state: ControllerState, message: MessageOf<'undo-ended'>): Decision {
  const { id, ticket, result } = message;
  const calm = { ...state, busy: withoutBusy(state.busy, id) };
  if (!result.ok) return startNext(reply(calm, ticket, result), id);
  const repo = state.log.gone.get(id)?.repo;
  const replanned = [...state.log.proposals.values()].filter(
    ({ kind, draft }) => kind === 'start' && draft.repo === repo,
  );
  const decision: Decision = {
    state: calm,
    events: [{ type: 'undone', id }],
    effects: [
      { type: 'reply', ticket, result },
      { type: 'look-at-repos' },
      ...replanned.map(({ n }) => ({ type: 'plan', n }) as const),
    ],
  };
  return startNext(decision, id);
}
