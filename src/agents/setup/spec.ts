import type { SetupPlan } from '../../domain/setup.ts';

/** What the setup program is told, in its first argument: what was approved cannot change on its way. */
export interface SetupSpec extends SetupPlan {
  /** Absolute; what was run is written there. */
  readonly logFile: string;
  /** Absolute; gets `stamp` once all commands have succeeded. */
  readonly doneFile: string;
  readonly stamp: string;
}

/** A command that first prepares its folder and then becomes the agent. */
export function withSetup(
  { node, setup }: { readonly node: string; readonly setup: string },
  spec: SetupSpec,
  agent: readonly string[],
): string[] {
  return [node, setup, JSON.stringify(spec), ...agent];
}
