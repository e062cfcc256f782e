import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** Linux counts processor time in hundredths of a second, see proc(5). */
const ticksPerSecond = 100;
/** A process that used nothing for so long has nothing more to do by itself. */
const restMs = 500;

/** What processes use together from now on. */
export class Meter {
  readonly #pids: readonly number[];
  readonly #before: number;
  readonly #start = performance.now();

  constructor(pids: readonly number[]) {
    this.#pids = pids;
    this.#before = this.#used();
  }

  /** Processor time in milliseconds, their own and the system's for them. */
  get processorMs(): number {
    return this.#used() - this.#before;
  }

  /** Of one core, 100 at most for each thread. */
  get percent(): number {
    return (100 * this.processorMs) / (performance.now() - this.#start);
  }

  #used(): number {
    return this.#pids.reduce((sum, pid) => sum + processorMs(pid), 0);
  }
}

/** Waits until the processes have come to rest; nobody tells of that. */
export async function untilAtRest(pids: readonly number[]): Promise<void> {
  let meter: Meter;
  do {
    meter = new Meter(pids);
    await pause(restMs);
  } while (meter.processorMs > 0);
}

/** Megabytes of memory a process holds, with what it shares with others. */
export function residentMegabytes(pid: number): number {
  return (Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024) / 1e6;
}

function processorMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name before them may hold blanks; fields 14 and 15, in the count of proc(5).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
}
