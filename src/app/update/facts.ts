import type { Facts } from '../../core/facts.ts';
import type { Proposal } from '../../core/proposal.ts';
import { proposalItem, type QueueItem } from '../../core/queue.ts';
import type { Worker } from '../../core/worker.ts';
import { denialText } from '../../features/attention/noticesDialog.ts';
import { plainLine } from '../../lib/sanitize.ts';
import type { AnyDialog } from '../../room/asking.ts';
import {
  findWorker,
  isSameRow,
  isZoomed,
  type QueueRow,
  selectFleet,
  selectQueue,
  whatBecame,
} from '../../room/select.ts';
import type { AppState, FleetKey, RowKey } from '../../room/state.ts';
import { problemLine, toList, withNotice } from '../../room/step.ts';
import { cellWidth, cutText } from '../../room/text/cells.ts';
import { counted } from '../../room/text/words.ts';
import { definitionOf } from '../definitions.ts';

/** Takes in a new picture: whatever pointed at something that is gone finds another place, and says so. */
export function withFacts(state: AppState, facts: Facts): AppState {
  return withFocus(withLists(withNews(withDenials({ ...state, facts }, state), state), state));
}

function withLists(next: AppState, old: AppState): AppState {
  const fleet = keptKey(old.cursors.fleet, selectFleet(old), selectFleet(next), 'worker');
  const [before, after] = [selectQueue(old), selectQueue(next)];
  const queue = keptKey(old.cursors.queue, before, after, 'proposal');
  const gone = old.cursors.queue !== null && !isSameRow(old.cursors.queue, queue);
  const turned = hasTurned(itemAt(before, queue), itemAt(after, queue));
  return {
    ...next,
    cursors: { fleet, queue },
    slid: next.slid || ((gone || turned) && next.list === 'queue'),
    // Beside a zoomed worker no list is seen: keys stay with the one that is.
    list: queue === null || (gone && isZoomed(next)) ? 'fleet' : next.list,
    anchor: keptAnchor(next, old, fleet),
  };
}

function itemAt(rows: readonly QueueRow[], key: RowKey | null): QueueItem | null {
  return rows.find((row) => isSameRow(row.key, key))?.item ?? null;
}

/** A worker's row may come to ask for something else: what is pressed was meant for what stood there. */
function hasTurned(before: QueueItem | null, after: QueueItem | null): boolean {
  return before !== null && after !== null && (before.kind !== after.kind || before.text !== after.text);
}

/** The same row, else the one that took its place, else the first of the wanted kind. */
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

/** The same worker, else the one that is selected, else one that came beside it. */
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
    case 'history':
      return findWorker(state, focus.id) ? state : withNotice(toList(state), whatBecame(state, focus.id));
  }
}

/** A dialog whose subject is gone closes, unless it waits for the answer that explains why. */
function withSubject(state: AppState, dialog: AnyDialog): AppState {
  const { isStale, onFacts } = definitionOf(dialog);
  const why = isStale?.(state, dialog) ?? null;
  if (why === null) return onFacts?.(state, dialog) ?? state;
  if ((dialog.pending ?? null) !== null) return state;
  return withNotice(toList(state), state.notice?.tone === 'problem' ? state.notice.text : why);
}

/** The picture with one worker's newer record; a new worker comes last. What it waits for is told with the next one. */
function factsWithWorker(facts: Facts, worker: Worker): Facts {
  const isKnown = facts.workers.some((known) => known.id === worker.id);
  const workers = isKnown
    ? facts.workers.map((known) => (known.id === worker.id ? worker : known))
    : [...facts.workers, worker];
  return { ...facts, workers };
}

export function factsWithProposal(facts: Facts, proposal: Proposal): Facts {
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

/** The picture without what a person has just answered. */
export function factsWithoutRequest(facts: Facts, id: string): Facts {
  return { ...facts, queue: facts.queue.filter(({ request }) => request?.id !== id) };
}

/** The new worker's page is shown; the keys stay in the queue while more waits there. */
export function withStarted(state: AppState, worker: Worker, n: number): AppState {
  const known = withWorker(withoutProposal(state, n), worker);
  const list = state.list === 'queue' && selectQueue(known).length > 0 ? 'queue' : 'fleet';
  const cursors = { ...known.cursors, fleet: { kind: 'worker', id: worker.id } as const };
  const done = `${worker.id} was ${worker.run > 1 ? 'resumed' : 'started'}.`;
  return withNotice({ ...known, list, cursors, anchor: worker.id }, done);
}

export function withWorker(state: AppState, worker: Worker): AppState {
  return state.facts ? withFacts(state, factsWithWorker(state.facts, worker)) : state;
}

export function withoutWorker(state: AppState, id: string): AppState {
  if (!state.facts) return state;
  const workers = state.facts.workers.filter((worker) => worker.id !== id);
  return withFacts(state, { ...state.facts, workers });
}

export function withoutProposal(state: AppState, n: number): AppState {
  if (!state.facts) return state;
  const proposals = state.facts.proposals.filter((proposal) => proposal.n !== n);
  return withFacts(state, { ...state.facts, proposals });
}

/** Says what the guard kept a session from, when it happens. */
function withDenials(next: AppState, old: AppState): AppState {
  if (!old.facts) return next;
  const fresh = next.facts?.workers.find(
    ({ id, denied }) => denied && denied.count > (findWorker(old, id)?.denied?.count ?? 0),
  );
  if (!fresh?.denied) return next;
  return withNotice(next, newsLine(denialText(fresh.id, fresh.denied), 1, next.size.cols));
}

/** Says what the controller has to say, once. */
export function withNews(next: AppState, old: AppState): AppState {
  const said = new Set(old.facts?.notices.map(problemLine));
  const news = next.facts?.notices.map(problemLine).filter((text) => !said.has(text)) ?? [];
  const [first] = news;
  if (first !== undefined) return withNotice(next, newsLine(first, news.length, next.size.cols), 'problem');
  return isBroken(old) && !isBroken(next) ? withNotice(next, mended) : next;
}

const mended = '.orch/config.json is right again and in use.';

function isBroken({ facts }: AppState): boolean {
  return facts?.notices.some(({ code }) => code === 'config_invalid') ?? false;
}

/** What fits into one line, and where to read the rest. */
function newsLine(first: string, count: number, cols: number): string {
  const text = plainLine(first);
  const room = cols - noticeMargin;
  if (count === 1 && cellWidth(text) <= room) return text;
  const rest = count === 1 ? ' (all of it: press !)' : ` (${counted(count, 'notice')}: press !)`;
  return cutText(text, room - rest.length) + rest;
}

/** Cells of the footer around a notice and its mark. */
const noticeMargin = 4;
