import type { Facts } from '../core/facts.ts';
import type { BaseUpdate, Proposal, UndoResult } from '../core/proposal.ts';
import { proposalItem, type QueueItem } from '../core/queue.ts';
import type { ContinueOutcome } from '../core/usage.ts';
import { isOrchestrator, type Worker } from '../core/worker.ts';
import { denialText, openProblem } from '../features/attention/noticesDialog.ts';
import { findRequest } from '../features/attention/requestDialogs.ts';
import { invoiceWritten } from '../features/invoices/invoicesDialog.ts';
import { developMade } from '../features/repos/developDialog.ts';
import { openCard } from '../features/workers/proposalDialogs.ts';
import type { Problem } from '../lib/result.ts';
import { plainLine } from '../lib/sanitize.ts';
import { counted } from '../ui/format.ts';
import {
  findWorker,
  isSameRow,
  isZoomed,
  type QueueRow,
  selectFleet,
  selectQueue,
  whatBecame,
} from '../ui/select.ts';
import {
  type AnyDialog,
  type AppState,
  type FleetKey,
  isRoomFree,
  type RowKey,
  shownDialog,
} from '../ui/state.ts';
import {
  type Answered,
  type Method,
  type MethodParams,
  type MethodResult,
  noEffects,
  problemLine,
  type Step,
  toList,
  withDialog,
  withNotice,
  withoutNotice,
} from '../ui/step.ts';
import { cellWidth, cutText } from '../ui/text.ts';
import { definitionOf } from './definitions.ts';

/** Updates the state by the answer to a request; the dialog that waits for it handles it first. */
export function updateAnswer(state: AppState, answer: Answered): Step {
  const taken = takenByDialog(state, answer);
  if (taken) return taken;
  const { method, params, tag, result } = answer;
  if (!result.ok) return noEffects(withRefusal(state, tag, result.problem));
  if (method === 'stopAll') return { state, effects: [{ type: 'quit' }] };
  // The value is of this very method; the compiler cannot follow the pair through a union.
  const updated = answerUpdates[method] as AnswerUpdate<Method> | undefined;
  if (!updated) return noEffects(state);
  const wasAwaited = isAwaited(state, tag);
  return noEffects(updated(wasAwaited ? toList(state) : state, result.value as never, params, wasAwaited));
}

/** Returns the step of the open dialog for an answer that it waits for; null when it does not wait. */
function takenByDialog(state: AppState, answer: Answered): Step | null {
  const dialog = shownDialog(state);
  if (!dialog) return null;
  const { awaits, onAnswer } = definitionOf(dialog);
  const isMeant = awaits?.(dialog, answer.tag) ?? (answer.result.ok && dialog.pending === answer.tag);
  if (!isMeant || !onAnswer) return null;
  // The facts contain each of several started workers before the dialog continues.
  const isStart = answer.method === 'approve' && answer.result.ok && awaits !== undefined;
  const known = isStart ? withStarted(state, answer.result.value, answer.params.n) : state;
  return onAnswer(known, dialog, answer);
}

/** Returns the state after an answer. @param state without the dialog that waited @param wasAwaited true if one did */
type AnswerUpdate<M extends Method> = (
  state: AppState,
  value: Extract<MethodResult<M>, { readonly ok: true }>['value'],
  params: MethodParams<M>,
  wasAwaited: boolean,
) => AppState;

