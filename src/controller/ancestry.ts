import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

/**
 * Whether a process was started, however indirectly, by one of the given ones. A worker's own shell commands keep
 * their parents even in a session of their own, so this tells a person's terminal from a worker's.
 * It is a guard against our own commands being run by a worker, no wall against a program of the same user that
 * hides its parents.
 */
export async function isBelow(pid: number, ancestors: ReadonlySet<number>): Promise<boolean> {
  const deepest = 64;
  for (let depth = 0, at = pid; at > 1 && depth < deepest; depth++) {
    if (ancestors.has(at)) return true;
    at = await parentOf(at);
  }
  return false;
}

/** The parent's process id; 0 when the process is gone. */
async function parentOf(pid: number): Promise<number> {
  try {
    if (process.platform === 'linux') {
      // `pid (name) state ppid …`: the name may hold blanks and brackets.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    }
    const { stdout } = await promisify(execFile)('ps', ['-o', 'ppid=', '-p', String(pid)]);
    return Number(stdout.trim());
  } catch {
    // Gone between two looks: nothing above it can be known.
    return 0;
  }
}
