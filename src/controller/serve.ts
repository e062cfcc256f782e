import { randomUUID } from 'node:crypto';
import type { Variables } from '../core/clientVariables.ts';
import { foreignStateProblem } from '../core/workspace.ts';
import { type ChangeRequest, type ControllerApi, commands } from '../features/commands.ts';
import type { FeatureCommand } from '../features/define.ts';
import type { NamedRequest, RequestMessage } from '../features/messages.ts';
import type { Services } from '../features/services.ts';
import type { Handlers, Link } from '../ipc/link.ts';
import { type Peer, peerStanding } from '../ipc/peer.ts';
import type { Result } from '../lib/result.ts';
import type { Core } from './core.ts';
import { type Documents, documentServices } from './documents.ts';
import { backupsOf, bring, restore, snapshotDiff, snapshotsOf } from './effects/backups.ts';
import type { Queries } from './effects/queries.ts';
import type { Environments } from './effects/tools.ts';
import { gated } from './requestGate.ts';

/** Parts of the controller that serve clients. */
export interface Served {
  readonly core: Core;
  readonly queries: Queries;
  readonly searchMemory: Services['searchMemory'];
  readonly changeTheirs: Services['changeServerMemory'];
  readonly documents: Documents;
  readonly environments: Environments;
  /** Resolves once answers are correct. */
  readonly ready: Promise<void>;
  stopAll(): Promise<Result<null>>;
}

/** Requests without `status` and `shutdown`, which the program itself serves, also to other versions. */
type Answered = Omit<ControllerApi, 'status' | 'shutdown'>;

/**
 * Serves one client by the table of commands: decisions go to the loop, everything else to the services, both behind the
 * gate.
 */
export function serveClient(link: Link, peer: Peer, served: Served): void {
  const { core, queries, ready, environments } = served;
  let lent: Variables | null = null;
  const from = (): RequestMessage['from'] => {
    const standing = peerStanding(peer, queries.hosted);
    // Kept again each time, because many other clients may have displaced it.
    const who = { pid: peer.pid, ...(lent && { environment: environments.keep(lent) }) };
    if (standing.person || standing.isWorker) return { person: standing.person, ...who };
    return { person: false, ...who, problem: standing.problem };
  };
  const services = servicesFor(served, from, (variables, plans) => {
    lent = variables;
    if (plans) core.dispatch({ type: 'environment-lent', environment: environments.keep(variables) });
  });
  const handle = ({ name, handle }: FeatureCommand, params: object) =>
    handle ? handle(services, params) : services.ask({ ...params, do: name });
  const foreign = () =>
    core.state.trust.state === 'foreign' ? foreignStateProblem(core.state.config.root) : null;
  const handlers = gated(Object.values(commands), { handle, ready, from, foreign });
  link.serve(handlers as Handlers<Answered>);
}

function servicesFor(
  { core, queries, searchMemory, changeTheirs, documents, stopAll }: Served,
  from: () => RequestMessage['from'],
  lendEnvironment: Services['lendEnvironment'],
): Services {
  return {
    get state() {
      return core.state;
    },
    ask: <T>(request: NamedRequest) => core.ask<T>(request as ChangeRequest, from()),
    dryRun: (request) => core.dryRun(request as ChangeRequest, from()),
    newSessionId: randomUUID,
    lendEnvironment,
    readConfig: () => queries.readConfig(),
    measureMemory: () => queries.measureMemory(),
    refreshRepos: () => queries.refreshRepos(),
    stopAll,
    workers: {
      previewFinish: (id) => queries.previewFinish(id),
      previewClean: (id) => queries.previewClean(id),
      bringBase: (id, tell) =>
        bring(
          queries.toolsTo(id, from().environment),
          core.state,
          id,
          tell ? (text) => queries.send(id, text) : null,
        ),
      snapshots: (id) => snapshotsOf(queries.tools(), id),
      diffSnapshot: (id, ref) => snapshotDiff(queries.tools(), id, ref),
      restoreSnapshot: (id, ref, exact) =>
        restore(queries.tools(from().environment), core.state, { id, ref, exact }),
      send: (id, text, isCommand) => queries.send(id, text, isCommand),
      eventsOf: (id) => queries.eventsOf(id),
    },
    repos: {
      backups: (repo) => backupsOf(queries.tools(), repo),
      details: (repo) => queries.repoDetails(repo),
      createDevelop: (repo) => queries.createDevelop(repo, from().environment),
      conflicts: (repo) => queries.conflicts(repo),
      fileSides: (a, b, path) => queries.fileSides(a, b, path),
    },
    ...documentServices(documents),
    searchMemory,
    changeServerMemory: changeTheirs,
  };
}
