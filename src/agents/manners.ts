import { type AgentPreset, type Limits, usualStopping } from '../core/workspace.ts';

/** How a host asks an agent to end before it makes it; see `EndingManners` of the host's requests. */
export function endingManners(
  { interrupt, type }: NonNullable<AgentPreset['quit']>,
  limits: Limits = {},
): { interrupt: string; idleMs: number; quit: string; quitMs: number; termMs: number } {
  return { interrupt, quit: type, ...usualStopping, ...limits.stopping };
}
