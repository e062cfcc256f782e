import type { Outer } from './outer.ts';

/** Process ids by what they do: `client` while one is attached, and `host`, `controller` or `server`. */
export type Processes = Readonly<Record<string, number>>;

/** A program that shows terminals in panes: four at a time, the rest out of sight. */
export interface Candidate {
  readonly name: string;
  /** Starts children of these names, in panes in this order. */
  addPanes(names: readonly string[]): Promise<void>;
  /** Opens a client on a terminal of its own. */
  attach(): Outer;
  /** Lets keys go to the first pane from now on. */
  focus(): void;
  processes(): Processes;
  /** Ends the client alone. */
  detach(): Promise<void>;
  /** Ends everything. */
  close(): Promise<void>;
}
