/**
 * Panes side by side with tmux: `npm run bench:panes`, with `-- --json` as one JSON object, with `-- --quick` in less
 * than a minute. Both run the same children in as many panes of the same terminal; what is measured takes turns, and
 * medians of several rounds count. Needs the built program; Linux only, for processor time and memory.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Candidate } from './candidate.ts';
import { Children } from './children.ts';
import { Figures, figuresTable } from './figures.ts';
import {
  type Extent,
  measureBytes,
  measureIngest,
  measureLatency,
  measureMemory,
  measurePictures,
  measureRest,
  measureStart,
  measureUnseen,
  measureWork,
  type Subject,
} from './measures.ts';
import { OrchTui } from './orchTui.ts';
import { type Streams, writeStreams } from './streams.ts';
import { Tmux } from './tmux.ts';

const quick = process.argv.includes('--quick');
const rounds = quick ? 1 : 5;
const extent: Extent = quick
  ? { presses: 100, megabytes: 10, windowMs: 1_000 }
  : { presses: 150, megabytes: 20, windowMs: 3_000 };
const panes = Array.from({ length: 16 }, (_, n) => `p${n + 1}`);

const folder = mkdtempSync(join(tmpdir(), 'o-panes-'));
const candidates: Candidate[] = [];
const servers: Children[] = [];
let closing: Promise<void> | null = null;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => void close().finally(() => process.exit(1)));

try {
  await run();
} finally {
  await close();
}

async function run(): Promise<void> {
  const streams = writeStreams(folder, extent.megabytes * 1e6);
  const subjects = await openAll();
  await eachOf(subjects, fill);
  for (let round = 0; round < rounds; round++) {
    // Nobody is always the first.
    const order = round % 2 === 0 ? subjects : subjects.toReversed();
    progress(`round ${round + 1} of ${rounds}`);
    await measureRound(order, streams);
  }
  report(subjects);
}

async function openAll(): Promise<readonly Subject[]> {
  const open = async (name: string, create: (socket: string) => Promise<Candidate | null>) => {
    const socket = join(folder, name);
    const children = await Children.listen(socket);
    servers.push(children);
    const candidate = await create(socket);
    if (candidate) candidates.push(candidate);
    return candidate && { candidate, children };
  };
  const opened = [await open('ours', OrchTui.open), await open('theirs', Tmux.open)].filter(
    (one) => one !== null,
  );
  const figures = new Figures(opened.map(({ candidate }) => candidate.name));
  return opened.map((one) => ({ ...one, names: panes, figures }));
}

async function fill(subject: Subject): Promise<void> {
  const { candidate, children } = subject;
  const [first = '', ...rest] = panes;
  progress(`starting ${panes.length} panes in ${candidate.name}`);
  await candidate.addPanes([first]);
  await children.told(first, 'ready');
  measureMemory(subject, 'daemons', '1 pane, 1000 lines printed');
  await candidate.addPanes(rest);
  await Promise.all(rest.map((name) => children.told(name, 'ready')));
  measureMemory(subject, 'daemons', '16 panes, 1000 lines printed');
}

async function measureRound(subjects: readonly Subject[], streams: Streams): Promise<void> {
  const looking = [];
  for (const subject of subjects) looking.push({ subject, outer: await measureStart(subject) });
  for (const { subject } of looking) measureMemory(subject, 'client', 'just opened');
  await Promise.all(subjects.map((subject) => measureRest(subject, extent)));
  for (const flooding of [0, 1, 3])
    await eachOf(looking, ({ subject, outer }) =>
      measureLatency(subject, outer, extent, streams.log, flooding),
    );
  await eachOf(looking, ({ subject, outer }) => measureBytes(subject, outer, extent, streams.log));
  for (const flooding of [3, 4])
    await eachOf(looking, ({ subject, outer }) =>
      measurePictures(subject, outer, extent, streams.log, flooding),
    );
  await eachOf(subjects, (subject) => measureWork(subject, extent));
  await eachOf(looking, ({ subject, outer }) => measureIngest(subject, outer, extent, streams));
  for (const { subject } of looking) measureMemory(subject, 'client', 'after floods');
  for (const subject of subjects) measureMemory(subject, 'daemons', '16 panes, after floods');
  await eachOf(subjects, ({ candidate }) => candidate.detach());
  await eachOf(subjects, (subject) => measureUnseen(subject, extent, streams));
}

/** One after the other: two at once would measure each other. Nothing more once all is being ended. */
async function eachOf<T>(all: readonly T[], act: (one: T) => Promise<void>): Promise<void> {
  for (const one of all) if (!closing) await act(one);
}

function report([first, ...others]: readonly Subject[]): void {
  if (!first) return;
  const programs = [first, ...others].map(({ candidate }) => candidate.name);
  const figures = first.figures.summary();
  const text = process.argv.includes('--json')
    ? JSON.stringify({ rounds, ...extent, programs, figures })
    : figuresTable(programs, figures);
  process.stdout.write(`${text}\n`);
}

function progress(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`${what}\n`);
}

/** Ends all that was started, once, whatever has become of it. */
function close(): Promise<void> {
  closing ??= (async () => {
    const ended = await Promise.allSettled(candidates.map((candidate) => candidate.close()));
    for (const children of servers) children.close();
    rmSync(folder, { recursive: true });
    for (const one of ended) if (one.status === 'rejected') process.stderr.write(`${one.reason}\n`);
  })();
  return closing;
}
