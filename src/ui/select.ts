import type { Proposal } from '../core/proposal.ts';
import type { QueueItem } from '../core/queue.ts';
import type { RepoStatus } from '../core/repo.ts';
import { isLive, isOrchestrator, type Worker, type WorkerState } from '../core/worker.ts';
import {
  type AppState,
  type FleetKey,
  type ListName,
  type QueueKey,
  type RowKey,
  selectionOf,
} from './state.ts';
import { toList, withNotice } from './step.ts';

export type FleetRow =
  | { readonly key: FleetKey; readonly repo: RepoStatus }
  | { readonly key: FleetKey; readonly worker: Worker; readonly orphan: boolean };

export type QueueRow = { readonly key: QueueKey; readonly item: QueueItem } & (
  | { readonly proposal: Proposal }
  | { readonly worker: Worker }
);

/** Returns the orchestrator, then repositories with their workers, then workers whose repository no longer exists. */
export function selectFleet({ facts }: Pick<AppState, 'facts'>): readonly FleetRow[] {
  if (!facts) return [];
  const first = facts.workers.filter(isOrchestrator);
  const rows: FleetRow[] = first.map((worker) => ({ key: workerKey(worker), worker, orphan: false }));
  for (const repo of facts.repos) {
    rows.push({ key: { kind: 'repo', name: repo.name }, repo });
    for (const worker of facts.workers)
      if (worker.repo === repo.name) rows.push({ key: workerKey(worker), worker, orphan: false });
  }
  const known = new Set(facts.repos.map((repo) => repo.name));
  for (const worker of facts.workers)
    if (!known.has(worker.repo) && !isOrchestrator(worker))
      rows.push({ key: workerKey(worker), worker, orphan: true });
  return rows;
}

/** Returns the queue's rows, oldest first. */
export function selectQueue(state: Pick<AppState, 'facts'>): readonly QueueRow[] {
  return state.facts?.queue.flatMap((item) => queueRow(state, item)) ?? [];
}

function queueRow(state: Pick<AppState, 'facts'>, item: QueueItem): QueueRow[] {
  if (item.proposal !== undefined) {
    const proposal = findProposal(state, item.proposal);
    return proposal ? [{ key: { kind: 'proposal', n: proposal.n }, item, proposal }] : [];
  }
  const worker = findWorker(state, item.worker);
  if (!worker) return [];
  const { id } = worker;
  const { request } = item;
  if (item.kind === 'time') return [{ key: { kind: 'time', id }, item, worker }];
  return [{ key: request ? { kind: 'request', request: request.id, id } : workerKey(worker), item, worker }];
}

function workerKey(worker: Worker): FleetKey & QueueKey {
  return { kind: 'worker', id: worker.id };
}

export function selectRows(
  state: Pick<AppState, 'facts'>,
  list: ListName,
): readonly { readonly key: RowKey }[] {
  return list === 'fleet' ? selectFleet(state) : selectQueue(state);
}

export function isSameRow(a: RowKey | null, b: RowKey | null): boolean {
  if (a === null || b === null) return a === b;
  return rowName(a) === rowName(b);
}

function rowName(key: RowKey): string {
  switch (key.kind) {
    case 'repo':
      return `repo ${key.name}`;
    case 'worker':
      return `worker ${key.id}`;
    case 'time':
      return `time ${key.id}`;
    case 'proposal':
      return `proposal ${key.n}`;
    case 'request':
      return `request ${key.request}`;
  }
}

/** Returns the id of the worker that a row is about; null for none. */
function workerOfKey(key: RowKey): string | null {
  return 'id' in key ? key.id : null;
}

export function findWorker({ facts }: Pick<AppState, 'facts'>, id: string | null): Worker | null {
  return facts?.workers.find((worker) => worker.id === id) ?? null;
}

export function findProposal({ facts }: Pick<AppState, 'facts'>, n: number): Proposal | null {
  return facts?.proposals.find((proposal) => proposal.n === n) ?? null;
}

/** Returns the worker that keys act on; null when something else is selected. */
export function selectedWorker(state: AppState): Worker | null {
  const key = selectionOf(state);
  return findWorker(state, key && workerOfKey(key));
}

