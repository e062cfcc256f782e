import { serveDaemon } from '../../src/ipc/daemon.ts';
import type { Link } from '../../src/ipc/link.ts';
import { failure, success } from '../../src/lib/result.ts';

/** What the sample daemon answers. */
export interface SampleApi {
  echo(params: { text: string }): ReturnType<typeof success<string>>;
  boom(params: Record<string, never>): ReturnType<typeof success<null>>;
  status(params: Record<string, never>): ReturnType<typeof success<{ pid: number }>>;
  stop(params: Record<string, never>): ReturnType<typeof success<null>>;
}

const daemon = await serveDaemon({
  root: process.argv[2] ?? '',
  program: 'controller',
  version: process.env.SAMPLE_VERSION ?? '1.0.0',
  lingerMs: Number(process.env.SAMPLE_LINGER ?? 10_000),
  isNeeded: () => false,
  serveAlways: (link, daemon) =>
    link.serve<Pick<SampleApi, 'status' | 'stop'>>({
      status: () => success({ pid: process.pid }),
      stop: () => {
        setImmediate(() => daemon.end());
        return success(null);
      },
    }),
  onLink: (link: Link, hello) => {
    if (hello.role === 'controller') return failure('not_allowed', 'No controllers here.');
    link.serve<Pick<SampleApi, 'echo' | 'boom'>>({
      echo: ({ text }) => success(text),
      boom: () => {
        throw new Error('boom');
      },
    });
    return success(null);
  },
  beforeEnd: async () => {},
});
if (!daemon.ok) process.exitCode = 1;
