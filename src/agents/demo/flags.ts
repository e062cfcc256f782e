import { parseArgs } from 'node:util';

/** The flags of Claude Code that a control room uses; those that say what it may do and with what are not needed. */
export interface Flags {
  readonly sessionId: string | null;
  readonly resume: string | null;
  readonly name: string | null;
  readonly brief: string;
  readonly wantsVersion: boolean;
}

/** @throws Error saying which flag is wrong */
export function parseFlags(args: readonly string[]): Flags {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      'session-id': { type: 'string' },
      resume: { type: 'string' },
      name: { type: 'string', short: 'n' },
      settings: { type: 'string' },
      'mcp-config': { type: 'string' },
      allowedTools: { type: 'string' },
      disallowedTools: { type: 'string' },
      tools: { type: 'string' },
      'permission-mode': { type: 'string' },
      'strict-mcp-config': { type: 'boolean' },
      'plugin-dir': { type: 'string' },
      'append-system-prompt': { type: 'string' },
      version: { type: 'boolean', default: false },
    },
  });
  const ids = [values['session-id'], values.resume].filter((id) => id !== undefined);
  if (ids.length > 1) throw new Error('--session-id and --resume exclude each other');
  // The id becomes a file name.
  if (ids.some((id) => !/^[A-Za-z0-9-]{1,64}$/.test(id))) throw new Error('Invalid session ID');
  return {
    sessionId: values['session-id'] ?? null,
    resume: values.resume ?? null,
    name: values.name ?? null,
    brief: positionals.join(' '),
    wantsVersion: values.version,
  };
}
