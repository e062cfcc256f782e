import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { closest, parseJson } from '../lib/json.ts';
import { type SettingsRead, type UserSettings, usualSettings } from './userSettings.ts';

type Key = keyof UserSettings;

/** Keys without a character of their own, and characters with ctrl or alt; see `keyName`. */
const detachKey =
  '^(?:(?:ctrl-(?:alt-)?|alt-)(?:[!-~]|space)|(?:ctrl-)?(?:alt-)?(?:shift-)?' +
  '(?:enter|tab|backspace|escape|up|down|left|right|home|end|pageup|pagedown|insert|delete|f[1-9]|f1[0-2]))$';

const schema = {
  leaveKey: z.string().check(z.regex(new RegExp(detachKey))),
  mouse: z.boolean(),
  bell: z.boolean(),
  notify: z.boolean(),
  notifyCommand: z.array(z.string().check(z.minLength(1))).check(z.maxLength(50)),
  color: z.boolean(),
  layout: z.literal([1, 2, 4, 6, 9, 'stack']),
  order: z.enum(['fixed', 'needs-you-first']),
} satisfies { readonly [K in Key]: z.ZodMiniType<UserSettings[K]> };

/** What the schema wants, in words. */
const wanted: Readonly<Record<Key, string>> = {
  leaveKey: 'a key that types nothing, such as "ctrl-q" or "f12"',
  mouse: 'true or false',
  bell: 'true or false',
  notify: 'true or false',
  notifyCommand: 'a list of words, the program first, such as ["notify-send"]',
  color: 'true or false',
  layout: '1, 2, 4, 6, 9 or "stack"',
  order: '"fixed" or "needs-you-first"',
};

/** Reads the file and checks each key by itself: one that is wrong leaves the others as they are. */
export function checkSettings(file: string): SettingsRead {
  const stored = storedIn(file);
  if (typeof stored === 'string') return { settings: usualSettings, problems: [`${file}: ${stored}`] };
  const known = Object.keys(stored).filter((key): key is Key => Object.hasOwn(schema, key));
  const right = known.filter((key) => schema[key].safeParse(stored[key]).success);
  const wrong = known.filter((key) => !right.includes(key));
  const unknown = Object.keys(stored).filter((key) => !Object.hasOwn(schema, key));
  const problems = [
    ...wrong.map(
      (key) => `${file}: ${key} must be ${wanted[key]}; ${JSON.stringify(usualSettings[key])} is used.`,
    ),
    ...unknown.map((key) => {
      const meant = closest(key, Object.keys(schema));
      return `${file}: there is no setting ${JSON.stringify(key)}${meant === null ? '.' : `; did you mean "${meant}"?`}`;
    }),
  ];
  const settings = { ...usualSettings, ...Object.fromEntries(right.map((key) => [key, stored[key]])) };
  return { settings, problems };
}

/** The file's object, or in words why it is none. */
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