/** Updates of the lists and the notice by answers that no dialog handles. */
const answerUpdates: { readonly [M in Method]?: AnswerUpdate<M> } = {
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

/** Reports whether the proposal is an orchestrator's, asked for by a key without a form, and its card may open. */
function isAskedByKey(state: AppState, { draft }: Proposal): boolean {
  return isRoomFree(state) && isOrchestrator(draft);
}

/** Shows the result of an end; warnings open a dialog, because a notice is easily missed. */
function withEnding(state: AppState, done: string, warnings: readonly string[] = []): AppState {
  if (warnings.length === 0) return withNotice(state, done);
  if (!isRoomFree(state)) return withNotice(state, `${done} ${warnings.join(' ')}`, 'problem');
  const problem = { code: 'left_behind', message: warnings.join('\n'), hint: done };
  return openProblem(state, 'Done, but something was left behind', problem);
}

/** Shows the result of an undo; a merge that stays opens a dialog with the command to revert it. */
function withUndone(state: AppState, { id, takenBackFrom, mergeStays, warnings }: UndoResult): AppState {
  const from = takenBackFrom ? `, its merge taken back from ${takenBackFrom}` : '';
  const done = `${id} is back${from}; r resumes it.`;
  if (!mergeStays) return withEnding(isRoomFree(state) ? withCursorOn(state, id) : state, done, warnings);
  const stays = `Its merge stays: ${mergeStays.why}\nTo revert it: ${mergeStays.revert}`;
  const message = [stays, ...(warnings ?? [])].join('\n');
  const problem = { code: 'merge_stays', message, hint: done };
  return openProblem(state, 'It is back, but its merge stays', problem);
}

/** Selects a worker that the next facts will contain. */
function withCursorOn(state: AppState, id: string): AppState {
  return { ...state, cursors: { ...state.cursors, fleet: { kind: 'worker', id } }, anchor: id };
}

function withBrought(
  state: AppState,
  { id, base, conflicts, told }: BaseUpdate & { readonly told: boolean },
): AppState {
  if (conflicts.length === 0) return withNotice(state, `${id} contains all of ${base} now.`);
  const next = told ? 'The worker was asked to resolve them.' : 'Resolve them in its worktree.';
  return withNotice(state, `There are conflicts in ${counted(conflicts.length, 'file')} of ${id}. ${next}`);
}

/** Reports whether the open dialog waits for this answer. */
function isAwaited(state: AppState, tag: number): boolean {
  return shownDialog(state)?.pending === tag;
}

/** Shows a refusal in the dialog that waited, which keeps its text; otherwise in a notice, or in a dialog if it is long. */
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

/** Stores a proposal. Its card opens if the person asked for it; otherwise it waits in the queue. */
function withProposal(state: AppState, proposal: Proposal, isAwaited: boolean): AppState {
  const known = state.facts ? withFacts(state, factsWithProposal(state.facts, proposal)) : state;
  return isAwaited ? openCard(known, proposal) : known;
}

/** Removes an answered request. The person's own answer selected the next row, so keys work at once. */
function withAnswered(state: AppState, { request: id, answer }: MethodParams<'answer'>): AppState {
  const request = findRequest(state, id);
  if (!state.facts || !request) return state;
  const next = { ...withFacts(state, factsWithoutRequest(state.facts, id)), selectionShifted: false };
  const what = answer.say === 'deny' ? 'denied' : answer.say === 'allow' ? 'allowed' : 'answered';
  return withNotice(next, `${request.worker}: ${what}: ${request.text}`);
}

/** Shows which workers continue after a limit, and why others do not. */
function withGoneOn(state: AppState, { going, left }: ContinueOutcome): AppState {
  const [first] = left;
  if (first) return withNotice(state, problemLine(first.problem), 'problem');
  return withNotice(state, `${going.join(', ')} ${going.length === 1 ? 'was' : 'were'} asked to continue.`);
}

/** Stores new facts. Selection and focus move, with a notice, from what no longer exists. */
export function withFacts(state: AppState, facts: Facts): AppState {
  return withFocus(withLists(withNotices(withDenials({ ...state, facts }, state), state), state));
}

function withLists(next: AppState, old: AppState): AppState {
  const fleet = keptKey(old.cursors.fleet, selectFleet(old), selectFleet(next), 'worker');
  const [before, after] = [selectQueue(old), selectQueue(next)];
  const queue = keptKey(old.cursors.queue, before, after, 'proposal');
  const gone = old.cursors.queue !== null && !isSameRow(old.cursors.queue, queue);
  const turned = hasChanged(itemAt(before, queue), itemAt(after, queue));
  return {
    ...next,
    cursors: { fleet, queue },
    selectionShifted: next.selectionShifted || ((gone || turned) && next.list === 'queue'),
    // Beside a zoomed worker no list is visible, so the keys stay with the fleet.
    list: queue === null || (gone && isZoomed(next)) ? 'fleet' : next.list,
    anchor: keptAnchor(next, old, fleet),
  };
}

function itemAt(rows: readonly QueueRow[], key: RowKey | null): QueueItem | null {
  return rows.find((row) => isSameRow(row.key, key))?.item ?? null;
}

/** Reports whether a row asks for something else now; a key pressed before was meant for its old content. */
function hasChanged(before: QueueItem | null, after: QueueItem | null): boolean {
  return before !== null && after !== null && (before.kind !== after.kind || before.text !== after.text);
}

/** Returns the same row, else the one in its place, else the first of the wanted kind. */
function keptKey<K extends RowKey>(
  key: K | null,
  before: readonly { readonly key: K }[],
  after: readonly { readonly key: K }[],
  first: RowKey['kind'],
): K | null {
  if (key === null) return (after.find((row) => row.key.kind === first) ?? after[0])?.key ?? null;
  if (after.some((row) => isSameRow(row.key, key))) return key;
  const at = before.findIndex((row) => isSameRow(row.key, key));
  return after[Math.min(Math.max(0, at), after.length - 1)]?.key ?? null;
}

/** Returns the same worker, else the selected one, else a neighbour. */
function keptAnchor(next: AppState, old: AppState, selected: FleetKey | null): string | null {
  const workers = next.facts?.workers ?? [];
  if (findWorker(next, next.anchor)) return next.anchor;
  if (selected?.kind === 'worker') return selected.id;
  const at = old.facts?.workers.findIndex((worker) => worker.id === old.anchor) ?? -1;
  return workers[Math.min(Math.max(0, at), workers.length - 1)]?.id ?? null;
}

function withFocus(state: AppState): AppState {
  const { focus } = state;
  switch (focus.at) {
    case 'list':
      return state;
    case 'dialog':
      return withSubject(state, focus.dialog);
    case 'pane':
    case 'copy-mode':
      return findWorker(state, focus.id) ? state : withNotice(toList(state), whatBecame(state, focus.id));
  }
}

/** Closes a dialog whose subject no longer exists, unless it waits for the answer that gives the reason. */
function withSubject(state: AppState, dialog: AnyDialog): AppState {
  const { isStale, onFacts } = definitionOf(dialog);
  const why = isStale?.(state, dialog) ?? null;
  if (why === null) return onFacts?.(state, dialog) ?? state;
  if ((dialog.pending ?? null) !== null) return state;
  return withNotice(toList(state), state.notice?.tone === 'problem' ? state.notice.text : why);
}

/** Returns the facts with a newer record of a worker; a new worker comes last. The queue follows with the next facts. */
function factsWithWorker(facts: Facts, worker: Worker): Facts {
  const isKnown = facts.workers.some((known) => known.id === worker.id);
  const workers = isKnown
    ? facts.workers.map((known) => (known.id === worker.id ? worker : known))
    : [...facts.workers, worker];
  return { ...facts, workers };
}

function factsWithProposal(facts: Facts, proposal: Proposal): Facts {
  const isKnown = facts.proposals.some((known) => known.n === proposal.n);
  if (!isKnown)
    return {
      ...facts,
      proposals: [...facts.proposals, proposal],
      queue: [...facts.queue, proposalItem(proposal)],
    };
  const proposals = facts.proposals.map((known) => (known.n === proposal.n ? proposal : known));
  return { ...facts, proposals };
}

/** Returns the facts without an answered request. */
function factsWithoutRequest(facts: Facts, id: string): Facts {
  return { ...facts, queue: facts.queue.filter(({ request }) => request?.id !== id) };
}

/** Selects a started worker; the keys stay in the queue while more waits there. */
function withStarted(state: AppState, worker: Worker, n: number): AppState {
  const known = withWorker(withoutProposal(state, n), worker);
  const list = state.list === 'queue' && selectQueue(known).length > 0 ? 'queue' : 'fleet';
  const cursors = { ...known.cursors, fleet: { kind: 'worker', id: worker.id } as const };
  const done = `${worker.id} was ${worker.run > 1 ? 'resumed' : 'started'}.`;
  return withNotice({ ...known, list, cursors, anchor: worker.id }, done);
}

function withWorker(state: AppState, worker: Worker): AppState {
  return state.facts ? withFacts(state, factsWithWorker(state.facts, worker)) : state;
}

function withoutWorker(state: AppState, id: string): AppState {
  if (!state.facts) return state;
  const workers = state.facts.workers.filter((worker) => worker.id !== id);
  return withFacts(state, { ...state.facts, workers });
}

function withoutProposal(state: AppState, n: number): AppState {
  if (!state.facts) return state;
  const proposals = state.facts.proposals.filter((proposal) => proposal.n !== n);
  return withFacts(state, { ...state.facts, proposals });
}

/** Shows a new denial of the guard. */
function withDenials(next: AppState, old: AppState): AppState {
  if (!old.facts) return next;
  const fresh = next.facts?.workers.find(
    ({ id, denied }) => denied && denied.count > (findWorker(old, id)?.denied?.count ?? 0),
  );
  if (!fresh?.denied) return next;
  return withNotice(next, noticeText(denialText(fresh.id, fresh.denied), 1, next.size.cols));
}

/** Shows each notice of the controller once. */
function withNotices(next: AppState, old: AppState): AppState {
  const known = new Set(old.facts?.notices.map((notice) => withoutPosition(problemLine(notice))));
  const fresh =
    next.facts?.notices.map(problemLine).filter((text) => !known.has(withoutPosition(text))) ?? [];
  const [first] = fresh;
  if (first !== undefined)
    return withNotice(next, noticeText(first, fresh.length, next.size.cols), 'problem');
  return isBroken(old) && !isBroken(next) ? withNotice(next, repaired) : next;
}

/** Returns a notice without line and column: a setting that moved in its file is not a new problem. */
function withoutPosition(text: string): string {
  return text.replace(/^\.orch\/config\.json:\d+:\d+/, '');
}

const repaired = '.orch/config.json is valid again and in use.';

function isBroken({ facts }: AppState): boolean {
  return facts?.notices.some(({ code }) => code === 'config_invalid') ?? false;
}

/** Returns as much of a notice as fits into one line, with the key that shows the rest. */
function noticeText(first: string, count: number, cols: number): string {
  const text = plainLine(first);
  const room = cols - noticeMargin;
  if (count === 1 && cellWidth(text) <= room) return text;
  const rest = count === 1 ? ' (all of it: press !)' : ` (${counted(count, 'notice')}: press !)`;
  return cutText(text, room - rest.length) + rest;
}

/** Cells of the footer around a notice and its mark. */
const noticeMargin = 4;
