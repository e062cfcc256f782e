import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { type SettingsRead, type UserSettings, usualSettings } from './userSettings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where they lie, whether or not the file is there. */
export function settingsFile({ XDG_CONFIG_HOME = '', HOME }: Environment = process.env): string {
  // A relative path is to be ignored: XDG Base Directory Specification.
  const folder = isAbsolute(XDG_CONFIG_HOME) ? XDG_CONFIG_HOME : join(HOME || homedir(), '.config');
  return join(folder, 'orch-tui', 'settings.json');
}

/** Without a file nothing is loaded to read it; one that is broken is told of and left as it is. */
export async function readSettings(file = settingsFile()): Promise<SettingsRead> {
  if (!existsSync(file)) return { settings: usualSettings, problems: [] };
  const { checkSettings } = await import('./checkSettings.ts');
  return checkSettings(file);
}

/** The environment with the person's wish for no colour in it. */
export function withColor(env: Environment, { color }: UserSettings): Environment {
  return color ? env : { ...env, NO_COLOR: '1' };
}
