import type { Update, UpdateDraft, UpdateStatus } from '../core/worker.ts';
import { oneLine } from '../lib/sanitize.ts';

/** What a worker may say of itself, before anything is trusted. */
export interface RawUpdate {
  readonly status?: UpdateStatus | undefined;
  readonly summary?: string | undefined;
  readonly done?: string | readonly string[] | undefined;
  readonly next?: string | readonly string[] | undefined;
  readonly blockers?: string | readonly string[] | undefined;
  readonly minutes?: number | undefined;
  readonly percent?: number | undefined;
  readonly readyToMerge?: boolean | undefined;
}

const lineLimit = 300;
const itemLimit = 20;
const longestMinutes = 24 * 60;

/** The same in plain text and within bounds: nothing in it can steer a terminal or fill a screen. */
export function cleanUpdate(raw: RawUpdate): UpdateDraft {
  const blockers = items(raw.blockers);
  return {
    status: raw.status ?? (blockers.length > 0 ? 'blocked' : 'working'),
    summary: oneLine(raw.summary ?? '', lineLimit),
    done: items(raw.done),
    next: items(raw.next),
    blockers,
    minutes: bounded(raw.minutes, longestMinutes),
    percent: bounded(raw.percent, 100),
    readyToMerge: raw.readyToMerge ?? false,
  };
}

function items(raw: string | readonly string[] = []): readonly string[] {
  const texts = typeof raw === 'string' ? raw.split('\n') : raw;
  return texts
    .slice(0, itemLimit)
    .map((text) => oneLine(text.replace(/^\s*(?:[-*•]|\d+[.)])\s+/, ''), lineLimit))
    .filter((text) => text !== '' && !nothing.test(text));
}

/** What people and models write where there is nothing to say. */
const nothing = /^(none|no|n\/a|nothing|-+|–)\.?$/i;

function bounded(value: number | undefined, most: number): number | null {
  if (value === undefined || !Number.isFinite(value)) return null;
  return Math.round(Math.min(most, Math.max(0, value)));
}

const head = '[WORKER UPDATE]';

/** Whether a text is such a block. */
export function isUpdateBlock(text: string): boolean {
  return text.trimStart().toUpperCase().startsWith(head);
}

/**
 * Reads a `[WORKER UPDATE]` block: lines of `Name: value`, lists below their name, names in any case and order.
 * @returns null when the text is no such block
 */
export function parseUpdateBlock(text: string): UpdateDraft | null {
  if (!isUpdateBlock(text)) return null;
  const fields = new Map<string, string[]>();
  let last: string[] = [];
  for (const line of text.trimStart().slice(head.length).split(/\r?\n/)) {
    const [, name = '', value = ''] = /^\s*\**([A-Za-z][A-Za-z ]{1,30}?)\**\s*:\**\s*(.*)$/.exec(line) ?? [];
    const field = fieldOf(name);
    if (field === null) last.push(line);
    else {
      last = value === '' ? [] : [value];
      fields.set(field, last);
    }
  }
  const wordsOf = (name: string) => fields.get(name)?.join(' ').trim() ?? '';
  const status = statusOf(wordsOf('status'));
  return cleanUpdate({
    ...(status && { status }),
    summary: wordsOf('summary'),
    done: fields.get('done'),
    next: fields.get('next'),
    blockers: fields.get('blockers'),
    minutes: minutesOf(wordsOf('time')),
    percent: numberOf(wordsOf('percent')),
    readyToMerge:
      /^(yes|true|y|ready)\b/i.test(wordsOf('ready')) || /ready (for|to) merge/i.test(wordsOf('status')),
  });
}

const names: readonly (readonly [RegExp, string])[] = [
  [/^(status|state)$/i, 'status'],
  [/^(summary|message|task|note)$/i, 'summary'],
  [/^(done|completed|finished|complete)$/i, 'done'],
  [/^(next|next steps?|todo|remaining|in progress)$/i, 'next'],
  [/^(blockers?|blocked( by)?|issues)$/i, 'blockers'],
  [/^(time|time spent|minutes|duration)$/i, 'time'],
  [/^(progress|percent|percentage)$/i, 'percent'],
  [/^(ready|ready (for|to) merge|merge ready)$/i, 'ready'],
];

/** Other names, such as `Worker`, are left where they stand: whose update it is, the sender's token says. */
function fieldOf(name: string): string | null {
  return names.find(([pattern]) => pattern.test(name.trim()))?.[1] ?? null;
}

function statusOf(text: string): UpdateStatus | null {
  if (text === '') return null;
  if (/block|stuck|wait/i.test(text)) return 'blocked';
  return /done|complete|finish|ready/i.test(text) && !/not |in progress/i.test(text) ? 'done' : 'working';
}

function numberOf(text: string): number | undefined {
  const [found] = /\d+(\.\d+)?/.exec(text) ?? [];
  return found === undefined ? undefined : Number(found);
}

/** `1h 30m`, `1.5 hours`, `45 min`, `45`. */
function minutesOf(text: string): number | undefined {
  const hours = /(\d+(?:\.\d+)?)\s*h/i.exec(text)?.[1];
  const minutes = /(\d+(?:\.\d+)?)\s*m/i.exec(text)?.[1];
  if (hours === undefined && minutes === undefined) return numberOf(text);
  return Number(hours ?? 0) * 60 + Number(minutes ?? 0);
}

/** The update as such a block. */
export function updateBlock(update: Update): string {
  const list = (name: string, texts: readonly string[]) =>
    texts.length === 0 ? [`${name}: none`] : [`${name}:`, ...texts.map((text) => `- ${text}`)];
  return [
    head,
    `Worker: ${update.worker}`,
    `Status: ${update.status}`,
    ...(update.summary === '' ? [] : [`Summary: ${update.summary}`]),
    ...list('Done', update.done),
    ...list('Next', update.next),
    ...list('Blockers', update.blockers),
    ...(update.percent === null ? [] : [`Progress: ${update.percent}%`]),
    ...(update.minutes === null ? [] : [`Time: ${update.minutes} min`]),
    `Ready for merge: ${update.readyToMerge ? 'yes' : 'no'}`,
  ].join('\n');
}
