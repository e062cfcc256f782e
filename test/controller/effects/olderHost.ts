import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serveDaemon } from '../../../src/ipc/daemon.ts';
import { askTopic, type HostApi, type HostUpcalls, type InboxMessage } from '../../../src/ipc/hostApi.ts';
import { createHostKey } from '../../../src/ipc/keys.ts';
import type { Link } from '../../../src/ipc/link.ts';
import { success } from '../../../src/lib/result.ts';

/** Stands in for a host of another version: hands over what agents ask, under names that ours would not give. */
const [root = ''] = process.argv.slice(2);

const input = { command: 'ls' };
const body = { hook_event_name: 'PermissionRequest', tool_name: 'Bash', tool_input: input };
const posts: readonly unknown[] = [
  undefined,
  '',
  7,
  '../x',
  '\u001b[2J',
  'x'.repeat(65),
  '__proto__',
  'a1b2c3d4',
];

async function handOver(link: Link): Promise<void> {
  const call = link.caller<HostUpcalls>();
  const answers: unknown[] = [];
  for (const post of posts) {
    const message = { id: 'backend/auth', topic: askTopic, at: new Date().toISOString(), body, post };
    answers.push(await call('received', { ...message, waitedMs: 0, isRepeated: false } as InboxMessage));
  }
  writeFileSync(join(root, 'answers.json'), JSON.stringify(answers));
}

await serveDaemon({
  ...{ root, program: 'host', version: '1.0.0', lingerMs: 100 },
  beforeLock: (socket) => void createHostKey(socket),
  isNeeded: () => false,
  serveAlways: () => {},
  onLink(link) {
    link.serve<Pick<HostApi, 'list'>>({ list: () => success([]) });
    setImmediate(() => void handOver(link));
    return success(null);
  },
  beforeEnd: async () => {},
});
