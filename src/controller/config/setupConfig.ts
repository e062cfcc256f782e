import type { PortBlock, RepoSetup } from '../../domain/setup.ts';

/** How a repository's worktrees are made ready, as `.orch/config.json` says it. */
export interface StoredSetup {
  setup?: string[][];
  setupMinutes?: number;
  submodules?: boolean;
  lfs?: RepoSetup['lfs'];
}

export const setupSchema = {
  setup: {
    type: 'array',
    items: { type: 'array', minItems: 1, items: { type: 'string', pattern: '^[^\\0]*$' } },
  },
  setupMinutes: { type: 'number', exclusiveMinimum: 0, maximum: 24 * 60 },
  submodules: { type: 'boolean' },
  lfs: { type: 'string', enum: ['files', 'pointers'] },
} as const;

export const portsSchema = {
  type: 'object',
  properties: {
    first: { type: 'integer', minimum: 1024, maximum: 65_535 },
    count: { type: 'integer', minimum: 0, maximum: 1000 },
  },
  required: ['first', 'count'],
} as const;

const usualMinutes = 10;

/** Git's own way to fill submodules, as the first step of a setup: it shows its progress and can be tried again. */
const fillSubmodules = ['git', 'submodule', 'update', '--init', '--recursive'];

/** By repository; null where nothing is configured. */
export function resolveSetups(
  repos: readonly (StoredSetup & { readonly name: string })[],
): Readonly<Record<string, RepoSetup>> | null {
  const setups = repos.flatMap(({ name, setup = [], setupMinutes, submodules = false, lfs = 'files' }) => {
    const commands = [...(submodules ? [fillSubmodules] : []), ...setup];
    if (commands.length === 0 && lfs === 'files') return [];
    return [[name, { commands, timeoutMs: (setupMinutes ?? usualMinutes) * 60_000, lfs }] as const];
  });
  return setups.length > 0 ? Object.fromEntries(setups) : null;
}

export type StoredPorts = { -readonly [field in keyof PortBlock]: PortBlock[field] };
