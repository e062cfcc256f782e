import { connectDaemon } from '../../src/ipc/connect.ts';
import type { HostApi } from '../../src/ipc/hostApi.ts';
import { FrameKind } from '../../src/ipc/link.ts';

/** A client to be stopped or killed: `watcher.ts ROOT ID…` prints a dot for each frame of these terminals. */
const [root = '', ...ids] = process.argv.slice(2);
const link = await connectDaemon({
  root,
  program: 'host',
  version: '1.0.0',
  role: 'client',
  prepare: (link) =>
    link.onFrame(FrameKind.screen, (payload) => {
      process.stdout.write('.');
      link.sendFrame(FrameKind.seen, payload.subarray(0, 4));
    }),
});
if (!link.ok) throw new Error(link.problem.message);
for (const [channel, id] of ids.entries()) await link.value.caller<HostApi>()('watch', { id, channel });
