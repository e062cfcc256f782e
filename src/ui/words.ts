import type { ProcessMemory } from '../core/facts.ts';
import type { PortBlock, Worker } from '../core/worker.ts';
import { quoteCommand } from '../lib/quote.ts';
import { plainLine } from '../lib/sanitize.ts';
import type { Tone } from './text.ts';

/** A state as shape, word and meaning: readable without colour. */
export interface Look {
  readonly mark: string;
  readonly word: string;
  readonly tone: Tone;
}

export function stateLook(worker: Pick<Worker, 'state' | 'exitCode' | 'failedSetup'>): Look {
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
        : exitLook(worker.exitCode);
    case 'lost':
      return { mark: '?', word: 'lost', tone: 'bad' };
  }
}

function exitLook(code: number | null): Look {
  const word = code === null ? 'exited' : `exited ${code}`;
  return { mark: '✕', word, tone: code === 0 || code === null ? 'muted' : 'bad' };
}

/** Says that a program waits for the person to sign. */
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

/** What is left, and what workers take. */
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
 * @param marks what else is shown in full elsewhere, with the mark that stands for it here
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

/** Characters from which on an argument is shown once for several commands. */
const longArgument = 100;

/** Returns marks for long arguments that all of several commands have. */
export function sharedArguments(commands: readonly (readonly string[])[]): ReadonlyMap<string, string> {
  const [first = [], ...others] = commands;
  const isShared = (part: string) => part.length >= longArgument && others.every((one) => one.includes(part));
  const shared = others.length === 0 ? [] : [...new Set(first.filter(isShared))];
  return new Map(shared.map((part, n) => [part, `‹${n + 1}›`]));
}
