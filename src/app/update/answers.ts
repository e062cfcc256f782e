import type { Brought, Proposal, UndoResult } from '../../core/proposal.ts';
import type { GoneOn } from '../../core/usage.ts';
import { isOrchestrator } from '../../core/worker.ts';
import { openProblem } from '../../features/attention/problemDialog.ts';
import { findRequest } from '../../features/attention/requests.ts';
import { invoiceWritten } from '../../features/invoices/invoicesDialog.ts';
import { developMade } from '../../features/repos/developDialog.ts';
import { openCard } from '../../features/workers/proposals.ts';
import type { Problem } from '../../lib/result.ts';
import type { Method, MethodParams, MethodResult } from '../../room/effects.ts';
import type { Answered } from '../../room/messages.ts';
import { type AppState, isRoomFree, shownDialog } from '../../room/state.ts';
import {
  problemLine,
  type Step,
  stay,
  toList,
  withDialog,
  withNotice,
  withoutNotice,
} from '../../room/step.ts';
import { cellWidth } from '../../room/text/cells.ts';
import { counted } from '../../room/text/words.ts';
import { definitionOf } from '../definitions.ts';
import {
  factsWithoutRequest,
  factsWithProposal,
  withFacts,
  withoutProposal,
  withoutWorker,
  withStarted,
  withWorker,
} from './facts.ts';

/** A request came to something: what it tells is taken in, and the dialog that waited for it goes on. */
export function updateAnswer(state: AppState, answer: Answered): Step {
  const taken = takenByDialog(state, answer);
  if (taken) return taken;
  const { method, params, tag, result } = answer;
  if (!result.ok) return stay(withRefusal(state, tag, result.problem));
  if (method === 'stopAll') return { state, effects: [{ type: 'quit' }] };
  // The value is of this very method; the compiler cannot follow the pair through a union.
  const tell = tellings[method] as Telling<Method> | undefined;
  if (!tell) return stay(state);
  const wasAwaited = isAwaited(state, tag);
  return stay(tell(wasAwaited ? toList(state) : state, result.value as never, params, wasAwaited));
}

/** What the open dialog makes of an answer that it waits for. */
function takenByDialog(state: AppState, answer: Answered): Step | null {
  const dialog = shownDialog(state);
  if (!dialog) return null;
  const { awaits, onAnswer } = definitionOf(dialog);
  const isMeant = awaits?.(dialog, answer.tag) ?? (answer.result.ok && dialog.pending === answer.tag);
  if (!isMeant || !onAnswer) return null;
  // Of several that are started at once each is known before the dialog goes on.
  const isStart = answer.method === 'approve' && answer.result.ok && awaits !== undefined;
  const known = isStart ? withStarted(state, answer.result.value, answer.params.n) : state;
  return onAnswer(known, dialog, answer);
}

/** @param state without the dialog that waited @param wasAwaited whether one did */
type Telling<M extends Method> = (
  state: AppState,
  value: Extract<MethodResult<M>, { readonly ok: true }>['value'],
  params: MethodParams<M>,
  wasAwaited: boolean,
) => AppState;

/** What the lists show and the footer says of what was done, where its dialog makes nothing else of it. */
const tellings: { readonly [M in Method]?: Telling<M> } = {
  facts: (state, facts, { refresh }) => withFacts(refresh ? withoutNotice(state) : state, facts),
  propose: withOwnProposal,
  edit: withOwnProposal,
  proposeResume: (state, proposal) => withProposal(withoutNotice(state), proposal, isRoomFree(state)),
  approve: (state, worker, { n }) => withStarted(state, worker, n),
  reject: (state, _, { n }) => withNotice(withoutProposal(state, n), `Proposal ${n} was rejected.`),
  answer: (state, _, params) => withAnswered(state, params),
  goOn: withGoneOn,
  leaveUnfinished: (state, _, { id }) => withNotice(state, `${id} stays as it is.`),
  stop: (state, worker, { id }) => withNotice(withWorker(state, worker), `${id} was stopped; r resumes it.`),
  finish(state, { id, into, merge, warnings }) {
    const text = `${id} was merged into ${into} as ${merge.slice(0, 7)}; u brings it back.`;
    return withEnding(withoutWorker(state, id), text, warnings);
  },
  clean: (state, { id, warnings }) =>
    withEnding(withoutWorker(state, id), `${id} was removed; u brings it back.`, warnings),
  undo: withUndone,
  bringBase: withBrought,
  createDevelop: (state, _, { repo }) => withNotice(state, developMade(repo)),
  saveInvoice: invoiceWritten,
};

