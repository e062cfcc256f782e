/**
 * The status line of a worker's agent: posts the costs to the control room, and prints the person's own status line, which a
 * session's settings replace. Runs after every reply; always exits 0.
 */
import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseSpent, parseStatusCommand } from '../agents/claude/screen.ts';
import { inboxOf, postToInbox, readStdin } from '../agents/inbox.ts';
import { readLinked } from '../lib/files.ts';

/** Time limit of the post and of the person's command, in milliseconds. */
const limitMs = 5000;
/** Far more than people write. */
const maxSettingsBytes = 1_000_000;

const input = await readStdin();
await Promise.all([reportSpent(input), showOwn(input)]);

async function reportSpent(text: string): Promise<void> {
  const inbox = inboxOf(process.env);
  const total = parseSpent(parsed(text));
  if (inbox === null || total === null) return;
  const spent = { ...inbox, url: new URL('/spent', inbox.url).href };
  // A failure does not matter: the next reply posts the whole sum again.
  await postToInbox(spent, JSON.stringify({ cost: { total_cost_usd: total } }), limitMs).catch(() => {});
}

/** Runs the person's command as their agent would: with a shell, and the same input. */
function showOwn(text: string): Promise<void> {
  const command = ownCommand();
  if (command === null) return Promise.resolve();
  return new Promise((done) => {
    const options = { timeout: limitMs, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 } as const;
    const child = execFile('/bin/sh', ['-c', command], options, (_, stdout) => {
      process.stdout.write(stdout);
      done();
    });
    // The command need not read its input.
    child.stdin?.on('error', () => {});
    child.stdin?.end(text);
  });
}

/** Returns the person's command in the agent's order: local settings of the worktree, of the project, of the person. */
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
  const read = readLinked(file, maxSettingsBytes);
  // A missing file counts as empty.
  return (read.ok && read.value) || '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON.
    return null;
  }
}