/** Returns the repository of the selected row. */
export function selectedRepo(state: AppState): string | null {
  const key = selectionOf(state);
  if (key?.kind === 'repo') return key.name;
  if (key?.kind === 'proposal') return findProposal(state, key.n)?.draft.repo ?? null;
  return selectedWorker(state)?.repo ?? null;
}

/** Reports whether one worker is zoomed: without a worker there is no zoom. */
export function isZoomed(state: AppState): boolean {
  return state.zoomed && findWorker(state, state.anchor) !== null;
}

/** Returns the number of running agent processes. */
export function countLive({ facts }: Pick<AppState, 'facts'>): number {
  return facts?.workers.filter((worker) => isLive(worker.state)).length ?? 0;
}

/** Returns the number of workers that count against the limit; the orchestrator does not. */
export function countRunning({ facts }: Pick<AppState, 'facts'>): number {
  return facts?.workers.filter(({ role, state }) => !role && isLive(state)).length ?? 0;
}

/** Counts workers by state, the most urgent state first. */
export function countStates(workers: readonly Worker[]): readonly { state: WorkerState; count: number }[] {
  const order: readonly WorkerState[] = [
    'needs-trust',
    'waiting',
    'working',
    'idle',
    'starting',
    'limited',
    'exited',
    'lost',
  ];
  return order
    .map((state) => ({ state, count: workers.filter((worker) => worker.state === state).length }))
    .filter(({ count }) => count > 0);
}

/** Returns a sentence about the end of a worker that no longer exists. */
export function whatBecame({ facts }: Pick<AppState, 'facts'>, id: string): string {
  const end = facts?.ended.findLast((ended) => ended.id === id);
  if (!end) return `${id} is no longer there.`;
  return end.how === 'finished'
    ? `${id} was merged into ${end.into}.`
    : `${id} was removed; ${end.backup} keeps it.`;
}

/** Selects a row of a list. A worker of the queue is selected in the fleet, too, and its page is shown. */
export function selectRow(state: AppState, list: ListName, key: RowKey): AppState {
  const id = workerOfKey(key);
  const worker: FleetKey | null = id === null ? state.cursors.fleet : { kind: 'worker', id };
  const fleet = list === 'fleet' ? (key as FleetKey) : worker;
  const cursors = { fleet, queue: list === 'queue' ? (key as QueueKey) : state.cursors.queue };
  return { ...state, list, cursors, anchor: id ?? state.anchor };
}

/** Moves the selection within its list, stopping at both ends. */
export function moveSelection(state: AppState, by: number): AppState {
  const rows = selectRows(state, state.list);
  const at = rows.findIndex((row) => isSameRow(row.key, state.cursors[state.list]));
  const row = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
  return row ? selectRow(state, state.list, row.key) : state;
}

/** Switches to the other list, at its last selected row. */
export function switchList(state: AppState): AppState {
  const list = state.list === 'fleet' ? 'queue' : 'fleet';
  const key = state.cursors[list] ?? selectRows(state, list)[0]?.key;
  return key ? selectRow(state, list, key) : state;
}

/** Shows the selected worker alone, or all panes again. */
export function switchZoom(state: AppState): AppState {
  const selected = state.focus.at === 'list' && !isZoomed(state) ? selectedWorker(state) : null;
  return { ...state, zoomed: !isZoomed(state), anchor: selected?.id ?? state.anchor };
}

/** Selects a worker and focuses its pane; a worker that has ended is only selected. */
export function enterPane(state: AppState, id: string): AppState {
  const selected = selectRow(toList(state), 'fleet', { kind: 'worker', id });
  const worker = selectedWorker(selected);
  if (!worker) return state;
  const why = whyNoKeys(worker);
  return why === null ? { ...selected, focus: { at: 'pane', id } } : withNotice(selected, why);
}

/** Returns why a worker takes no keys; null while it does. */
export function whyNoKeys({ id, state }: Worker): string | null {
  return isLive(state) ? null : `${id} is not running; r resumes it.`;
}
