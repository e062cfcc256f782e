import type { Brought, UndoResult } from '../../domain/finish.ts';
import type { Problem } from '../../domain/problem.ts';
import type { Proposal } from '../../domain/proposal.ts';
import { isOrchestrator } from '../../domain/role.ts';
import type { GoneOn } from '../../domain/usageLimit.ts';
import { openProblem } from '../../features/attention/problemDialog.ts';
import { findRequest } from '../../features/attention/requests.ts';
import { developMade } from '../../features/repos/developDialog.ts';
import { openCard } from '../../features/workers/proposals.ts';
import type { MethodParams } from '../../room/effects.ts';
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
import { sendNote } from '../actions/radarNote.ts';
import { definitionOf } from '../definitions.ts';
import type { Dialog } from '../dialog.ts';
import { dialogOf } from '../dialog.ts';
import { backToMatrix } from '../radarDialogs.ts';
import { withBoardAnswer, withInvoice } from './documentAnswers.ts';
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
  if (!answer.result.ok) return stay(withRefusal(state, answer.tag, answer.result.problem));
  if (answer.method === 'send') return withSent(state, answer.tag, answer.params.id);
  if (answer.method === 'createDevelop') return stay(withNotice(state, developMade(answer.params.repo)));
  if (answer.method === 'stopAll') return { state, effects: [{ type: 'quit' }] };
  return stay(withSuccess(state, answer));
}

/** What the open dialog makes of an answer that it waits for. */
function takenByDialog(state: AppState, answer: Answered): Step | null {
  const dialog = shownDialog(state);
  const definition = dialog && definitionOf(dialog);
  if (!definition) return null;
  const isAwaited =
    definition.awaits?.(dialog, answer.tag) ?? (answer.result.ok && dialog.pending === answer.tag);
  if (!isAwaited || !definition.onAnswer) return null;
  // Of several that are started at once each is known before the dialog goes on.
  const isStart = answer.method === 'approve' && answer.result.ok && definition.awaits !== undefined;
  const known = isStart ? withStarted(state, answer.result.value, answer.params.n) : state;
  return definition.onAnswer(known, dialog, answer);
}

function withSuccess(state: AppState, answer: Answered): AppState {
  if (!answer.result.ok) return state;
  const { waiting, rest } = settle(state, answer.tag);
  switch (answer.method) {
    case 'facts':
      return withFacts(answer.params.refresh ? withoutNotice(rest) : rest, answer.result.value);
    case 'propose':
    case 'edit':
      return isAskedByKey(rest, answer.result.value)
        ? withProposal(withoutNotice(rest), answer.result.value, true)
        : withProposal(rest, answer.result.value, waiting !== null);
    case 'proposeResume':
      return withProposal(withoutNotice(rest), answer.result.value, isRoomFree(rest));
    case 'approve':
      return withStarted(rest, answer.result.value, answer.params.n);
    case 'reject':
      return withNotice(withoutProposal(rest, answer.params.n), `Proposal ${answer.params.n} was rejected.`);
    case 'answer':
      return withAnswered(rest, answer.params);
    case 'goOn':
      return withGoneOn(rest, answer.result.value);
    case 'leaveUnfinished':
      return withNotice(rest, `${answer.params.id} stays as it is.`);
    case 'stop':
      return withNotice(
        withWorker(rest, answer.result.value),
        `${answer.params.id} was stopped; r resumes it.`,
      );
    case 'finish': {
      const { id, into, merge } = answer.result.value;
      const text = `${id} was merged into ${into} as ${merge.slice(0, 7)}; u brings it back.`;
      return withEnding(withoutWorker(rest, id), text, answer.result.value.warnings);
    }
    case 'clean': {
      const { id, warnings } = answer.result.value;
      return withEnding(withoutWorker(rest, id), `${id} was removed; u brings it back.`, warnings);
    }
    case 'undo':
      return withUndone(rest, answer.result.value);
    case 'bringBase':
      return withBrought(rest, answer.result.value);
    case 'conflicts':
      return waiting?.kind === 'radar'
        ? withDialog(state, { ...waiting, pending: null, problem: null })
        : state;
    case 'saveInvoice':
      return withInvoice(state, waiting, answer.result.value);
    case 'sync':
    case 'rebuildSync':
      return waiting?.kind === 'sync'
        ? withDialog(state, { ...waiting, pending: null, problem: null, outcome: answer.result.value })
        : state;
    case 'resolveSync':
      return waiting?.kind === 'sync-conflicts'
        ? withDialog(state, { ...waiting, pending: null, problem: null, typed: null })
        : state;
    case 'addCard':
    case 'changeCard':
      return withBoardAnswer(state, waiting, answer);
    case 'fileSides':
      return waiting?.kind === 'radar-file'
        ? withDialog(state, { ...waiting, pending: null, problem: null, sides: answer.result.value })
        : state;
    default:
      return state;
  }
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

/** On to the next recipient, or back to what the message was about. */
function withSent(state: AppState, tag: number, id: string): Step {
  const { waiting } = settle(state, tag);
  if (waiting?.kind !== 'radar-note') return stay(state);
  const sent = [...waiting.sent, id];
  const to = waiting.to.filter((other) => other !== id);
  const next = withDialog(state, { ...waiting, to, sent, pending: null, problem: null });
  if (to.length > 0) return sendNote(next);
  return stay(withNotice(backToMatrix(next), `Sent to ${sent.join(' and ')}.`));
}

/** The dialog that waited for this answer, if it is still open, and the state without it. */
function settle(state: AppState, tag: number): { waiting: Dialog | null; rest: AppState } {
  const dialog = dialogOf(state);
  if (!dialog || !('pending' in dialog) || dialog.pending !== tag) return { waiting: null, rest: state };
  return { waiting: dialog, rest: toList(state) };
}

/** The dialog stays, with all that was typed; without one, a refusal too long for a line opens its own. */
function withRefusal(state: AppState, tag: number, problem: Problem): AppState {
  const { waiting } = settle(state, tag);
  if (waiting && 'pending' in waiting) {
    const refused = withDialog(state, { ...waiting, pending: null, problem });
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
