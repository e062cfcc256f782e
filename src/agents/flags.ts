import type { AgentPreset } from '../core/workspace.ts';
import { type AskedProgram, askProgram } from './askProgram.ts';

/** Milliseconds; a program of Node's takes seconds on a busy machine. */
const helpPatience = 15_000;

/**
 * Looks in a program's `--help` for the arguments that a preset gives only where they are listed.
 * @returns those that it knows; null where it gave no help
 */
export async function listedFlags(
  { command, ifListed = [] }: Pick<AgentPreset, 'command' | 'ifListed'>,
  program: AskedProgram,
): Promise<readonly string[] | null> {
  if (ifListed.length === 0) return [];
  const help = await askProgram(program, [...command.slice(1), '--help'], helpPatience);
  if (help === null) return null;
  const words = new Set(help.split(/[\s,=[\]]+/));
  return ifListed.filter((flag) => words.has(flag));
}
