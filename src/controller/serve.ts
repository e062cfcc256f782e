import { randomUUID } from 'node:crypto';
import { failure, type Result, success } from '../domain/problem.ts';
import type { Worker } from '../domain/worker.ts';
import type { ControllerApi, ControllerNotices } from '../protocol/controllerApi.ts';
import type { Hello } from '../protocol/hello.ts';
import type { Handlers, Link } from '../protocol/link.ts';
import { noSuchWorker } from './checks.ts';
import type { Core } from './core.ts';
import type { RequestMessage } from './messages.ts';
import { selectFacts } from './state.ts';
import type { World } from './world.ts';

/** What a spawn gets when its client said nothing of room. */
const usualSize = { cols: 120, rows: 36 };

/** Answers one client. Changes go through the core; looks go straight to the world. */
export function serveClient(link: Link, hello: Hello, core: Core, world: World): void {
  const from = async (): Promise<RequestMessage['from']> => ({
    person: !(await world.isWorkerProcess(hello.pid)),
    pid: hello.pid,
  });
  const worker = <T>(id: string, use: (worker: Worker) => Promise<Result<T>>): Promise<Result<T>> => {
    const found = core.state.log.workers.get(id);
    return found ? use(found) : Promise.resolve(noSuchWorker(core.state, id));
  };
  const personOnly = async <T>(use: () => Promise<Result<T>>): Promise<Result<T>> =>
    (await from()).person
      ? use()
      : failure('not_allowed', 'A worker cannot do this.', 'Ask the person at the control room.');

  const handlers: Handlers<ControllerApi> = {
    facts: async ({ refresh }) => {
      await world.readConfig();
      if (refresh || core.state.repos.length === 0) await world.lookAtRepos();
      return success(selectFacts(core.state));
    },
    propose: async (draft) => {
      await world.readConfig();
      return core.ask({ do: 'propose', draft, sessionId: randomUUID() }, await from());
    },
    proposeResume: async ({ id }) => core.ask({ do: 'propose-resume', id }, await from()),
    edit: async ({ n, draft }) => core.ask({ do: 'edit', n, draft }, await from()),
    approve: async ({ n, digest, cols, rows }) => {
      const size = cols && rows ? { cols, rows } : usualSize;
      return core.ask({ do: 'approve', n, digest, size }, await from());
    },
    reject: async ({ n, why }) => core.ask({ do: 'reject', n, why }, await from()),
    stop: async ({ id }) => core.ask({ do: 'stop', id }, await from()),
    previewFinish: ({ id }) => worker(id, (found) => world.previewFinish(found)),
    finish: async ({ id, tip, confirm }) =>
      core.ask({ do: 'finish', id, tip, confirm: confirm ?? null }, await from()),
    previewClean: ({ id }) => worker(id, (found) => world.previewClean(found)),
    clean: async ({ id, tip, confirm }) =>
      core.ask({ do: 'clean', id, tip, confirm: confirm ?? null }, await from()),
    send: ({ id, text }) => personOnly(() => worker(id, () => world.send(id, text))),
    log: async ({ id }) => success(world.eventsOf(id)),
    createDevelop: ({ repo }) => personOnly(() => world.createDevelop(repo)),
    stopAll: () => personOnly(() => world.stopAll()),
    status: async () => success(world.status()),
    shutdown: async () => world.shutdown(),
  };
  link.serve<ControllerApi>(handlers);
}

/** Tells every client the whole picture soon after it changed, at most 30 times a second. */
export function createAnnouncer(links: () => Iterable<Link>, core: Core): () => void {
  const pauseMs = 33;
  let _pending: NodeJS.Timeout | null = null;
  return () => {
    _pending ??= setTimeout(() => {
      _pending = null;
      const facts = selectFacts(core.state);
      for (const link of links()) link.notify<ControllerNotices>('facts', facts);
    }, pauseMs);
  };
}
