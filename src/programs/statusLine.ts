/**
 * The status line of a worker's agent: tells the control room what was spent, and shows what the person's own status
 * line would, for a session's settings replace theirs. Runs after every reply; whatever goes wrong it exits 0.
 */
import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseSpent, parseStatusCommand } from '../agents/claude/screen.ts';
import { inboxOf, postToInbox, readStdin } from '../agents/inbox.ts';
import { readLinked } from '../lib/files.ts';

/** Milliseconds; a status line that takes longer is not worth the wait. */
const patience = 5000;
/** Bytes; far more than people write. */
const largestSettings = 1_000_000;

const input = await readStdin();
await Promise.all([reportSpent(input), showOwn(input)]);

async function reportSpent(text: string): Promise<void> {
  const inbox = inboxOf(process.env);
  const total = parseSpent(parsed(text));
  if (inbox === null || total === null) return;
  const spent = { ...inbox, url: new URL('/spent', inbox.url).href };
  // Nobody is there, or it is somebody else's: the next reply tells the whole sum again.
  await postToInbox(spent, JSON.stringify({ cost: { total_cost_usd: total } }), patience).catch(() => {});
}

/** Runs the person's command as their agent would: with a shell, and the same input. */
function showOwn(text: string): Promise<void> {
  const command = ownCommand();
  if (command === null) return Promise.resolve();
  return new Promise((done) => {
    const options = { timeout: patience, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 } as const;
    const child = execFile('/bin/sh', ['-c', command], options, (_, stdout) => {
      process.stdout.write(stdout);
      done();
    });
    // It need not read all of it, or any.
    child.stdin?.on('error', () => {});
    child.stdin?.end(text);
  });
}

/** As the agent looks for it: the worktree's own settings, the project's, the person's. */
function ownCommand(): string | null {
  const person = process.env.CLAUDE_CONFIG_DIR ?? join(homedir(), '.claude');
  const files = ['.claude/settings.local.json', '.claude/settings.json', join(person, 'settings.json')];
  for (const file of files) {
    const command = parseStatusCommand(readIfThere(file));
    if (command !== null) return command;
  }
  return null;
}

function readIfThere(file: string): string {
  const read = readLinked(file, largestSettings);
  // Most people have one of the three at most.
  return (read.ok && read.value) || '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not what an agent says.
    return null;
  }
}
