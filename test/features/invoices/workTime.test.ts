import { describe, expect, it } from 'vitest';
import { parseUpdateBlock } from '../../../src/agents/updateBlock.ts';
import { owedMinutes, withAddedTime } from '../../../src/features/invoices/workTime.ts';
import {
  applyEvent,
  type DomainEvent,
  emptyLogState,
  type LogEvent,
  type LogState,
} from '../../../src/features/log.ts';

const id = 'backend/auth';
const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 10, minute)).toISOString();

/** Events with the minute at which each was written. */
function times(...told: readonly (readonly [number, DomainEvent])[]): LogState {
  return told.reduce<LogState>(
    (state, [minute, happening], n) =>
      applyEvent(state, { v: 1, seq: n + 1, at: at(minute), ...happening } as LogEvent),
    emptyLogState,
  );
}

const started = { type: 'started', id } as unknown as DomainEvent;
const seen = (state: 'working' | 'idle' | 'waiting'): DomainEvent => ({
  type: 'observed',
  id,
  state,
  asks: null,
});
const reported = (minutes: number | null) =>
  ({ type: 'updated', id, update: { minutes } }) as unknown as DomainEvent;
const finished: DomainEvent = { type: 'finished', id, into: 'develop', merge: 'm', backup: 'b' };

function owed(state: LogState) {
  const time = state.workTimes.get(id);
  return time && { ...owedMinutes(time), isOwed: time.isOwed };
}

describe('measured time', () => {
  it('counts work, without waiting, resting and questions', () => {
    const state = times(
      [0, started],
      [1, seen('working')],
      [11, seen('waiting')],
      [30, seen('working')],
      [35, seen('idle')],
      [90, finished],
    );
    expect(owed(state)).toEqual({ measured: 15, claimed: null, isOwed: true });
  });

  it('ends with the process, and with the finish', () => {
    const exited: DomainEvent = { type: 'exited', id, exitCode: 0, signal: 0 };
    expect(owed(times([0, started], [0, seen('working')], [7, exited], [9, finished]))?.measured).toBe(7);
    expect(owed(times([0, started], [0, seen('working')], [9, finished]))?.measured).toBe(9);
  });

  it('of a lost process ends with its latest event, not with the detection', () => {
    const state = times([0, started], [0, seen('working')], [12, reported(null)], [59, { type: 'lost', id }]);
    expect(owed(state)?.measured).toBe(12);
  });
});

describe('reported totals of one task', () => {
  /** Returns the reports as they would be recorded; old ones with the sums of earlier versions. */
  function told(...reports: readonly (string | number)[]) {
    return reports.reduce<{ state: LogState; open: readonly (string | undefined)[] }>(
      ({ state, open }, text, n) => {
        const draft = typeof text === 'string' ? parseUpdateBlock(`[WORKER UPDATE]\n${text}`) : null;
        const update = draft ? withAddedTime(draft, state.workTimes.get(id)) : { minutes: text };
        const event = { v: 1, seq: n + 2, at: at(n), type: 'updated', id, update } as LogEvent;
        return {
          state: applyEvent(state, event),
          open: [...open, draft?.openTime ?? (update as { openTime?: string }).openTime],
        };
      },
      { state: times([0, started]), open: [] },
    );
  }
  const claimed = (...reports: readonly (string | number)[]) =>
    told(...reports).state.workTimes.get(id)?.claimed;

  it.each([
    ['growing', ['Time: 1 hour', 'Time: 3 hours', 'Time: 8 hours'], 480],
    ['arriving twice', ['Time: 3 hours', 'Time: 3 hours'], 180],
    ['out of order', ['Time: 3 hours', 'Time: 1 hour', 'Time: 4 hours'], 240],
    ['lower than before', ['Time: 8 hours', 'Time: 6 hours'], 480],
    ['in days', ['Time: 1 day', 'Time: 1.5 days'], 720],
    ['unreadable', ['Time: 3 units'], null],
    ['unreadable after a readable one', ['Time: 2 hours', 'Time: 3 units'], 120],
    ['behind what an earlier version summed', [60, 180, 'Time: 8 hours'], 480],
    ['below what an earlier version summed', [60, 180, 480, 'Time: 8 hours'], 720],
    ['beside minutes since the last report', ['Time: 2 hours', 30, 'Time: 3 hours'], 180],
  ] as const)('%s', (_, reports, minutes) => {
    expect(claimed(...reports)).toBe(minutes);
  });

  it('are an open question where they went back, unless they were only late', () => {
    expect(told('Time: 8 hours', 'Time: 6 hours').open).toEqual([undefined, '6h 00m in all, after 8h 00m']);
    const later = 'Time: 3 hours\nTimestamp: 2026-11-20T12:00:00Z';
    const late = 'Time: 1 hour\nTimestamp: 2026-11-20T10:00:00Z';
    expect(told(later, late).open).toEqual([undefined, undefined]);
    expect(told(late, later, 'Time: 2 hours\nTimestamp: 2026-11-20T13:00:00Z').open[2]).toContain(
      '2h 00m in all',
    );
  });
});

describe('an entry of work time', () => {
  const entry = { id: 'T-1' } as never;
  const entered: DomainEvent = { type: 'time-entered', id, entry, measured: 5, claimed: 20 };

  it('is created once, and after an undo only for later work', () => {
    const first = [
      [0, started],
      [0, seen('working')],
      [5, seen('idle')],
      [6, reported(20)],
      [7, finished],
      [7, entered],
    ] as const;
    expect(owed(times(...first))).toEqual({ measured: 0, claimed: 0, isOwed: false });
    const again = times(...first, [8, { type: 'undone', id }], [9, seen('working')], [12, finished]);
    expect(owed(again)).toEqual({ measured: 3, claimed: 0, isOwed: true });
  });

  it('is known as written only once it is', () => {
    expect(times([0, started], [1, finished], [2, entered]).madeEntries.get('T-1')?.isWritten).toBe(false);
    const written = times(
      [0, started],
      [1, finished],
      [2, entered],
      [3, { type: 'entry-written', entry: 'T-1' }],
    );
    expect(written.madeEntries.get('T-1')?.isWritten).toBe(true);
  });
});
