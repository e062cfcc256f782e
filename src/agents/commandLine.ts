import type { Role } from '../core/worker.ts';
import type { AgentPreset } from '../core/workspace.ts';
import { claudeArguments } from './claude/arguments.ts';

/** One start of an agent. */
export interface AgentStart {
  readonly preset: Pick<AgentPreset, 'command' | 'speaks' | 'prompt' | 'resume'>;
  /** Of the preset's `ifListed`, what this program knows. */
  readonly flags?: readonly string[];
  /** Id of the conversation: a UUID that we chose before the first start, or, of other agents, what was found. */
  readonly sessionId: string;
  readonly resume: boolean;
  readonly brief: string;
  /** Shown in the agent's title: the worker's id. */
  readonly name: string;
  /** Absolute path of the hooks' settings. */
  readonly settingsFile: string;
  /** Absolute path of what names our tools; absent without them. */
  readonly mcpConfigFile?: string;
  /** What the session is told to be and held to; absent for a bare one. */
  readonly role?: Role;
  /** Absolute path of the folder with our skills. */
  readonly plugin?: string;
  /** The line that the program printed for `--version`; null or absent where it is unknown. */
  readonly version?: string | null;
}

/** Program and arguments that start an agent. Never passes through a shell. */
export function commandLine(start: AgentStart): string[] {
  const { preset, brief } = start;
  if (preset.speaks === 'claude')
    return [...preset.command, ...claudeArguments({ ...start, command: preset.command })];
  const flags = (start.flags ?? []).filter((flag) => !preset.command.includes(flag));
  if (start.resume && preset.resume) {
    const resume = preset.resume.map((argument) => argument.replaceAll('{session}', () => start.sessionId));
    return [...preset.command, ...flags, ...resume];
  }
  const command = preset.command.map((argument) => (argument === '{brief}' ? brief : argument));
  const prompt = brief === '' ? [] : (preset.prompt ?? []);
  // A function, for in a text for `replaceAll` some signs have a meaning.
  return [...command, ...flags, ...prompt.map((argument) => argument.replaceAll('{brief}', () => brief))];
}
