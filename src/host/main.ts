import { realpathSync } from 'node:fs';
import { failure, success } from '../domain/problem.ts';
import { type Daemon, logError, serveDaemon, statusOf } from '../protocol/daemon.ts';
import type { Hello } from '../protocol/hello.ts';
import type { HostApi } from '../protocol/hostApi.ts';
import { createHostKey, isHostKey } from '../protocol/hostKey.ts';
import type { Link } from '../protocol/link.ts';
import { ancestryOf } from '../protocol/processes.ts';
import { version } from '../protocol/version.ts';
import { answerRefused } from './guardedInbox.ts';
import { Host } from './host.ts';
import { InboxServer } from './inboxServer.ts';
import { type LinkRole, serveLink } from './serveLink.ts';

/** The host of one workspace: `node host.js <workspace>`. */
async function main(root: string): Promise<void> {
  const host = new Host(numberOf(process.env.ORCH_HIDDEN_MS));
  const server = await InboxServer.listen({
    tokens: () => host.tokens(),
    post: (message, bytes, gone) => host.receive(message, bytes, gone),
    answerRefused,
    fail: logError,
  });
  let key = '';
  const daemon = await serveDaemon({
    root,
    program: 'host',
    version,
    ...(process.env.ORCH_LINGER_MS ? { lingerMs: Number(process.env.ORCH_LINGER_MS) } : {}),
    beforeLock(socket) {
      key = createHostKey(socket);
    },
    isNeeded: () => host.isNeeded,
    serveAlways: (link, daemon) => serveStatus(link, host, daemon),
    onLink(link, hello, daemon) {
      if (hello.role === 'controller' && !isHostKey(key, hello.key))
        return failure('not_allowed', 'The key shown is not this host’s.');
      serveLink(link, roleOf(hello, host), host, server.url, daemon.reconsider);
      return success(null);
    },
    async beforeEnd() {
      await host.endAll();
      // How they ended is news that nobody could ask for afterwards.
      host.announcer.flush();
      server.close();
    },
  });
  if (!daemon.ok) process.exit(1);
  // A bug met while serving one terminal must not end all the others with it.
  process.on('uncaughtException', logError);
  process.on('unhandledRejection', logError);
  await daemon.value.ended;
  process.exit(0);
}

function numberOf(text: string | undefined): number | undefined {
  return text ? Number(text) : undefined;
}

/** What runs inside a terminal may look, and no more: typing is how a person answers. */
function roleOf({ role, pid }: Hello, host: Host): LinkRole {
  if (role === 'controller') return role;
  const ancestry = ancestryOf(pid);
  return host.running.some((record) => ancestry.has(record.pid)) ? 'worker' : 'person';
}

function serveStatus(link: Link, host: Host, daemon: Daemon): void {
  link.serve<Pick<HostApi, 'status' | 'stop'>>({
    status: () =>
      success({
        ...statusOf(daemon),
        terminals: host.records.length,
        running: host.running.length,
        dropped: host.inbox.dropped,
      }),
    stop({ endAll }) {
      const { length } = host.running;
      if (length > 0 && !endAll)
        return failure('terminals_running', `${length} terminals are running.`, 'Stop the workers first.');
      // The answer goes out before the end begins.
      setImmediate(() => daemon.end());
      return success(null);
    },
  });
}

await main(realpathSync(process.argv[2] ?? '.'));
