import { readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second, see proc(5). */
const ticksPerSecond = 100;

/** Seconds of processor time a process has used, its own and the system's for it. */
export function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name before them may hold blanks; fields 14 and 15, in the count of proc(5).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Megabytes of memory a process holds, with what it shares with others. */
export function residentMegabytes(pid: number): number {
  return (Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024) / 1e6;
}
