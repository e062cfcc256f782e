import type { Role } from '../../core/worker.ts';
import { roleArguments } from './role.ts';
import { knowsSnapshot } from './versions.ts';

/**
 * Returns Claude Code's flags for a session. They are not remembered: a resume passes them again.
 * `--` comes before the brief, because some flags swallow every word up to the next flag.
 * @param start.command what the person configured, flags of their own included
 * @param start.version the line that the program printed for `--version`; null or absent where it is unknown
 */
export function claudeArguments(start: {
  readonly command: readonly string[];
  readonly sessionId: string;
  readonly resume: boolean;
  readonly brief: string;
  readonly name: string;
  readonly settingsFile: string;
  readonly mcpConfigFile?: string;
  readonly role?: Role;
  readonly plugin?: string;
  readonly version?: string | null;
}): string[] {
  const { sessionId, resume, brief, name, settingsFile, mcpConfigFile, role, plugin } = start;
  return [
    ...[resume ? '--resume' : '--session-id', sessionId],
    ...['-n', name],
    ...['--settings', settingsFile],
    // Our tools ask nobody: whatever could do harm through them is asked of a person by us.
    ...(mcpConfigFile ? ['--mcp-config', mcpConfigFile, '--allowedTools', 'mcp__orch__*'] : []),
    ...(plugin ? ['--plugin-dir', plugin] : []),
    ...(role === 'orchestrator' || choosesMode(start.command) ? [] : ['--permission-mode', 'default']),
    // Otherwise a resumed session gets the role text of its first start, even after that text has changed.
    ...(knowsSnapshot(start.version ?? null) ? ['--system-prompt-snapshot', 'off'] : []),
    ...(role ? roleArguments(role) : []),
    ...(resume || brief === '' ? [] : ['--', brief]),
  ];
}

/**
 * Reports whether a person's command says how permissions are asked for: then ours says nothing. Without any word
 * newer versions start in auto mode, which asks nothing.
 */
function choosesMode(command: readonly string[]): boolean {
  return command.some(
    (word) =>
      word === '--permission-mode' ||
      word.startsWith('--permission-mode=') ||
      word === '--dangerously-skip-permissions',
  );
}
