import * as z from 'zod/mini';
import { presetFields } from '../agents/presets.ts';
import type { NotionConfig, PropertyType } from '../core/notion.ts';
import { guardTopics } from '../core/worker.ts';
import type { Limits } from '../core/workspace.ts';

/*
 * Schema and types of `.orch/config.json` as stored. Objects may hold unknown keys: they have no effect, and
 * `unknownSettings.ts` reports them.
 */

/** Longest name of a workspace, in UTF-16 units. */
export const longestName = 100;

/** Largest configuration file in bytes; far more than people write. */
export const largestBytes = 4 * 1024 * 1024;

const text = z.string();
const name = text.check(z.minLength(1));
/** Any path or word without NUL, at which the system would cut it. */
const word = text.check(z.regex(/^[^\0]*$/));
const fileName = word.check(z.minLength(1));
const texts = z.array(text.check(z.maxLength(1000))).check(z.maxLength(50));
const optional = z.exactOptional;

/** A whole number in a range. */
const int = (least: number, most: number) => z.int().check(z.minimum(least), z.maximum(most));
/** A number above zero. */
const upTo = (most: number) => z.number().check(z.positive(), z.maximum(most));
const upToLong = (least: number, most: number) => text.check(z.minLength(least), z.maxLength(most));

/** Program and arguments by name; an empty list removes a job of the workspace from a repository. */
const jobs = z.record(text, z.array(text));

const repo = z.looseObject({
  name: text,
  /** Relative to the workspace for paths below it. */
  path: name,
  jobs: optional(jobs),
  setup: optional(z.array(z.array(word).check(z.minLength(1)))),
  setupMinutes: optional(upTo(24 * 60)),
  submodules: optional(z.boolean()),
  lfs: optional(z.enum(['files', 'pointers'])),
});

const board = z.object({
  file: optional(fileName),
  prefix: optional(text.check(z.regex(/^[A-Za-z][A-Za-z0-9]{0,15}$/))),
  autoAdd: optional(z.boolean()),
});

const cents = int(0, 100_000_000);
const centsByName = z.record(text, cents);
const party = z.looseObject({ name: upToLong(1, 1000), lines: optional(texts) });

const invoices = z.object({
  file: optional(fileName),
  currency: text,
  rate: optional(
    z.union([
      cents,
      z.object({
        hour: optional(cents),
        repos: optional(centsByName),
        tasks: optional(centsByName),
        workers: optional(centsByName),
      }),
    ]),
  ),
  time: optional(z.enum(['measured', 'claim'])),
  hoursPerDay: optional(upTo(24)),
  from: optional(party),
  clients: optional(z.record(text, z.extend(party, { repos: optional(texts) }))),
  notes: optional(texts),
});

const lines = int(0, 100_000);
const dollars = optional(upTo(1_000_000));
const wait = optional(int(0, 600_000));

const limits = z.object({
  scrollback: optional(z.looseObject({ visible: lines, hidden: lines })),
  workers: optional(int(1, 100)),
  staggerMs: optional(int(0, 60_000)),
  dollars: optional(z.object({ day: dollars, worker: dollars })),
  stopping: optional(z.object({ idleMs: wait, quitMs: wait, termMs: wait })),
}) satisfies z.ZodMiniType<Limits>;

const propertyTypes = [
  'title',
  'rich_text',
  'select',
  'status',
  'date',
  'number',
  'url',
] as const satisfies readonly PropertyType[];

const shortText = upToLong(1, 200);

const mapping = z.looseObject({
  databaseId: shortText,
  dataSourceId: shortText,
  idProperty: z.nullable(shortText),
  fields: z.record(text, z.looseObject({ propertyId: shortText, name: text, type: z.enum(propertyTypes) })),
  statusMap: z.record(text, z.array(text)),
  writeStatus: z.record(text, text),
  currency: optional(text.check(z.regex(/^[A-Z]{3}$/))),
});

/** Mappings that `notion connect` proposes. The token is never stored here. */
const notion = z.object({
  board: optional(mapping),
  invoices: optional(mapping),
  wantedStatus: optional(shortText),
  comment: optional(z.boolean()),
}) satisfies z.ZodMiniType<NotionConfig>;

/** Accepts any value; names the known settings of an object. */
function holding(...fields: readonly string[]) {
  const shape = Object.fromEntries(fields.map((field) => [field, optional(z.unknown())]));
  return z.union([z.object(shape), z.unknown()]);
}

/** Checks only the names of a preset's settings; their values are checked together with the built-in ones. */
const preset = z.looseObject({
  ...(Object.fromEntries(presetFields.map((field) => [field, optional(z.unknown())])) as Record<
    (typeof presetFields)[number],
    z.ZodMiniExactOptional<z.ZodMiniUnknown>
  >),
  quit: optional(holding('interrupt', 'type')),
  titles: optional(holding('asking', 'working', 'resting')),
});

/** The complete schema; `unknownSettings.ts` traverses it too. */
export const configSchema = z.looseObject({
  name: optional(upToLong(1, longestName)),
  repos: optional(z.array(repo)),
  defaultAgent: optional(text),
  agents: optional(z.record(text, preset)),
  /** Defaults for every repository. */
  jobs: optional(jobs),
  radar: optional(z.boolean()),
  memory: optional(z.object({ copilot: optional(z.boolean()) })),
  /** `writable` is relative to the workspace for paths below it. */
  guard: optional(
    z.union([
      z.literal(false),
      z.object({
        allow: optional(z.array(z.enum(guardTopics))),
        writable: optional(z.array(name)),
      }),
    ]),
  ),
  limits: optional(limits),
  /** The first worker's block of ports. */
  ports: optional(z.looseObject({ first: int(1024, 65_535), count: int(0, 1000) })),
  board: optional(z.union([z.literal(false), board])),
  invoices: optional(invoices),
  notion: optional(notion),
});

export type StoredConfig = z.infer<typeof configSchema>;

/**
 * Validates the stored configuration. @throws the faults, place first, such as `ports/first must be at least
 * 1024`
 */
export function parseConfig(stored: unknown): StoredConfig {
  const parsed = configSchema.safeParse(stored, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map((issue) => faultOf(issue)).join('; '));
}

type Issue = z.core.$ZodIssue;

/** Describes a fault in a sentence. */
function faultOf(issue: Issue, above: readonly PropertyKey[] = []): string {
  const path = [...above, ...issue.path];
  if (issue.code === 'invalid_union') {
    // Of several forms, the one that matches deepest is meant.
    const depth = (issues: readonly Issue[]) => Math.max(...issues.map((one) => one.path.length));
    const [nearest] = issue.errors.toSorted((one, other) => depth(other) - depth(one));
    const inner = nearest?.find((one) => one.path.length > 0);
    if (inner) return faultOf(inner, path);
    const wishes = issue.errors.flatMap(([first]) => (first ? [wish(first)] : []));
    return `${path.map(String).join('/')} ${wishes.join(', or ')}`;
  }
  return `${path.map(String).join('/') || 'the whole'} ${wish(issue)}`;
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function wish(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${kinds[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'too_small':
      return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unit(issue.origin)}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${unit(issue.origin)}`;
    case 'invalid_format':
      return `must be of the form ${issue.pattern ?? issue.format}`;
    default:
      return `is wrong: ${issue.message}`;
  }
}

function unit(origin: string): string {
  if (origin === 'string') return ' characters long';
  return origin === 'array' ? ' long' : '';
}
