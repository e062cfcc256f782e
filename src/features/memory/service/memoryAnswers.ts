import { createHash } from 'node:crypto';
import { z } from 'zod';
import { oneLine } from '../../../lib/sanitize.ts';
import { cleanMemory } from '../commands.ts';
import { type Memory, memoryKinds } from '../memoryState.ts';

/** Parsers of a memory server's answers. It is a third-party program: unknown content is skipped. */

/** Prefix of the server's ids among ours. */
export const theirPrefix = 'copilot-';

/** Characters of one entry. */
const longest = 20_000;
/** Entries of one answer. */
const mostEntries = 1000;

const text = z.string().max(10_000_000);
const id = z.union([z.string().min(1).max(200), z.number().int()]).transform(String);

const entry = z
  .object({
    id: id.optional().catch(undefined),
    content: text.optional().catch(undefined),
    text: text.optional().catch(undefined),
    memory: text.optional().catch(undefined),
    type: z.enum(memoryKinds).catch('context'),
    tags: z.array(z.string()).catch([]),
    createdAt: z.string().max(40).optional().catch(undefined),
    created_at: z.string().max(40).optional().catch(undefined),
    distance: z.number().min(0).optional().catch(undefined),
  })
  .transform((one) => ({ ...one, content: one.content ?? one.text ?? one.memory ?? '' }));

/** One of the server's entries, and its distance from the query; null where not given. */
export interface TheirEntry {
  readonly memory: Memory;
  readonly distance: number | null;
}

/** Returns the texts of a tool's answer, joined. @throws the tool's error in one line */
export function answerText(result: unknown): string {
  const { content, isError } = z
    .object({
      content: z.array(z.looseObject({ text: text.optional() })).max(1000),
      isError: z.boolean().optional(),
    })
    .parse(result);
  const all = content.map((part) => part.text ?? '').join('\n');
  if (isError) throw new Error(oneLine(all, 200) || 'it refused');
  return all;
}

/**
 * Reads entries from an answer: a JSON list, bare or under a name, or lines of a bulleted list.
 * @param by the server's name
 */
export function entriesIn(answer: string, by: string): readonly TheirEntry[] {
  const value = parsed(answer);
  const found = value === undefined ? listedLines(answer) : listIn(value);
  return found.slice(0, mostEntries).flatMap((one) => entryOf(one, by));
}

/** Does the same for an answer that must be a list. @throws for anything else */
export function strictEntriesIn(answer: string, by: string): readonly TheirEntry[] {
  const value = parsed(answer);
  if (value === undefined) throw new Error(`its list is no JSON: ${oneLine(answer, 80)}`);
  return listIn(value)
    .slice(0, mostEntries)
    .flatMap((one) => entryOf(one, by));
}

/** Reads an initiative: its decisions and lessons one by one, and its description. */
export function initiativeIn(answer: string, by: string): readonly TheirEntry[] {
  const value = parsed(answer);
  const all = Array.isArray(value) ? value : [value];
  return all.slice(0, 20).flatMap((one) => {
    if (typeof one !== 'object' || one === null) return [];
    const fields = one as Record<string, unknown>;
    const texts = (name: string) => [fields[name]].flat().flatMap(saidIn).slice(0, 200);
    const about = ['name', 'title', 'goal', 'progress', 'resumeInstructions', 'resume_instructions'].flatMap(
      texts,
    );
    return [
      ...texts('decisions').map((content) => ({ content, type: 'decision' })),
      ...texts('lessons').map((content) => ({ content, type: 'lesson' })),
      ...(about.length > 0 ? [{ content: about.join('\n'), type: 'initiative' }] : []),
    ].flatMap((made) => entryOf(made, by));
  });
}

function saidIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.trim() === '' ? [] : [value];
  const { content, text: said, decision, lesson } = Object(value) as Record<string, unknown>;
  return [content, said, decision, lesson].filter((one) => typeof one === 'string').slice(0, 1);
}

function parsed(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    // Plain text.
    return undefined;
  }
}

function listIn(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  const named = Object(value) as Record<string, unknown>;
  const list = ['results', 'memories', 'entries', 'items', 'data']
    .map((name) => named[name])
    .find(Array.isArray);
  return list ?? [value];
}

function listedLines(answer: string): readonly unknown[] {
  return answer.split('\n').flatMap((line) => {
    const said = /^\s*(?:[-*•]|\d+[.)])\s+(.+)$/.exec(line)?.[1];
    return said === undefined ? [] : [{ content: said }];
  });
}

function entryOf(value: unknown, by: string): readonly TheirEntry[] {
  // Some servers nest the entry, beside its distance.
  const outer = Object(value) as Record<string, unknown>;
  const inner =
    typeof outer.memory === 'object' && outer.memory !== null
      ? { ...outer, ...outer.memory, memory: undefined }
      : value;
  const read = entry.safeParse(inner);
  if (!read.success || read.data.content.trim() === '') return [];
  const { content, type, tags, distance = null } = read.data;
  const known = read.data.id ?? createHash('sha256').update(content).digest('hex').slice(0, 16);
  const memory = cleanMemory({ kind: type, content: content.slice(0, longest), tags, metadata: {} });
  if (!memory.ok) return [];
  const at = read.data.createdAt ?? read.data.created_at ?? '';
  return [{ memory: { id: `${theirPrefix}${known}`, by, at: isoOf(at), ...memory.value }, distance }];
}

/** Returns an ISO time; empty where the server gives none. */
function isoOf(at: string): string {
  const time = Date.parse(at);
  return Number.isNaN(time) ? '' : new Date(time).toISOString();
}
