import { dayOf } from '../core/amounts.ts';
import type { ProcessMemory } from '../core/facts.ts';
import type { PortBlock, Worker } from '../core/worker.ts';
import { quoteCommand } from '../lib/quote.ts';
import { plainLine } from '../lib/sanitize.ts';
import { cellWidth, type Tone, wrapText } from './text.ts';

/** A state as mark, word and tone, readable without colour. */
export interface Badge {
  readonly mark: string;
  readonly word: string;
  readonly tone: Tone;
}

export function stateBadge(worker: Pick<Worker, 'state' | 'exitCode' | 'failedSetup'>): Badge {
  switch (worker.state) {
    case 'starting':
      return { mark: '◌', word: 'starting', tone: 'accent' };
    case 'needs-trust':
      return { mark: '⚑', word: 'needs trust', tone: 'warning' };
    case 'working':
      return { mark: '●', word: 'working', tone: 'good' };
    case 'waiting':
      return { mark: '◆', word: 'waiting', tone: 'warning' };
    case 'idle':
      return { mark: '○', word: 'idle', tone: 'plain' };
    case 'limited':
      return { mark: '◇', word: 'limited', tone: 'notice' };
    case 'exited':
      return worker.failedSetup
        ? { mark: '✕', word: 'setup failed', tone: 'bad' }
        : exitBadge(worker.exitCode);
    case 'lost':
      return { mark: '?', word: 'lost', tone: 'bad' };
  }
}

function exitBadge(code: number | null): Badge {
  const word = code === null ? 'exited' : `exited ${code}`;
  return { mark: '✕', word, tone: code === 0 || code === null ? 'muted' : 'bad' };
}

