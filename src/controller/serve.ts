import { randomUUID } from 'node:crypto';
import { problemOf, type Result, success } from '../domain/problem.ts';
import { foreignStateProblem } from '../domain/trust.ts';
import type { CheckedRequest, ControllerApi } from '../protocol/controllerApi.ts';
import type { Handlers, Link } from '../protocol/link.ts';
import { type Peer, standingOf } from '../protocol/peer.ts';
import type { Core } from './core.ts';
import type { Documents } from './documents/documents.ts';
import { serveDocuments } from './documents/serveDocuments.ts';
import { refuseForeignState } from './edge/foreignState.ts';
import { backupsOf, bring, restore, snapshotDiff, snapshotsOf } from './edge/keeping.ts';
import type { Looks } from './edge/looks.ts';
import { cleanMemory } from './edge/memories.ts';
import type { Desk } from './mcp/desk.ts';
import { usageRows } from './record/used.ts';
import type { ChangeRequest, RequestMessage } from './update/messages.ts';
import { updatesOf } from './update/sessions.ts';
import { hasLooked, selectFacts } from './update/state.ts';

/** What a spawn gets when its client said nothing of room. */
const usualSize = { cols: 120, rows: 36 };

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

/** Answers one client. Changes go through the core; looks go straight to the world. */
export function serveClient(link: Link, peer: Peer, served: Served): void {
  const { core, looks, desk, documents, ready, stopAll } = served;
  // Asked each time: the terminals that run may not be known yet when the link is made.
  const from = (): RequestMessage['from'] => {
    const standing = standingOf(peer, looks.hosted);
    const { pid } = peer;
    if (standing.person || standing.isWorker) return { person: standing.person, pid };
    return { person: false, pid, problem: standing.problem };
  };
  const ask = <T>(request: ChangeRequest): Promise<Result<T>> => core.ask(request, from());
  const personOnly = async <T>(use: () => Promise<Result<T>>): Promise<Result<T>> => {
    const who = from();
    return who.person ? use() : { ok: false, problem: who.problem ?? forPeople };
  };

  const handlers: Handlers<Answered> = {
    ...serveDocuments(
      documents,
      () => core.state.config.invoices,
      () => looks.readConfig(),
      personOnly,
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
    proposeResume: ({ id }) => ask({ do: 'propose-resume', id }),
    edit: ({ n, draft }) => ask({ do: 'edit', n, draft }),
    approve: ({ n, digest, cols, rows, overLimit }) => {
      const size = cols && rows ? { cols, rows } : usualSize;
      return ask({ do: 'approve', n, digest, size, ...(overLimit === true && { overLimit }) });
    },
    reject: ({ n, why }) => ask({ do: 'reject', n, why }),
    answer: ({ request, answer }) => ask({ do: 'answer', request, answer }),
    setAside: ({ id }) => ask({ do: 'set-aside', id }),
    deliverBrief: ({ id }) => ask({ do: 'deliver', id }),
    goOn: ({ ids }) => ask({ do: 'go-on', ids }),
    stop: ({ id }) => ask({ do: 'stop', id }),
    previewFinish: ({ id }) => looks.previewFinish(id),
    finish: ({ id, tip, checks, confirm = null, skipChecks }) => {
      const shown = { id, tip, ...(checks && { checks }) };
      return ask({ do: 'finish', ...shown, confirm, skipChecks: skipChecks === true });
    },
    previewClean: ({ id }) => looks.previewClean(id),
    clean: ({ id, tip, confirm }) => ask({ do: 'clean', id, tip, confirm: confirm ?? null }),
    cancel: ({ id }) => ask({ do: 'cancel', id }),
    undo: ({ id, keepMerge }) => ask({ do: 'undo', id, keepMerge: keepMerge === true }),
    bringBase: ({ id, tell }) =>
      personOnly(() => bring(looks.tools, core.state, id, tell ? (text) => looks.send(id, text) : null)),
    snapshots: ({ id }) => snapshotsOf(looks.tools, id),
    diffSnapshot: ({ id, ref }) => snapshotDiff(looks.tools, id, ref),
    restoreSnapshot: ({ id, ref, exact }) =>
      personOnly(() => restore(looks.tools, core.state, { id, ref, exact: exact === true })),
    backups: ({ repo }) => backupsOf(looks.tools, repo),
    usage: () => success(usageRows(core.state.log.used)),
    repoDetails: ({ repo }) => looks.repoDetails(repo),
    conflicts: ({ repo }) => looks.conflicts(repo),
    fileSides: ({ a, b, path }) => looks.fileSides(a, b, path),
    send: ({ id, text, command }) => personOnly(() => looks.send(id, text, command === true)),
    updates: ({ id }) => success(updatesOf(core.state, id)),
    muteNotes: ({ id, muted }) => ask({ do: 'mute', id, muted: muted === true }),
    leaveUnfinished: ({ id }) => ask({ do: 'leave-unfinished', id }),
    remember: (draft) => {
      const memory = cleanMemory(draft);
      return memory.ok ? ask({ do: 'remember', memory: memory.value }) : memory;
    },
    searchMemory: async ({ query, kind, limit = 10 }) =>
      success(await desk.searchMemory(query, { kind, limit: Math.min(100, Math.max(1, limit)) })),
    log: ({ id }) => success(looks.eventsOf(id)),
    createDevelop: ({ repo }) => personOnly(() => looks.createDevelop(repo)),
    stopAll: () => personOnly(stopAll),
  };
  const foreign = () =>
    core.state.trust.state === 'foreign' ? foreignStateProblem(core.state.config.root) : null;
  link.serve<Answered>(onceReady(ready, refuseForeignState(handlers, foreign)));
}

const forPeople = problemOf('not_allowed', 'A worker cannot do this.', 'Ask the person at the control room.');

/** What is only checked needs no session and no wishes about the merge. */
function requestFor(wish: CheckedRequest): ChangeRequest {
  if (wish.do === 'propose') return { ...wish, sessionId: '' };
  return wish.do === 'undo' ? { ...wish, keepMerge: false } : wish;
}

/** The same handlers, each waiting for the moment from which its answer is true. */
function onceReady<T extends object>(ready: Promise<void>, handlers: T): T {
  const waiting = Object.entries(handlers).map(([name, handler]) => [
    name,
    async (params: unknown) => {
      await ready;
      return handler(params);
    },
  ]);
  return Object.fromEntries(waiting);
}
