import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { update } from '../controller/update/update.ts';
import { Replay, type Replayable, type Replayed } from '../core/replay.ts';
import { decode, type TracedProcess, type TraceLine } from '../core/trace.ts';
import { refuse } from '../core/verb.ts';
import { applyEvent, type LogEvent } from '../features/log.ts';
import type { ControllerState } from '../features/state.ts';
import { whyOf } from '../lib/result.ts';
import { PersistentMap } from '../lib/store.ts';
import { updateApp } from '../tui/update.ts';
import type { AppState } from '../ui/state.ts';
import { exitCodes, type Output } from './output.ts';

interface ProcessReport extends Replayed {
  readonly process: TracedProcess;
  readonly pid: number;
  /** Times of drawing in milliseconds; absent where nothing was drawn. */
  readonly frames?: { readonly count: number; readonly median: number; readonly slowest: number };
}

/** `replay FILE`: runs recorded messages through the update functions and reports whether the results are the same. */
export async function replayTrace(out: Output, file: string): Promise<void> {
  const runs = await runsIn(file);
  if (runs.length === 0)
    refuse('no_trace', `${file} holds no trace.`, 'Write one with: ORCH_TRACE=FILE orch-tui');
  const processes = runs.map(
    ({ process, pid, replay, frames }): ProcessReport => ({
      ...{ process, pid, ...replay.end() },
      ...(frames.length > 0 && { frames: summary(frames) }),
    }),
  );
  const isSame = processes.every(({ difference }) => difference === null);
  out.result({ same: isSame, processes }, processes.map(textOf).join('\n'));
  if (!isSame) process.exitCode = exitCodes.refused;
}

/** The trace of one process. */
interface Run {
  readonly process: TracedProcess;
  readonly pid: number;
  readonly replay: Replay<object>;
  readonly frames: number[];
}

async function runsIn(file: string): Promise<readonly Run[]> {
  const runs: Run[] = [];
  const open = new Map<string, Run>();
  for await (const line of linesOf(file)) {
    const name = `${line.process} ${line.pid}`;
    let run = open.get(name);
    // A later process may have the pid of an earlier one.
    if (!run || line.kind === 'open') {
      run = {
        process: line.process,
        pid: line.pid,
        replay: new Replay(programs[line.process]),
        frames: [],
      };
      open.set(name, run);
      runs.push(run);
    }
    if (line.kind === 'open') process.env.TZ = line.zone;
    if (line.kind === 'frame') run.frames.push(line.ms);
    else run.replay.take(line);
  }
  return runs;
}

const controllerLoop: Replayable<ControllerState> = {
  revive: (recorded) => decode(recorded, (map) => new PersistentMap(map)) as object,
  update,
  fold: (state, events) =>
    events.length === 0
      ? state
      : { ...state, log: (events as readonly LogEvent[]).reduce(applyEvent, state.log) },
};

const roomLoop: Replayable<AppState> = {
  revive: (recorded) => decode(recorded) as object,
  update: (state, message) => ({ ...updateApp(state, message), events: [] }),
  fold: (state) => state,
};

const programs: Readonly<Record<TracedProcess, Replayable<object>>> = {
  controller: controllerLoop as unknown as Replayable<object>,
  room: roomLoop as unknown as Replayable<object>,
};

/** Yields the lines of a trace and skips one that a killed process left incomplete. */
async function* linesOf(file: string): AsyncGenerator<TraceLine> {
  const input = createReadStream(file);
  // The reader below throws the error, too; without a listener it would end the process.
  input.on('error', () => {});
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      const line = parse(text);
      if (line) yield line;
    }
  } catch (error) {
    refuse('trace_unreadable', `${file} cannot be read: ${whyOf(error)}`);
  }
}

function parse(text: string): TraceLine | null {
  try {
    const line = JSON.parse(text) as Partial<TraceLine> | null;
    return line?.process !== undefined && Object.hasOwn(programs, line.process) ? (line as TraceLine) : null;
  } catch {
    // Not JSON: the rest of a line that was cut off.
    return null;
  }
}

function summary(times: readonly number[]): NonNullable<ProcessReport['frames']> {
  const sorted = times.toSorted((a, b) => a - b);
  return { count: sorted.length, median: sorted[sorted.length >> 1] ?? 0, slowest: sorted.at(-1) ?? 0 };
}

function textOf({
  process,
  pid,
  messages,
  replayed,
  withheld,
  events,
  effects,
  difference,
  frames,
}: ProcessReport) {
  const lines = [
    `${process} (pid ${pid}): ${replayed} of ${messages} messages replayed, ${events} events and ${effects} effects came out the same.`,
    ...(withheld > 0 ? [`  ${withheld} not replayed: their content is not in the trace.`] : []),
    ...(frames
      ? [`  ${frames.count} frames: ${frames.median} ms in the middle, ${frames.slowest} ms at most.`]
      : []),
  ];
  if (!difference) return lines.join('\n');
  const { n, message, of, recorded, replayed: is } = difference;
  return [
    ...lines,
    `  Message ${n} (${message}) comes to another ${of}:`,
    `    recorded ${JSON.stringify(recorded)}`,
    `    replayed ${JSON.stringify(is)}`,
  ].join('\n');
}
