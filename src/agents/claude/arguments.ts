import type { Role } from '../../domain/role.ts';
import { roleArguments } from './role.ts';

/**
 * Claude Code's flags for a session. They are not remembered: a resume passes them again.
 * `--` comes before the brief, because some flags swallow every word up to the next flag.
 */
export function claudeArguments(start: {
  readonly sessionId: string;
  readonly resume: boolean;
  readonly brief: string;
  readonly name: string;
  readonly settingsFile: string;
  readonly mcpConfigFile?: string;
  readonly role?: Role;
  readonly plugin?: string;
}): string[] {
  const { sessionId, resume, brief, name, settingsFile, mcpConfigFile, role, plugin } = start;
  return [
    ...[resume ? '--resume' : '--session-id', sessionId],
    ...['-n', name],
    ...['--settings', settingsFile],
    // Our tools ask nobody: whatever could do harm through them is asked of a person by us.
    ...(mcpConfigFile ? ['--mcp-config', mcpConfigFile, '--allowedTools', 'mcp__orch__*'] : []),
    ...(plugin ? ['--plugin-dir', plugin] : []),
    ...(role ? roleArguments(role) : []),
    ...(resume || brief === '' ? [] : ['--', brief]),
  ];
}
