import { parseDuration } from '../core/amounts.ts';
import type { Update, UpdateDraft, UpdateStatus } from '../core/worker.ts';
import { oneLine } from '../lib/sanitize.ts';

/** A worker's report about itself, not validated. */
export interface RawUpdate {
  readonly status?: UpdateStatus | undefined;
  readonly summary?: string | undefined;
  readonly done?: string | readonly string[] | undefined;
  readonly next?: string | readonly string[] | undefined;
  readonly blockers?: string | readonly string[] | undefined;
  readonly minutes?: number | undefined;
  readonly percent?: number | undefined;
  readonly readyToMerge?: boolean | undefined;
  readonly time?: ReportedTime | undefined;
  readonly commits?: string | undefined;
  readonly notes?: string | undefined;
  readonly branch?: string | undefined;
  readonly timestamp?: string | undefined;
}

/** Time that a worker reports for its whole task: minutes, or text that only a person can judge. */
type ReportedTime = { readonly total: number } | { readonly openTime: string };

const lineLimit = 300;
const itemLimit = 20;
const longestMinutes = 24 * 60;

/**
 * Validates an update: plain text within limits, so that it can neither control a terminal nor fill a screen. An update
 * with blockers is blocked whatever its status says, unless it is done and ready: some agents put their only signal
 * there.
 */
export function cleanUpdate(raw: RawUpdate): UpdateDraft {
  const blockers = items(raw.blockers);
  const status = raw.status ?? 'working';
  const isHeldUp = blockers.length > 0 && !(status === 'done' && raw.readyToMerge === true);
  return {
    status: isHeldUp ? 'blocked' : status,
    summary: oneLine(raw.summary ?? '', lineLimit),
    done: items(raw.done),
    next: items(raw.next),
    blockers,
    minutes: bounded(raw.minutes, longestMinutes),
    percent: bounded(raw.percent, 100),
    readyToMerge: raw.readyToMerge ?? false,
    ...raw.time,
    ...kept('commits', raw.commits),
    ...kept('notes', raw.notes),
    ...kept('branch', raw.branch),
    ...kept('timestamp', raw.timestamp),
  };
}

function kept(name: 'commits' | 'notes' | 'branch' | 'timestamp', text = ''): Partial<UpdateDraft> {
  const [value] = items([text]);
  return value === undefined ? {} : { [name]: value };
}

function items(raw: string | readonly string[] = []): readonly string[] {
  const texts = typeof raw === 'string' ? raw.split('\n') : raw;
  return texts
    .slice(0, itemLimit)
    .map((text) => oneLine(text.replace(/^\s*(?:[-*•]|\d+[.)])\s+/, ''), lineLimit))
    .filter((text) => text !== '' && !nothing.test(text));
}

