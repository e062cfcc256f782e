import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';

/** Linux: major number of the terminals that programs open for others, pts(4). */
const ptsMajor = 136;

/**
 * Returns the processes that may hold the other end of a terminal and that are not known yet: none where one of the known
 * ones holds it, as a terminal's program, tmux or `script` does, which start what runs in it. Somebody else's process among
 * them, such as sshd or sudo, is taken for the holder.
 * @param terminal as `/proc/PID/stat` numbers it
 * @param known processes that lead to the one in the terminal
 * @param isSuspect tells those that are worth a look at their files
 */
export function otherHolders(
  terminal: number,
  known: readonly number[],
  isSuspect: (pid: number) => boolean,
): readonly number[] {
  const index = ptsIndex(terminal);
  if (index === null || known.some((pid) => isForeign(pid) || holds(pid, index))) return [];
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.filter((pid) => !known.includes(pid) && isSuspect(pid) && holds(pid, index));
}

/** Returns the number behind `/dev/pts/`; null for a terminal of another kind. Fields as in proc(5), `tty_nr`. */
function ptsIndex(terminal: number): number | null {
  const major = (terminal >>> 8) & 0xfff;
  return major === ptsMajor ? (terminal & 0xff) | ((terminal >>> 12) & 0xfff00) : null;
}

function isForeign(pid: number): boolean {
  const found = statSync(`/proc/${pid}`, { throwIfNoEntry: false });
  return found !== undefined && found.uid !== process.getuid?.();
}

/** Reports whether a process has the other end of a terminal open. */
function holds(pid: number, index: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some(
      (fd) =>
        /\/ptmx$/.test(readlinkSync(`/proc/${pid}/fd/${fd}`)) &&
        new RegExp(`^tty-index:\\s*${index}$`, 'm').test(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8')),
    );
  } catch {
    // It has ended or closed the file meanwhile, or hides its files.
    return false;
  }
}
