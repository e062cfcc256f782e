import { realpathSync } from 'node:fs';
import { Host } from '../host/host.ts';
import { answerRefused, InboxServer } from '../host/inbox.ts';
import { serveLink } from '../host/serveLink.ts';
import { type Daemon, logError, serveDaemon, statusOf } from '../ipc/daemon.ts';
import { approvalVariable } from '../ipc/heldKey.ts';
import type { HostApi } from '../ipc/hostApi.ts';
import { hostShapes } from '../ipc/hostShapes.ts';
import { createHostKey, isHostKey } from '../ipc/keys.ts';
import type { Handlers, Link } from '../ipc/link.ts';
import { type Peer, type PeerStanding, peerStanding } from '../ipc/peer.ts';
import { version } from '../ipc/version.ts';
import { failure, problemOf, success } from '../lib/result.ts';

/** The host of one workspace: `node host.js <workspace>`. */
async function main(root: string): Promise<void> {
  // A daemon serves every caller, and starts agents: it must hold no key.
  delete process.env[approvalVariable];
  const host = new Host(numberOf(process.env.ORCH_HIDDEN_MS));
  const server = await InboxServer.listen({
    tokens: () => host.tokens(),
    post: (message, bytes, gone) => host.receive(message, bytes, gone),
    answerRefused,
    fail: logError,
  });
  let key = '';
  const controllers = new WeakSet<Link>();
  const daemon = await serveDaemon({
    root,
    program: 'host',
    version,
    ...(process.env.ORCH_LINGER_MS ? { lingerMs: Number(process.env.ORCH_LINGER_MS) } : {}),
    beforeLock(socket) {
      key = createHostKey(socket);
    },
    isNeeded: () => host.isNeeded,
    serveAlways: (link, daemon) =>
      serveStatus(link, host, daemon, () => {
        const peer = daemon.peerOf(link);
        return controllers.has(link) ? { person: true } : peer && standingIn(host, peer);
      }),
    onLink(link, hello, daemon, peer) {
      if (hello.role === 'controller' && !isHostKey(key, hello.key))
        return failure('not_allowed', 'The key shown is not this host’s.');
      if (hello.role === 'controller') controllers.add(link);
      const standing = hello.role === 'controller' ? 'controller' : () => standingIn(host, peer);
      serveLink(link, standing, host, server.url, daemon.reconsider);
      return success(null);
    },
    async beforeEnd() {
      await host.endAll();
      // The exits cannot be queried afterwards.
      host.publisher.flush();
      server.close();
    },
  });
  if (!daemon.ok) process.exit(1);
  // A bug in one terminal must not end all the others.
  process.on('uncaughtException', logError);
  process.on('unhandledRejection', logError);
  await daemon.value.ended;
  process.exit(0);
}

function numberOf(text: string | undefined): number | undefined {
  return text ? Number(text) : undefined;
}

function standingIn(host: Host, peer: Peer): PeerStanding {
  return peerStanding(
    peer,
    host.running.map(({ pid }) => pid),
  );
}

/** @param standing of the peer; null before its hello */
function serveStatus(link: Link, host: Host, daemon: Daemon, standing: () => PeerStanding | null): void {
  const handlers: Handlers<Pick<HostApi, 'status' | 'stop'>> = {
    status: () =>
      success({
        ...statusOf(daemon),
        terminals: host.records.length,
        running: host.running.length,
        dropped: host.inbox.dropped,
      }),
    stop({ endAll }) {
      const who = standing();
      if (!who?.person) return { ok: false, problem: who?.problem ?? helloRequired };
      const { length } = host.running;
      if (length > 0 && !endAll)
        return failure('terminals_running', `${length} terminals are running.`, 'Stop the workers first.');
      // The answer is sent first.
      setImmediate(() => daemon.end());
      return success(null);
    },
  };
  link.serve(handlers, { status: hostShapes.status, stop: hostShapes.stop });
}

const helloRequired = problemOf('not_allowed', 'Say hello first.');

await main(realpathSync(process.argv[2] ?? '.'));
