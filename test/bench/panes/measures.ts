import { setTimeout as pause } from 'node:timers/promises';
import type { Candidate } from './candidate.ts';
import type { Children } from './children.ts';
import type { Figures, Measure } from './figures.ts';
import { nextLetter, type Outer } from './outer.ts';
import { type Streams, streamNames } from './streams.ts';
import { Meter, residentMegabytes, untilAtRest } from './usage.ts';

/** How much is measured in one round. */
export interface Extent {
  readonly presses: number;
  readonly megabytes: number;
  /** Milliseconds for what is counted over a time. */
  readonly windowMs: number;
}

/** A program, its children by name in the order of their panes, and where its figures go. */
export interface Subject {
  readonly candidate: Candidate;
  readonly children: Children;
  readonly names: readonly string[];
  readonly figures: Figures;
}

/** The pane that keys go to. */
const typed = 'p1';
const visiblePanes = 4;
/** Presses that are not counted: a client just opened is not what a person types into all day. */
const warmUp = 30;
const noMark = 'quiet';

/** Opens a client and waits until it shows the first pane. */
export async function measureStart(subject: Subject): Promise<Outer> {
  const { candidate, children } = subject;
  const mark = nextLetter();
  await show(children, [typed], mark);
  const outer = candidate.attach();
  await outer.sees(mark);
  add(subject, { name: 'first text of a new client', unit: 'ms' }, await outer.firstText);
  candidate.focus();
  return outer;
}

/** From key presses until what the child answers is on the outer terminal, while so many other panes flood. */
export async function measureLatency(
  subject: Subject,
  outer: Outer,
  { presses }: Extent,
  file: string,
  flooding: number,
): Promise<void> {
  const { children, names } = subject;
  const busy = names.slice(1, 1 + flooding);
  await flood(children, busy, file);
  const times: number[] = [];
  for (let press = -warmUp; press < presses; press++) {
    const letter = nextLetter();
    const seen = outer.sees(letter);
    const pressed = performance.now();
    outer.press(letter);
    const ms = (await seen) - pressed;
    if (press >= 0) times.push(ms);
    // Not in step with anything.
    await pause((press + warmUp) % 7);
  }
  await show(children, busy, noMark);
  const name = `key to echo, ${['all quiet', 'another pane floods'][flooding] ?? `${flooding} panes flood`}`;
  add(subject, { name: `${name}, p50`, unit: 'ms', percentile: 0.5 }, ...times);
  add(subject, { name: `${name}, p99`, unit: 'ms', percentile: 0.99 }, ...times);
}

/** What a client writes to its terminal while the pane looked at floods. */
export async function measureBytes(
  subject: Subject,
  outer: Outer,
  { windowMs }: Extent,
  file: string,
): Promise<void> {
  await flood(subject.children, [typed], file);
  const [before, start] = [outer.bytes, performance.now()];
  await pause(windowMs);
  const speed = (outer.bytes - before) / (performance.now() - start);
  await show(subject.children, [typed], noMark);
  add(subject, { name: 'written to the terminal in a flood', unit: 'KB/s' }, speed);
}

/** Pictures a client paints while panes flood, and what one costs it; nothing of a program that does not mark them. */
export async function measurePictures(
  subject: Subject,
  outer: Outer,
  { windowMs }: Extent,
  file: string,
  flooding: number,
): Promise<void> {
  const { candidate, children, names } = subject;
  const busy = names.slice(0, flooding);
  await flood(children, busy, file);
  const meter = new Meter([candidate.processes().client ?? process.pid]);
  const [before, start] = [outer.pictures, performance.now()];
  await pause(windowMs);
  const [count, ms, processorMs] = [outer.pictures - before, performance.now() - start, meter.processorMs];
  await show(children, busy, noMark);
  const what = `${flooding} panes flood, that of the keys among them`;
  add(subject, { name: `processor of the client, ${what}`, unit: '% of a core' }, (100 * processorMs) / ms);
  if (count === 0) return;
  add(subject, { name: `pictures, ${what}`, unit: '1/s' }, (count * 1000) / ms);
  add(subject, { name: `processor of the client for a picture, ${what}`, unit: 'ms' }, processorMs / count);
}

