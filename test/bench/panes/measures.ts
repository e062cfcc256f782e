import { setTimeout as pause } from 'node:timers/promises';
import type { Candidate } from './candidate.ts';
import type { Children } from './children.ts';
import type { Figures } from './figures.ts';
import { nextLetter, type Outer } from './outer.ts';
import { type StreamName, type Streams, streamNames } from './streams.ts';
import { processorSeconds, residentMegabytes } from './usage.ts';

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
const noMark = 'quiet';

/** Opens a client and waits until it shows the first pane. */
export async function measureStart({ candidate, children, figures }: Subject): Promise<Outer> {
  const mark = nextLetter();
  await show(children, [typed], mark);
  const outer = candidate.attach();
  await outer.sees(mark);
  figures.add(candidate.name, { name: 'first text of a new client', unit: 'ms' }, await outer.firstText);
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
  const { candidate, children, names, figures } = subject;
  const busy = names.slice(1, 1 + flooding);
  await flood(children, busy, file);
  const times: number[] = [];
  for (let press = 0; press < presses; press++) {
    const letter = nextLetter();
    const seen = outer.sees(letter);
    const pressed = performance.now();
    outer.press(letter);
    times.push((await seen) - pressed);
    // Not in step with anything.
    await pause(press % 7);
  }
  await show(children, busy, noMark);
  const name = `key to echo, ${flooding === 0 ? 'all quiet' : flooding === 1 ? 'another pane floods' : `${flooding} panes flood`}`;
  for (const [part, percentile] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const)
    figures.add(candidate.name, { name: `${name}, ${part}`, unit: 'ms', percentile }, ...times);
}

/** What a client writes to its terminal while the pane looked at floods. */
export async function measureBytes(
  { candidate, children, figures }: Subject,
  outer: Outer,
  { windowMs }: Extent,
  file: string,
): Promise<void> {
  await flood(children, [typed], file);
  const [before, start] = [outer.bytes, performance.now()];
  await pause(windowMs);
  const speed = (outer.bytes - before) / (performance.now() - start);
  await show(children, [typed], noMark);
  figures.add(candidate.name, { name: 'written to the terminal in a flood', unit: 'KB/s' }, speed);
}

/** Processor time of all processes together, for a while. */
export async function measureProcessor(
  { candidate, figures }: Subject,
  name: string,
  { windowMs }: Extent,
): Promise<void> {
  const pids = Object.values(candidate.processes());
  const used = () => pids.reduce((sum, pid) => sum + processorSeconds(pid), 0);
  const [before, start] = [used(), performance.now()];
  await pause(windowMs);
  const share = (used() - before) / ((performance.now() - start) / 1000);
  figures.add(candidate.name, { name: `processor, ${name}`, unit: '% of a core' }, share * 100);
}

/** The same while the four visible panes print as working agents do. */
export async function measureWorking(subject: Subject, extent: Extent): Promise<void> {
  const { children, names } = subject;
  const visible = names.slice(0, 4);
  for (const name of visible) children.order(name, { do: 'chat' });
  await Promise.all(visible.map((name) => children.told(name, 'chatting')));
  await measureProcessor(subject, 'four panes at work', extent);
  await show(children, visible, noMark);
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
    const pressed = performance.now();
    outer.press('x');
    addSpeed(subject, stream, 'looked at', extent, (await seen) - pressed);
    await children.told(typed, 'streamed');
  }
}

/** The same with no client: until the program answers a query at the end. */
export async function measureUnseen(subject: Subject, extent: Extent, streams: Streams): Promise<void> {
  const { children } = subject;
  for (const stream of streamNames) {
    const start = performance.now();
    children.order(typed, { do: 'stream', file: streams[stream], mark: noMark, onKey: false });
    await children.told(typed, 'streamed');
    addSpeed(subject, stream, 'no client', extent, performance.now() - start);
  }
}

/** @param when - what it holds at this moment */
export function measureMemory({ candidate, figures }: Subject, when: string, only?: 'client'): void {
  for (const [process, pid] of Object.entries(candidate.processes())) {
    // tmux's one server does what two of ours do.
    const role = process === 'server' ? 'host' : process;
    if ((role === 'client') === (only === 'client'))
      figures.add(
        candidate.name,
        { name: `memory of the ${role}${when}`, unit: 'MB' },
        residentMegabytes(pid),
      );
  }
}

function addSpeed(
  { candidate, figures }: Subject,
  stream: StreamName,
  how: string,
  extent: Extent,
  ms: number,
): void {
  figures.add(
    candidate.name,
    { name: `output taken, ${stream}, ${how}`, unit: 'MB/s' },
    (extent.megabytes * 1000) / ms,
  );
}

async function flood(children: Children, names: readonly string[], file: string): Promise<void> {
  for (const name of names) children.order(name, { do: 'flood', file });
  await Promise.all(names.map((name) => children.told(name, 'flooding')));
}

async function show(children: Children, names: readonly string[], mark: string): Promise<void> {
  for (const name of names) children.order(name, { do: 'show', mark });
  await Promise.all(names.map((name) => children.told(name, 'shown')));
}
