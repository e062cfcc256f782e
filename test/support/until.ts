import { processStart } from '../../src/lib/processes.ts';

/** Polls every few milliseconds, for facts that raise no event. @throws Error after the limit */
export async function until(isTrue: () => boolean, what: string, limitMs = 10_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!isTrue()) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Resolves when a process that is no child of ours has ended. */
export async function untilGone(pid: number, limitMs = 5000): Promise<void> {
  await until(() => processStart(pid) === null, `process ${pid} to end`, limitMs);
}