/** Processor time while nothing happens. */
export async function measureRest(subject: Subject, { windowMs }: Extent): Promise<void> {
  await untilAtRest(pidsOf(subject));
  const measured = meterProcessor(subject);
  await pause(2 * windowMs);
  measured('16 quiet panes');
}

/** The same while the visible panes print as working agents do. */
export async function measureWork(subject: Subject, { windowMs }: Extent): Promise<void> {
  const { children, names } = subject;
  const visible = names.slice(0, visiblePanes);
  for (const name of visible) children.order(name, { do: 'chat' });
  await Promise.all(visible.map((name) => children.told(name, 'chatting')));
  const measured = meterProcessor(subject);
  await pause(windowMs);
  measured('4 panes at work');
  await show(children, visible, noMark);
}

/** Of all processes together, and of each; counts from now on until the answer is called. */
function meterProcessor(subject: Subject): (when: string) => void {
  const unit = '% of a core';
  const all = new Meter(pidsOf(subject));
  const each = Object.entries(subject.candidate.processes()).map(
    ([name, pid]) => [roleOf(name), new Meter([pid])] as const,
  );
  return (when) => {
    add(subject, { name: `processor, ${when}`, unit }, all.percent);
    for (const [role, meter] of each)
      add(subject, { name: `processor of the ${role}, ${when}`, unit }, meter.percent);
  };
}

/** How fast a pane takes what its program prints: from the key that starts it until the end is to be seen. */
export async function measureIngest(
  subject: Subject,
  outer: Outer,
  extent: Extent,
  streams: Streams,
): Promise<void> {
  const { children } = subject;
  for (const stream of streamNames) {
    const mark = nextLetter();
    children.order(typed, { do: 'stream', file: streams[stream], mark, onKey: true });
    await children.told(typed, 'armed');
    const seen = outer.sees(mark);
    const meter = new Meter(pidsOf(subject));
    const pressed = performance.now();
    outer.press('x');
    const ms = (await seen) - pressed;
    await children.told(typed, 'streamed');
    addIngest(subject, `${stream}, looked at`, extent, ms, meter);
  }
}

/** The same with no client: until the program answers a query at the end. */
export async function measureUnseen(subject: Subject, extent: Extent, streams: Streams): Promise<void> {
  const { children } = subject;
  for (const stream of streamNames) {
    const meter = new Meter(pidsOf(subject));
    const start = performance.now();
    children.order(typed, { do: 'stream', file: streams[stream], mark: noMark, onKey: false });
    await children.told(typed, 'streamed');
    addIngest(subject, `${stream}, no client`, extent, performance.now() - start, meter);
  }
}

/** @param when - what it holds at this moment */
export function measureMemory(subject: Subject, of: 'client' | 'daemons', when: string): void {
  for (const [name, pid] of Object.entries(subject.candidate.processes())) {
    const role = roleOf(name);
    if ((role === 'client') !== (of === 'client')) continue;
    add(subject, { name: `memory of the ${role}, ${when}`, unit: 'MB' }, residentMegabytes(pid));
  }
}

/** tmux's one server does what two of ours do. */
function roleOf(process: string): string {
  return process === 'server' ? 'host' : process;
}

function addIngest(subject: Subject, what: string, { megabytes }: Extent, ms: number, meter: Meter): void {
  add(subject, { name: `output taken, ${what}`, unit: 'MB/s' }, (megabytes * 1000) / ms);
  add(subject, { name: `processor for output, ${what}`, unit: 'ms/MB' }, meter.processorMs / megabytes);
}

function add({ candidate, figures }: Subject, measure: Measure, ...values: readonly number[]): void {
  figures.add(candidate.name, measure, ...values);
}

function pidsOf({ candidate }: Subject): readonly number[] {
  return Object.values(candidate.processes());
}

async function flood(children: Children, names: readonly string[], file: string): Promise<void> {
  for (const name of names) children.order(name, { do: 'flood', file });
  await Promise.all(names.map((name) => children.told(name, 'flooding')));
}

async function show(children: Children, names: readonly string[], mark: string): Promise<void> {
  for (const name of names) children.order(name, { do: 'show', mark });
  await Promise.all(names.map((name) => children.told(name, 'shown')));
}
