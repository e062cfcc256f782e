import type { FailedSetup, SetupPlan } from '../../core/worker.ts';
import { oneLine } from '../../lib/sanitize.ts';

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

/**
 * Reads what the setup program posts. The sender is whoever holds the worker's token, so nothing is trusted.
 * @returns null for anything else
 */
export function parseFailedSetup(body: unknown): FailedSetup | null {
  if (typeof body !== 'object' || body === null) return null;
  const { command, exitCode } = body as Record<string, unknown>;
  if (!Array.isArray(command) || !command.every((word) => typeof word === 'string')) return null;
  if (exitCode !== null && (!Number.isInteger(exitCode) || Number(exitCode) > 255)) return null;
  const words = command.slice(0, 20).map((word) => oneLine(word, 80));
  return { command: words, exitCode: exitCode === null ? null : Number(exitCode) };
}
