import * as z from 'zod';
import { guardTopics } from '../../domain/guard/rules.ts';
import type { Limits } from '../../domain/limits.ts';
import type { NotionConfig } from '../../domain/notionFacts.ts';
import type { PropertyType } from '../../notion/tables.ts';

/*
 * `.orch/config.json` as it lies on the disk, said once: what is checked and the types come from here. What is loose may
 * hold more than we know, which is kept.
 */

const text = z.string();
const name = z.string().min(1);
/** Any path or word but one with a NUL, which the system would end it at. */
const word = z.string().regex(/^[^\0]*$/);
const fileName = word.min(1);
const texts = z.array(z.string().max(1000)).max(50);

/** Program and arguments by name; an empty list takes a job of the workspace away from a repository. */
const jobs = z.record(text, z.array(text));

const repo = z.looseObject({
  name: text,
  /** Relative to the workspace where it lies below it. */
  path: name,
  jobs: jobs.exactOptional(),
  setup: z.array(z.array(word).min(1)).exactOptional(),
  setupMinutes: z
    .number()
    .positive()
    .max(24 * 60)
    .exactOptional(),
  submodules: z.boolean().exactOptional(),
  lfs: z.enum(['files', 'pointers']).exactOptional(),
});

const board = z.strictObject({
  file: fileName.exactOptional(),
  prefix: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9]{0,15}$/)
    .exactOptional(),
  autoAdd: z.boolean().exactOptional(),
});

const cents = z.int().min(0).max(100_000_000);
const centsByName = z.record(text, cents);
const party = z.looseObject({ name: z.string().min(1).max(1000), lines: texts.exactOptional() });

const invoices = z.strictObject({
  file: fileName.exactOptional(),
  currency: text,
  rate: z
    .union([
      cents,
      z.strictObject({
        hour: cents.exactOptional(),
        repos: centsByName.exactOptional(),
        tasks: centsByName.exactOptional(),
        workers: centsByName.exactOptional(),
      }),
    ])
    .exactOptional(),
  time: z.enum(['measured', 'claim']).exactOptional(),
  hoursPerDay: z.number().positive().max(24).exactOptional(),
  from: party.exactOptional(),
  clients: z.record(text, party.extend({ repos: texts.exactOptional() })).exactOptional(),
  notes: texts.exactOptional(),
});

const lines = z.int().min(0).max(100_000);
const dollars = z.number().positive().max(1_000_000).exactOptional();
const wait = z.int().min(0).max(600_000).exactOptional();

const limits = z.strictObject({
  scrollback: z.looseObject({ visible: lines, hidden: lines }).exactOptional(),
  workers: z.int().min(1).max(100).exactOptional(),
  staggerMs: z.int().min(0).max(60_000).exactOptional(),
  dollars: z.strictObject({ day: dollars, worker: dollars }).exactOptional(),
  stopping: z.strictObject({ idleMs: wait, quitMs: wait, termMs: wait }).exactOptional(),
}) satisfies z.ZodType<Limits>;

const propertyTypes = [
  'title',
  'rich_text',
  'select',
  'status',
  'date',
  'number',
  'url',
] as const satisfies readonly PropertyType[];

const shortText = z.string().min(1).max(200);

const mapping = z.looseObject({
  databaseId: shortText,
  dataSourceId: shortText,
  idProperty: shortText.nullable(),
  fields: z.record(text, z.looseObject({ propertyId: shortText, name: text, type: z.enum(propertyTypes) })),
  statusMap: z.record(text, z.array(text)),
  writeStatus: z.record(text, text),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .exactOptional(),
});

/** Mappings that `notion connect` proposes. The token is never there. */
const notion = z.strictObject({
  board: mapping.exactOptional(),
  invoices: mapping.exactOptional(),
  wantedStatus: shortText.exactOptional(),
  comment: z.boolean().exactOptional(),
}) satisfies z.ZodType<NotionConfig>;

const configSchema = z.looseObject({
  name: z.string().min(1).max(100).exactOptional(),
  repos: z.array(repo).exactOptional(),
  defaultAgent: text.exactOptional(),
  /** Checked with the presets that are built in. */
  agents: z.looseObject({}).exactOptional(),
  /** For every repository that does not say otherwise. */
  jobs: jobs.exactOptional(),
  radar: z.boolean().exactOptional(),
  memory: z.strictObject({ copilot: z.boolean().exactOptional() }).exactOptional(),
  /** `writable` is relative to the workspace where it lies below it. */
  guard: z
    .union([
      z.literal(false),
      z.strictObject({
        allow: z.array(z.enum(guardTopics)).exactOptional(),
        writable: z.array(name).exactOptional(),
      }),
    ])
    .exactOptional(),
  limits: limits.exactOptional(),
  /** The first worker's block of ports. */
  ports: z
    .looseObject({ first: z.int().min(1024).max(65_535), count: z.int().min(0).max(1000) })
    .exactOptional(),
  board: z.union([z.literal(false), board]).exactOptional(),
  invoices: invoices.exactOptional(),
  notion: notion.exactOptional(),
});

export type StoredConfig = z.infer<typeof configSchema>;

/** Checks what lies on the disk. @throws what is wrong, the place first, such as `ports/first must be at least 1024` */
export function parseConfig(stored: unknown): StoredConfig {
  const parsed = configSchema.safeParse(stored, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map((issue) => faultOf(issue)).join('; '));
}

type Issue = z.core.$ZodIssue;

/** Says what is wrong as a person would. */
function faultOf(issue: Issue, above: readonly PropertyKey[] = []): string {
  const path = [...above, ...issue.path];
  if (issue.code === 'invalid_union') {
    // Of several forms the one is meant that fits furthest.
    const depth = (issues: readonly Issue[]) => Math.max(...issues.map((one) => one.path.length));
    const [nearest] = issue.errors.toSorted((one, other) => depth(other) - depth(one));
    const inner = nearest?.find((one) => one.path.length > 0 || one.code === 'unrecognized_keys');
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
    case 'unrecognized_keys':
      return `has no setting ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`;
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
