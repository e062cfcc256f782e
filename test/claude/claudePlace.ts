import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Workplace } from '../agents/workplace.ts';
import type { FakeApi } from './fakeApi.ts';

/** Made up; a real key never comes near these tests. */
const key = `sk-ant-fake-${'0'.repeat(36)}`;

/** What `.orch/config.json` may hold under `agents`. */
export interface PresetConfig {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What a person may have brought along; nothing of it may weaken what a role is held to. */
export interface Person {
  /** Their `settings.json`. */
  readonly settings?: object;
  /** Servers that they configured for everything they do. */
  readonly mcpServers?: object;
  /** Arguments behind the program's name. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** They have not been asked yet whether auto mode shall be their default; later versions ask that once. */
  readonly isNew?: boolean;
}

/**
 * Settings of a person who has been through Claude Code's first start. For tests alone: each of these answers is
 * the person's own, so they only ever go into a new folder below `root`.
 * @param root a throw-away folder
 * @param trusted main checkouts that the person trusts; their worktrees are trusted with them
 * @returns the preset that runs this CLI against the stand-in for its API, for `agents.claude`
 */
export async function seedClaude(
  root: string,
  program: string,
  api: FakeApi,
  trusted: readonly string[],
  { settings, mcpServers = {}, args = [], env: more = {}, isNew = false }: Person = {},
): Promise<PresetConfig> {
  const config = join(root, 'claude-config');
  await mkdir(config, { mode: 0o700 });
  if (settings) await writeFile(join(config, 'settings.json'), JSON.stringify(settings));
  const seed = {
    mcpServers,
    hasCompletedOnboarding: true,
    theme: 'dark',
    customApiKeyResponses: { approved: [key.slice(-20)], rejected: [] },
    officialMarketplaceAutoInstallAttempted: true,
    ...(!isNew && { hasSeenAutoDefaultNudge: true, hasSeenAutoDefaultNotice: true }),
    projects: Object.fromEntries(trusted.map((path) => [path, { hasTrustDialogAccepted: true }])),
  };
  await writeFile(join(config, '.claude.json'), JSON.stringify(seed));
  const env = {
    CLAUDE_CONFIG_DIR: config,
    ANTHROPIC_API_KEY: key,
    ANTHROPIC_BASE_URL: api.url,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
    ...more,
  };
  return { command: [program, ...args], env };
}

/** A workplace and the settings of a person who trusts its repository, or does not. */
export async function createClaudePlace(
  program: string,
  api: FakeApi,
  { isTrusted = true } = {},
): Promise<{ place: Workplace; preset: PresetConfig }> {
  const place = await Workplace.create();
  return { place, preset: await seedClaude(place.root, program, api, isTrusted ? [place.repo] : []) };
}
