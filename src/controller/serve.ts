import { randomUUID } from 'node:crypto';
import type { AnyRequest } from '../core/request.ts';
import { type Result, success } from '../domain/problem.ts';
import { foreignStateProblem } from '../domain/trust.ts';
import { updatesOf } from '../features/messages/sessions.ts';
import {
  type ChangeRequest,
  changeNames,
  type PlainChange,
  type RequestMessage,
} from '../features/messages.ts';
import { hasLooked, selectFacts } from '../features/state.ts';
import { usageRows } from '../features/usage/used.ts';
import type { CheckedRequest, ControllerApi } from '../protocol/controllerApi.ts';
import type { Handlers, Link } from '../protocol/link.ts';
import { type Peer, standingOf } from '../protocol/peer.ts';
import type { Core } from './core.ts';
import type { Documents } from './documents/documents.ts';
import { serveDocuments } from './documents/serveDocuments.ts';
import { backupsOf, bring, restore, snapshotDiff, snapshotsOf } from './edge/keeping.ts';
import type { Looks } from './edge/looks.ts';
import { cleanMemory } from './edge/memories.ts';
import type { Desk } from './mcp/desk.ts';
import { gated } from './requestGate.ts';

/** What clients are served from. */
export interface Served {
  readonly core: Core;
  readonly looks: Looks;
  readonly desk: Desk;
  readonly documents: Documents;
  /** Before this nothing that is answered would be true. */
  readonly ready: Promise<void>;
  stopAll(): Promise<Result<null>>;
}

/** `status` and `shutdown` are about the process itself: its program answers them, also to other versions. */
type Answered = Omit<ControllerApi, 'status' | 'shutdown'>;

/**
 * Answers one client. Changes go through the core; looks go straight to the world. The gate has checked the parameters and
 * who asks before a handler runs.
 */
export function serveClient(link: Link, peer: Peer, served: Served): void {
  const { core, looks, desk, documents, ready, stopAll } = served;
  const from = (): RequestMessage['from'] => {
    const standing = standingOf(peer, looks.hosted);
    const { pid } = peer;
    if (standing.person || standing.isWorker) return { person: standing.person, pid };
    return { person: false, pid, problem: standing.problem };
  };
  const ask = <T>(request: ChangeRequest): Promise<Result<T>> => core.ask(request, from());
  const handlers: Handlers<Answered> = {
    ...decided(ask),
    ...serveDocuments(
      documents,
      () => core.state.config.invoices,
      () => looks.readConfig(),
    ),
    facts: async ({ refresh }) => {
      looks.readConfig();
      if (refresh || !hasLooked(core.state)) await looks.refreshRepos();
      return success(selectFacts(core.state));
    },
    check: (wish) => {
      looks.readConfig();
      return core.foresee(requestFor(wish), from());
    },
    propose: (draft) => {
      looks.readConfig();
      looks.measureMemory();
      return ask({ do: 'propose', draft, sessionId: randomUUID() });
    },
    previewFinish: ({ id }) => looks.previewFinish(id),
    previewClean: ({ id }) => looks.previewClean(id),
    bringBase: ({ id, tell }) =>
      bring(looks.tools, core.state, id, tell ? (text) => looks.send(id, text) : null),
    snapshots: ({ id }) => snapshotsOf(looks.tools, id),
    diffSnapshot: ({ id, ref }) => snapshotDiff(looks.tools, id, ref),
    restoreSnapshot: ({ id, ref, exact = false }) => restore(looks.tools, core.state, { id, ref, exact }),
    backups: ({ repo }) => backupsOf(looks.tools, repo),
    usage: () => success(usageRows(core.state.log.used)),
    repoDetails: ({ repo }) => looks.repoDetails(repo),
    conflicts: ({ repo }) => looks.conflicts(repo),
    fileSides: ({ a, b, path }) => looks.fileSides(a, b, path),
    send: ({ id, text, command = false }) => looks.send(id, text, command),
    updates: ({ id }) => success(updatesOf(core.state, id)),
    remember: (draft) => {
      const memory = cleanMemory(draft);
      return memory.ok ? ask({ do: 'remember', memory: memory.value }) : memory;
    },
    searchMemory: async ({ query, kind, limit = 10 }) =>
      success(await desk.searchMemory(query, { kind, limit: Math.min(100, Math.max(1, limit)) })),
    log: ({ id }) => success(looks.eventsOf(id)),
    createDevelop: ({ repo }) => looks.createDevelop(repo),
    stopAll: () => stopAll(),
  };
  const foreign = () =>
    core.state.trust.state === 'foreign' ? foreignStateProblem(core.state.config.root) : null;
  link.serve<Answered>(gated(handlers, { definitions, ready, from, foreign }));
}

/** Loads the table of requests with the first of them: its checks take as long to load as the rest of a start. */
async function definitions(): Promise<Readonly<Record<string, AnyRequest>>> {
  return (await import('../protocol/controllerApi.ts')).controllerRequests;
}

/** Handlers of what is told to the loop as it came; the others have a handler of their own. */
function decided(
  ask: <T>(request: ChangeRequest) => Promise<Result<T>>,
): Handlers<Pick<Answered, PlainChange>> {
  const handlers = changeNames.map((name) => [
    name,
    (params: object) => ask({ ...params, do: name } as ChangeRequest),
  ]);
  return Object.fromEntries(handlers) as Handlers<Pick<Answered, PlainChange>>;
}

/** What is only checked needs no session. */
function requestFor(wish: CheckedRequest): ChangeRequest {
  switch (wish.do) {
    case 'propose':
      return { ...wish, sessionId: '' };
    case 'propose-resume':
      return { do: 'proposeResume', id: wish.id };
    case 'undo':
      return wish;
  }
}