/** Texts that people and models write for "nothing". */
const nothing =
  /^[[("'`*_]*(?:(?:there (?:are|is) )?(?:none|no|nope|nil|null|n\/?a|not applicable|nothing)(?: (?:so far|yet|at (?:the|this) moment|at this time|currently|known|blockers?|blocking))?|[-–—]+)[\])"'`*_.!]*$/i;

function bounded(value: number | undefined, most: number): number | null {
  if (value === undefined || !Number.isFinite(value)) return null;
  return Math.round(Math.min(most, Math.max(0, value)));
}

const head = '[WORKER UPDATE]';

/** Returns the text behind the head; null without one. People add quotes, marks and spaces around it. */
function withoutHead(text: string): string | null {
  const [found] = /^[\s"'`*_#>]*\[\s*worker\s+update\s*\][*_]*:?/i.exec(text) ?? [];
  return found === undefined ? null : text.slice(found.length);
}

/** Default working minutes of a day. */
const usualDay = 8 * 60;

/**
 * Parses a `[WORKER UPDATE]` block: lines of `Name: value`, lists below their name, names in any case and order; or
 * everything in one line. Its time is that of the whole task so far. A time without a known unit, or that is no single
 * amount, is kept as text: see `Update.openTime`.
 * @param day working minutes of a day
 * @returns null when the text is no such block
 */
export function parseUpdateBlock(text: string, day = usualDay): UpdateDraft | null {
  const body = withoutHead(text);
  if (body === null) return null;
  const [first = '', ...rest] = linesOf(body);
  const isOneLine = labelsIn(first).length > 1 || (labelsIn(first).length > 0 && rest.join('').trim() === '');
  const fields = isOneLine ? fieldsOfLine([first, ...rest].join('\n')) : fieldsOfLines([first, ...rest]);
  const wordsOf = (name: Field) => fields.get(name)?.join(' ').trim() ?? '';
  const status = statusOf(wordsOf('status'));
  const isReady =
    /^\W*(yes|true|y|ready)\b/i.test(wordsOf('ready')) || /ready (for|to) merge/i.test(wordsOf('status'));
  return cleanUpdate({
    ...(status && { status }),
    summary: wordsOf('summary') || wordsOf('task'),
    done: fields.get('done'),
    next: fields.get('next'),
    blockers: fields.get('blockers'),
    minutes: numberOf(wordsOf('sinceLast')),
    percent: numberOf(wordsOf('percent')),
    readyToMerge: isReady,
    time: timeOf(wordsOf('time'), day),
    commits: items(fields.get('commits')).join(' '),
    notes: items(fields.get('notes')).join(' '),
    branch: wordsOf('branch'),
    timestamp: wordsOf('timestamp'),
  });
}

/**
 * Quoted in a shell, `\
 * ` stays two characters.
 */
function linesOf(text: string): readonly string[] {
  return (text.includes('\n') ? text : text.replaceAll('\\n', '\n')).split(/\r?\n/);
}

/** Field names, longer ones before their prefixes. The reporter is known by its token, not by `Worker`. */
const names = [
  ['sinceLast', 'minutes since (?:the )?last report'],
  ['status', 'status|state'],
  ['summary', 'summary|message'],
  ['task', 'task(?: name)?'],
  ['done', 'done|completed|finished|complete'],
  ['next', 'next steps?|next|todo|remaining|in progress'],
  ['blockers', 'blockers?|blocked by|blocked|issues'],
  ['time', 'time spent|time worked|total time|time|duration|minutes|hours'],
  ['percent', 'progress|percentage|percent'],
  ['ready', 'ready (?:for|to) merge|merge ready|ready'],
  ['branch', 'branch'],
  ['commits', 'commits?'],
  ['notes', 'notes?'],
  ['timestamp', 'timestamp|date'],
  ['other', 'worker(?: id)?|repo|repository|agent|session|from'],
] as const;

type Field = (typeof names)[number][0];

/** Fields that may span several lines. */
const multiLineFields: ReadonlySet<Field> = new Set(['summary', 'done', 'next', 'blockers', 'notes']);

const nameWords = names.map(([, words]) => words.replaceAll(' ', '\\s+')).join('|');

function fieldOf(name: string): Field | null {
  const plain = name.trim().replace(/\s+/g, ' ');
  return names.find(([, words]) => new RegExp(`^(?:${words})$`, 'i').test(plain))?.[0] ?? null;
}

/** Adds the unit that a field's name implies, as in `Minutes: 45`. */
function withUnit(name: string, value: string): string {
  return /^(?:minutes|hours)$/i.test(name.trim()) && /^[\d.,]+$/.test(value) ? `${value} ${name}` : value;
}

/** Parses fields in lines. An unknown name ends a one-line field; in a longer field it is text. */
function fieldsOfLines(lines: readonly string[]): Map<Field, string[]> {
  const fields = new Map<Field, string[]>();
  let field: Field = 'other';
  for (const line of lines) {
    const [, name = '', value = ''] =
      /^\s*[*_]*([A-Za-z][A-Za-z ]{1,30}?)[*_]*\s*:[*_]*\s*(.*)$/.exec(line) ?? [];
    const known = fieldOf(name);
    if (known !== null) {
      field = known;
      fields.set(field, value === '' ? [] : [withUnit(name, value)]);
    } else if (name !== '' && !multiLineFields.has(field)) field = 'other';
    else fields.get(field)?.push(line);
  }
  return fields;
}

interface Label {
  readonly field: Field;
  readonly name: string;
  /** Start of the label, and of its value. */
  readonly at: number;
  readonly end: number;
}

/**
 * Finds labels in one line. They have the capitalization of the first one, and each counts once, so that a word with a
 * colon inside a text is rarely taken for a label.
 */
function labelsIn(line: string): readonly Label[] {
  const pattern = new RegExp(`(?<=^|[\\s*_|;,.])(${nameWords})[*_]*\\s*:`, 'gi');
  const found = [...line.matchAll(pattern)];
  const isSmall = /^[a-z]/.test(found[0]?.[1] ?? '');
  const seen = new Set<Field>();
  return found.flatMap((match): Label[] => {
    const [whole, name = ''] = match;
    const field = fieldOf(name);
    if (field === null || seen.has(field) || (/^[a-z]/.test(name) && !isSmall)) return [];
    seen.add(field);
    return [{ field, name, at: match.index, end: match.index + whole.length }];
  });
}

function fieldsOfLine(text: string): Map<Field, string[]> {
  const marks = labelsIn(text);
  return new Map(
    marks.map(({ field, name, end }, n) => {
      const value = text.slice(end, marks[n + 1]?.at).replace(/^[\s*_]+|[\s|;,*_]+$/g, '');
      const isList = /^[-•]\s/.test(value);
      const parts = isList ? value.split(/\s+[-•]\s+/) : value.split(/\r?\n/);
      return [field, parts.map((part) => withUnit(name, part.trim()))];
    }),
  );
}

function statusOf(text: string): UpdateStatus | null {
  if (text === '') return null;
  if (/\bnot (yet )?(started|begun)\b|^\W*(to ?do|pending)\b/i.test(text)) return 'not started';
  if (/block|stuck|wait/i.test(text) && !/\b(not|un)[- ]?block|no block/i.test(text)) return 'blocked';
  const isDone =
    /done|complete|finish|ready|\breview\b/i.test(text) && !/not |in[- ]progress|incomplete/i.test(text);
  return isDone ? 'done' : 'working';
}

function numberOf(text: string): number | undefined {
  const [found] = /\d+(\.\d+)?/.exec(text) ?? [];
  return found === undefined ? undefined : Number(found);
}

/** Parses a time. A bare number may be hours or minutes, which only a person can tell. */
function timeOf(text: string, day: number): ReportedTime | undefined {
  const [words] = items([text]);
  if (words === undefined) return undefined;
  const read = parseDuration(words.replace(/\s*\(?(?:so far|in all|in total|total)\)?\.?$/i, ''), { day });
  return read.ok ? { total: read.value } : { openTime: oneLine(words, 60) };
}

/** Returns an update as a `[WORKER UPDATE]` block; its time is that of the whole task, if reported. */
export function updateBlock(update: Update): string {
  const list = (name: string, texts: readonly string[]) =>
    texts.length === 0 ? [`${name}: none`] : [`${name}:`, ...texts.map((text) => `- ${text}`)];
  const line = (name: string, value: string | number | null | undefined) =>
    value === null || value === undefined || value === '' ? [] : [`${name}: ${value}`];
  const { total, openTime, minutes, percent } = update;
  return [
    head,
    `Worker: ${update.worker}`,
    ...line('Branch', update.branch),
    `Status: ${update.status}`,
    ...line('Summary', update.summary),
    ...line('Commits', update.commits),
    ...list('Done', update.done),
    ...list('Next', update.next),
    ...list('Blockers', update.blockers),
    ...line('Progress', percent === null ? null : `${percent}%`),
    ...line('Time', total === undefined ? openTime : `${total} min`),
    ...line('Minutes since last report', total === undefined && openTime === undefined ? minutes : null),
    `Ready for merge: ${update.readyToMerge ? 'yes' : 'no'}`,
    ...line('Notes', update.notes),
    ...line('Timestamp', update.timestamp),
  ].join('\n');
}
