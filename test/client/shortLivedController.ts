import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { serveDaemon } from '../../src/ipc/daemon.ts';
import { success } from '../../src/lib/result.ts';

/** A controller that records its start and ends after its first answer, or before it is ready if `BROKEN` is set. */
const root = process.argv[2] ?? '';
appendFileSync(join(root, 'starts'), 'x');
if (process.env.BROKEN) throw new Error('broken');
await serveDaemon({
  root,
  program: 'controller',
  version: '1.0.0',
  isNeeded: () => false,
  serveAlways: () => {},
  onLink(link, _hello, daemon) {
    link.serve<{ facts(): unknown }>({
      facts() {
        if (process.env.STAYS === undefined) setImmediate(() => daemon.end());
        return success({ workers: [] });
      },
    });
    return success(null);
  },
  beforeEnd: async () => {},
});
