import type { Proposal } from '../core/proposal.ts';
import type { QueueItem } from '../core/queue.ts';
import type { RepoStatus } from '../core/repo.ts';
import { isLive, isOrchestrator, type Worker, type WorkerState } from '../core/worker.ts';
import { type Geometry, geometryOf, inside, type Rect } from './geometry.ts';
import {
  type AppState,
  type FleetKey,
  type Layout,
  type ListName,
  type QueueKey,
  type RowKey,
  selectionOf,
} from './state.ts';

export type FleetRow =
  | { readonly key: FleetKey; readonly repo: RepoStatus }
  | { readonly key: FleetKey; readonly worker: Worker; readonly orphan: boolean };

export type QueueRow = { readonly key: QueueKey; readonly item: QueueItem } & (
  | { readonly proposal: Proposal }
  | { readonly worker: Worker }
);

/** The orchestrator, then repositories in their order, each with its workers below; workers of a repository that is gone come last. */
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

/** What waits for the person, oldest first. */
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
  return [{ key: request ? { kind: 'request', request: request.id, id } : workerKey(worker), item, worker }];
}

function workerKey(worker: Worker): FleetKey & QueueKey {
  return { kind: 'worker', id: worker.id };
}

function needsPerson(state: WorkerState): boolean {
  return state === 'waiting' || state === 'needs-trust';
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
    case 'proposal':
      return `proposal ${key.n}`;
    case 'request':
      return `request ${key.request}`;
  }
}

/** First row shown when `height` of `count` rows are visible: the selected one stays in the middle where it can. */
export function firstShown(index: number, count: number, height: number): number {
  return Math.max(0, Math.min(index - Math.floor(height / 2), count - height));
}

/** Returns the index of the first visible row of a list. */
export function shownFrom(state: AppState, list: ListName, height: number): number {
  const rows = selectRows(state, list);
  const at = rows.findIndex((row) => isSameRow(row.key, state.cursors[list]));
  return firstShown(at, rows.length, height);
}

export function findWorker({ facts }: Pick<AppState, 'facts'>, id: string | null): Worker | null {
  return facts?.workers.find((worker) => worker.id === id) ?? null;
}

export function findProposal({ facts }: Pick<AppState, 'facts'>, n: number): Proposal | null {
  return facts?.proposals.find((proposal) => proposal.n === n) ?? null;
}

/** The worker that keys act on; null when something else is selected. */
export function selectedWorker(state: AppState): Worker | null {
  const key = selectionOf(state);
  return key?.kind === 'worker' || key?.kind === 'request' ? findWorker(state, key.id) : null;
}

/** The repository that is selected, by itself or by what belongs to it. */
export function selectedRepo(state: AppState): string | null {
  const key = selectionOf(state);
  if (key?.kind === 'repo') return key.name;
  if (key?.kind === 'proposal') return findProposal(state, key.n)?.draft.repo ?? null;
  return selectedWorker(state)?.repo ?? null;
}

export function selectLayout({ grid, stacked }: Pick<AppState, 'grid' | 'stacked'>): Layout {
  return stacked ? 'stack' : grid;
}

export function selectGeometry(state: AppState): Geometry {
  return geometryOf(state.size, selectLayout(state), isZoomed(state), state.facts?.workers.length ?? 0);
}

/** Zoom needs something to zoom. */
export function isZoomed(state: AppState): boolean {
  return state.zoomed && findWorker(state, state.anchor) !== null;
}

/** Workers on the shown page of panes, one for each pane from the first on. */
export function selectShown(state: AppState): readonly Worker[] {
  const workers = selectPaneOrder(state);
  const at = workers.findIndex((worker) => worker.id === state.anchor);
  const count = selectGeometry(state).panes.length;
  const first = at < 0 ? 0 : at - (at % count);
  const main = workers[at];
  if (!state.stacked || !main) return workers.slice(first, first + count);
  // The last page is filled up: an empty pane beside the main one says nothing.
  const filled = Math.min(first, Math.max(0, workers.length - count));
  return [main, ...workers.slice(filled, filled + count).filter((worker) => worker !== main)];
}

/** The cells of a worker's screen; null where it is not on the page. */
export function selectPaneArea(state: AppState, id: string): Rect | null {
  const pane = selectGeometry(state).panes[selectShown(state).findIndex((worker) => worker.id === id)];
  return pane ? inside(pane) : null;
}

/** The size that a new worker's pane will have, so that its first screen already fits: the one at that place of so many. */
export function selectPaneSize(
  state: AppState,
  at: number,
  workers: number,
): { readonly cols?: number; readonly rows?: number } {
  const { panes } = geometryOf(state.size, selectLayout(state), state.zoomed, workers);
  const pane = panes[state.stacked ? 0 : at % panes.length];
  if (!pane) return {};
  const { width, height } = inside(pane);
  return { cols: width, rows: height };
}

/** In their order, so that a pane never moves while others change; or, if wanted, the longest in need first. */
function selectPaneOrder({ facts, needsFirst }: AppState): readonly Worker[] {
  const workers = facts?.workers ?? [];
  if (!needsFirst) return workers;
  const isStuck = ({ state }: Worker) => needsPerson(state) || state === 'limited';
  const stuck = workers.filter(isStuck);
  stuck.sort((a, b) => Date.parse(a.stateSince) - Date.parse(b.stateSince));
  return [...stuck, ...workers.filter((worker) => !isStuck(worker))];
}

/** How many processes run. */
export function countLive({ facts }: Pick<AppState, 'facts'>): number {
  return facts?.workers.filter((worker) => isLive(worker.state)).length ?? 0;
}

/** Those that count against the limit: the orchestrator does not. */
export function countRunning({ facts }: Pick<AppState, 'facts'>): number {
  return facts?.workers.filter(({ role, state }) => !role && isLive(state)).length ?? 0;
}

/** Counts of workers by state, in the order in which they matter. */
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

/** Says what became of a worker that is not there any more. */
export function whatBecame({ facts }: Pick<AppState, 'facts'>, id: string): string {
  const end = facts?.ended.findLast((ended) => ended.id === id);
  if (!end) return `${id} is no longer there.`;
  return end.how === 'finished'
    ? `${id} was merged into ${end.into}.`
    : `${id} was removed; ${end.backup} keeps it.`;
}
