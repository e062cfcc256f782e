import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { closest, parseJson } from '../lib/json.ts';
import { initialSettings, type Settings } from '../ui/state.ts';

/** The settings of a person for all workspaces. */
interface UserSettings extends Settings {
  /** Clicks and the wheel go to the room. */
  readonly mouse: boolean;
  /** Program and arguments that get title and text of each notification; none when empty. */
  readonly notifyCommand: readonly string[];
  /** False does what NO_COLOR does; true gives way to it. */
  readonly color: boolean;
}

export const defaultSettings: UserSettings = {
  ...initialSettings,
  mouse: true,
  color: true,
  notifyCommand: [],
};

interface SettingsRead {
  readonly settings: UserSettings;
  /** A line for each invalid setting, which has its default. */
  readonly problems: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Returns the path of the settings file, which need not exist. */
export function settingsFile({ XDG_CONFIG_HOME = '', HOME }: Environment = process.env): string {
  // The XDG Base Directory Specification says to ignore a relative path.
  const folder = isAbsolute(XDG_CONFIG_HOME) ? XDG_CONFIG_HOME : join(HOME || homedir(), '.config');
  return join(folder, 'orch-tui', 'settings.json');
}

/** Returns the environment with the person's setting for colour. */
export function withColor(env: Environment, { color }: UserSettings): Environment {
  return color ? env : { ...env, NO_COLOR: '1' };
}

/** Matches keys that type no character, and characters with ctrl or alt; see `keyName`. */
const detachKey =
  /^(?:(?:ctrl-(?:alt-)?|alt-)(?:[!-~]|space)|(?:ctrl-)?(?:alt-)?(?:shift-)?(?:enter|tab|backspace|escape|up|down|left|right|home|end|pageup|pagedown|insert|delete|f[1-9]|f1[0-2]))$/;

/** A setting's values in words, and their check. */
type Check = readonly [wanted: string, isValid: (value: unknown) => boolean];

const flag: Check = ['true or false', (value) => typeof value === 'boolean'];

const checks: { readonly [K in keyof UserSettings]: Check } = {
  leaveKey: [
    'a key that types nothing, such as "ctrl-q" or "f12"',
    (value) => typeof value === 'string' && detachKey.test(value),
  ],
  mouse: flag,
  bell: flag,
  notify: flag,
  notifyCommand: [
    'a list of words, the program first, such as ["notify-send"]',
    (value) =>
      Array.isArray(value) &&
      value.length <= 50 &&
      value.every((word) => typeof word === 'string' && word !== ''),
  ],
  color: flag,
  layout: ['1, 2, 4, 6, 9 or "stack"', (value) => [1, 2, 4, 6, 9, 'stack'].some((one) => one === value)],
  order: ['"fixed" or "needs-you-first"', (value) => value === 'fixed' || value === 'needs-you-first'],
};

/** Reads the settings. Each is checked separately: an invalid one leaves the others in force. */
export function readSettings(file = settingsFile()): SettingsRead {
  const stored = existsSync(file) ? storedIn(file) : {};
  if (typeof stored === 'string') return { settings: defaultSettings, problems: [`${file}: ${stored}`] };
  const entries = Object.entries(stored);
  const known = entries.filter((entry): entry is [keyof UserSettings, unknown] =>
    Object.hasOwn(checks, entry[0]),
  );
  const valid = known.filter(([key, value]) => checks[key][1](value));
  const invalid = known.filter((entry) => !valid.includes(entry));
  const unknown = entries.filter(([key]) => !Object.hasOwn(checks, key));
  const problems = [
    ...invalid.map(
      ([key]) => `${key} must be ${checks[key][0]}; ${JSON.stringify(defaultSettings[key])} is used.`,
    ),
    ...unknown.map(([key]) => unknownText(key)),
  ].map((problem) => `${file}: ${problem}`);
  return { settings: { ...defaultSettings, ...Object.fromEntries(valid) }, problems };
}

function unknownText(key: string): string {
  const meant = closest(key, Object.keys(checks));
  return `there is no setting ${JSON.stringify(key)}${meant === null ? '.' : `; did you mean "${meant}"?`}`;
}

/** Returns the object in the file, or the reason why there is none. */
function storedIn(file: string): Readonly<Record<string, unknown>> | string {
  try {
    const parsed = parseJson(readFileSync(file, 'utf8'));
    if (!parsed.ok) return `cannot be read, so the usual settings are used: ${parsed.problem.message}`;
    const stored = parsed.value;
    if (typeof stored === 'object' && stored !== null && !Array.isArray(stored)) return { ...stored };
    return 'holds no object; the usual settings are used.';
  } catch (error) {
    return `cannot be read, so the usual settings are used: ${(error as Error).message.split('\n')[0]}`;
  }
}