/** Returns the notice that a program waits for a signature. */
export function signingText(program: string): string {
  return `Signing waits for you: ${plainLine(program)} asks for something, such as a passphrase …`;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * Returns an age in its largest unit: `<1m`, `12m`, `3h`, `2d`. It is never finer than a minute, because a screen that
 * counts seconds is redrawn all the time.
 * @param at ISO time; anything else gives `?`
 * @param now milliseconds since 1970
 */
export function shortAge(at: string, now: number): string {
  const since = now - Date.parse(at);
  if (Number.isNaN(since)) return '?';
  if (since < minute) return '<1m';
  if (since < hour) return `${Math.floor(since / minute)}m`;
  if (since < day) return `${Math.floor(since / hour)}h`;
  return `${Math.floor(since / day)}d`;
}

/** Returns an age in words: `less than a minute ago`, `3 hours ago`. */
export function longAge(at: string, now: number): string {
  const since = now - Date.parse(at);
  if (Number.isNaN(since)) return 'at an unknown time';
  if (since < minute) return 'less than a minute ago';
  if (since < hour) return `${counted(Math.floor(since / minute), 'minute')} ago`;
  if (since < day) return `${counted(Math.floor(since / hour), 'hour')} ago`;
  return `${counted(Math.floor(since / day), 'day')} ago`;
}

/** Returns an age such as `3 days`. */
export function ageOf(at: string, now: number): string {
  const minutes = Math.max(0, Math.floor((now - Date.parse(at)) / 60_000));
  if (minutes < 60) return counted(minutes, 'minute');
  return minutes < 48 * 60
    ? counted(Math.floor(minutes / 60), 'hour')
    : counted(Math.floor(minutes / 1440), 'day');
}

/** Returns the milliseconds until `shortAge` of this time changes. */
export function nextAge(at: string, now: number): number {
  const since = now - Date.parse(at);
  if (Number.isNaN(since)) return Number.POSITIVE_INFINITY;
  if (since < 0) return minute - since;
  const unit = since < hour ? minute : since < day ? hour : day;
  return unit - (since % unit);
}

/** Returns a count with its noun: `1 worker`, `2 workers`. */
export function counted(count: number, noun: string, many = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : many}`;
}

/** Returns a size in its largest decimal unit: `12 B`, `3.4 kB`, `20 MB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [value, unit] = bytes < 999_500 ? [bytes / 1000, 'kB'] : [bytes / 1_000_000, 'MB'];
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

/** Returns the free memory and that of all workers. */
export function memoryText({ free, workers }: ProcessMemory): string {
  const taken = Object.values(workers);
  const sum = taken.reduce((all, one) => all + one, 0);
  const left = `${gigabytes(free)} free`;
  return taken.length === 0 ? left : `${left}, ${gigabytes(sum)} taken by ${counted(taken.length, 'worker')}`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** Returns US dollars: `$0.42`, `$12.30`, `$1,204`. */
export function moneyText(dollars: number): string {
  return dollars < 1000 ? `$${dollars.toFixed(2)}` : `$${Math.round(dollars).toLocaleString('en-US')}`;
}

/** Returns a count of tokens: `840`, `12k`, `3.4M`. */
export function tokensText(tokens: number): string {
  if (tokens < 1000) return `${tokens}`;
  if (tokens < 999_500) return `${Math.round(tokens / 1000)}k`;
  return `${(tokens / 1_000_000).toFixed(1)}M`;
}

export function portsText({ first, count }: PortBlock): string {
  return count === 1 ? `${first}` : `${first}–${first + count - 1}`;
}

/** The mark for a brief that is shown in full beside its command. An argument like it would be quoted. */
const briefMark = '‹the brief›';

/**
 * Returns a command in one line, with a mark instead of the brief that is shown beside it.
 * @param marks marks for other arguments that are shown in full elsewhere
 */
export function shownCommand(
  command: readonly string[],
  brief: string,
  marks: ReadonlyMap<string, string> = new Map(),
): string {
  const shown = (part: string) =>
    part !== '' && part === brief ? briefMark : (marks.get(part) ?? quoteCommand([part]));
  return command.map(shown).join(' ');
}

/** The length in characters from which on a shared argument is shown once for several commands. */
const longArgument = 100;

/** Returns marks for long arguments that all of several commands have. */
export function sharedArguments(commands: readonly (readonly string[])[]): ReadonlyMap<string, string> {
  const [first = [], ...others] = commands;
  const isShared = (part: string) => part.length >= longArgument && others.every((one) => one.includes(part));
  const shared = others.length === 0 ? [] : [...new Set(first.filter(isShared))];
  return new Map(shared.map((part, n) => [part, `‹${n + 1}›`]));
}

/** A fact with its name; without a text it is left out. */
export type NamedText = readonly [name: string, text: string | null | undefined];

/**
 * Returns facts with their names in a column of their own; further lines of a text are aligned below its first.
 * @param columns width of the terminal, to wrap long lines inside their column; without it no line is wrapped
 */
export function namedRows(rows: readonly NamedText[], columns?: number): readonly string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  const below = `\n${' '.repeat(width + 4)}`;
  return rows.flatMap(([name, text]) =>
    text
      ? [`  ${name.padEnd(width)}  ${wrappedLines(text, columns && columns - width - 4).join(below)}`]
      : [],
  );
}

const narrowest = 20;

/** Returns the lines of a text without invisible characters, wrapped where `columns` are given. */
function wrappedLines(text: string, columns?: number): readonly string[] {
  const lines = text.split('\n').map(plainLine);
  if (columns === undefined) return lines;
  return lines.flatMap((one) => wrapText(one, Math.max(narrowest, columns)));
}

/** Returns text by others, such as agents, with a bar before each line, so that it cannot pass for ours. */
export function quotedText(text: string, columns?: number): string {
  return wrappedLines(text, columns && columns - 2)
    .map((one) => `│ ${one}`.trimEnd())
    .join('\n');
}

/** Aligns the columns of rows, one row to a line. */
export function alignColumns(rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map(plainLine));
  const widths = (clean[0] ?? []).map((_, at) => Math.max(...clean.map((row) => cellWidth(row[at] ?? ''))));
  return clean
    .map((row) =>
      row
        .map((cell, at) => cell + ' '.repeat(Math.max(0, (widths[at] ?? 0) - cellWidth(cell))))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Returns an ISO time in the local zone: `2026-11-22 10:00:05`. Any other text is returned unchanged. */
export function timeText(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  const two = (part: number) => `${part}`.padStart(2, '0');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${dayOf(date)} ${time}`;
}