function withOwnProposal(state: AppState, proposal: Proposal, _: unknown, wasAwaited: boolean): AppState {
  return isAskedByKey(state, proposal)
    ? withProposal(withoutNotice(state), proposal, true)
    : withProposal(state, proposal, wasAwaited);
}

/** The orchestrator is asked for without a form; its card opens where the person has stayed. */
function isAskedByKey(state: AppState, { draft }: Proposal): boolean {
  return isRoomFree(state) && isOrchestrator(draft);
}

/** What was done, and what was left behind by it: that is not read in passing. */
function withEnding(state: AppState, done: string, warnings: readonly string[] = []): AppState {
  if (warnings.length === 0) return withNotice(state, done);
  if (!isRoomFree(state)) return withNotice(state, `${done} ${warnings.join(' ')}`, 'problem');
  const problem = { code: 'left_behind', message: warnings.join('\n'), hint: done };
  return openProblem(state, 'Done, but something was left behind', problem);
}

/** Of a merge that stays a person has to be told more than fits into a line. */
function withUndone(state: AppState, { id, takenBackFrom, mergeStays }: UndoResult): AppState {
  const from = takenBackFrom ? `, its merge taken back from ${takenBackFrom}` : '';
  const done = `${id} is back${from}; r resumes it.`;
  if (!mergeStays) return withNotice(isRoomFree(state) ? withCursorOn(state, id) : state, done);
  const message = `Its merge stays: ${mergeStays.why}\nTo revert it: ${mergeStays.revert}`;
  const problem = { code: 'merge_stays', message, hint: done };
  return openProblem(state, 'It is back, but its merge stays', problem);
}

/** Selects a worker that the next picture will hold. */
function withCursorOn(state: AppState, id: string): AppState {
  return { ...state, cursors: { ...state.cursors, fleet: { kind: 'worker', id } }, anchor: id };
}

function withBrought(
  state: AppState,
  { id, base, conflicts, told }: Brought & { readonly told: boolean },
): AppState {
  if (conflicts.length === 0) return withNotice(state, `${id} holds all of ${base} now.`);
  const next = told ? 'The worker was told to resolve them.' : 'Resolve them in its worktree.';
  return withNotice(state, `Conflicts wait in ${counted(conflicts.length, 'file')} of ${id}. ${next}`);
}

/** Reports whether the open dialog waits for this answer. */
function isAwaited(state: AppState, tag: number): boolean {
  return shownDialog(state)?.pending === tag;
}

/** The dialog stays, with all that was typed; without one, a refusal too long for a line opens its own. */
function withRefusal(state: AppState, tag: number, problem: Problem): AppState {
  const dialog = shownDialog(state);
  if (dialog && isAwaited(state, tag)) {
    const refused = withDialog(state, { ...dialog, pending: null, problem });
    return state.facts ? withFacts(refused, state.facts) : refused;
  }
  const line = problemLine(problem);
  const isShort = !line.includes('\n') && cellWidth(line) <= state.size.cols - 2;
  if (isShort || !isRoomFree(state)) return withNotice(state, line, 'problem');
  return openProblem(withoutNotice(state), 'That did not work', problem);
}

/** A proposal that the person asked for shows its card; any other waits in the queue. */
function withProposal(state: AppState, proposal: Proposal, isAwaited: boolean): AppState {
  const known = state.facts ? withFacts(state, factsWithProposal(state.facts, proposal)) : state;
  return isAwaited ? openCard(known, proposal) : known;
}

/** The next one is selected by the person's own doing: they may go on at once. */
function withAnswered(state: AppState, { request: id, answer }: MethodParams<'answer'>): AppState {
  const request = findRequest(state, id);
  if (!state.facts || !request) return state;
  const next = { ...withFacts(state, factsWithoutRequest(state.facts, id)), slid: false };
  const what = answer.say === 'deny' ? 'denied' : answer.say === 'allow' ? 'allowed' : 'answered';
  return withNotice(next, `${request.worker}: ${what}: ${request.text}`);
}

/** Those that were told show it by themselves; of the others a line says why. */
function withGoneOn(state: AppState, { going, left }: GoneOn): AppState {
  const [first] = left;
  if (first) return withNotice(state, problemLine(first.problem), 'problem');
  return withNotice(state, `${going.join(', ')} ${going.length === 1 ? 'is' : 'are'} told to go on.`);
}
