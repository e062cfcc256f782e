/** How a new worktree of a repository is made ready for an agent. */
export interface RepoSetup {
  /** Programs and arguments, run one after the other; no shell reads them. */
  readonly commands: readonly (readonly string[])[];
  /** For each command. */
  readonly timeoutMs: number;
  /** `pointers`: the large files of git-lfs are not fetched. */
  readonly lfs: 'files' | 'pointers';
}

/** What is run in a worker's pane before its agent. */
export type SetupPlan = Pick<RepoSetup, 'commands' | 'timeoutMs'>;

/** An ignored file that a new worktree gets a copy of. */
export interface FileCopy {
  /** Relative to the top folder. */
  readonly path: string;
  readonly bytes: number;
}

/** The first command of a setup that failed. */
export interface FailedSetup {
  readonly command: readonly string[];
  /** 128 and its number for a signal; null when it took too long. */
  readonly exitCode: number | null;
}

/** Neighbouring ports that belong to one worker for as long as it is there. */
export interface PortBlock {
  readonly first: number;
  readonly count: number;
}

/** Below what Linux and macOS hand out by themselves, and beside what servers usually take. */
export const usualPorts: PortBlock = { first: 20_000, count: 10 };

const lastPort = 65_535;

/**
 * The lowest block that nobody has.
 * @param blocks the first block and the size of each; a size of 0 gives none
 */
export function freePorts({ first, count }: PortBlock, taken: readonly PortBlock[]): PortBlock | null {
  if (count === 0) return null;
  for (let at = first; at + count - 1 <= lastPort; at += count) {
    const block = { first: at, count };
    if (!overlapsAny(block, taken)) return block;
  }
  return null;
}

export function overlapsAny(block: PortBlock, others: readonly PortBlock[]): boolean {
  return others.some(
    (other) => block.first < other.first + other.count && other.first < block.first + block.count,
  );
}
