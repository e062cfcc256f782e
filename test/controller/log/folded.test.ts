import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { logEvents } from '../../../src/controller/log/logLines.ts';
import { encode } from '../../../src/core/trace.ts';
import type { DomainEvent, LogEvent } from '../../../src/features/log.ts';
import { applyEvent, emptyLogState, type LogState } from '../../../src/features/log.ts';
import { samples } from './samples.ts';

/** What logs are folded into, kept as texts: whoever moves the fold sees that its result stays. */

const fixtures = join(import.meta.dirname, 'fixtures');

it.each(['demo-run', 'richer-run'])('folds %s into the state that it always came to', async (name) => {
  const state = [...logEvents(join(fixtures, `${name}.jsonl`))].reduce(applyEvent, emptyLogState);
  await expect(textOf(state)).toMatchFileSnapshot(`fixtures/${name}.golden.txt`);
});

it('folds events of all kinds, of workers known and unknown, in any order', async () => {
  const digest = createHash('sha256');
  let state = emptyLogState;
  for (const event of allKinds(600)) {
    state = applyEvent(state, event);
    if (event.seq % 5 === 0) digest.update(textOf(state));
  }
  await expect(`${textOf(state)}${digest.digest('hex')}\n`).toMatchFileSnapshot(
    'fixtures/all-kinds.golden.txt',
  );
});

it('keeps what it knows where it does not know a kind of event', () => {
  const known = [...allKinds(300)].reduce(applyEvent, emptyLogState);
  const unknown = { v: 1, seq: 301, at: '2026-11-29T18:00:00.000Z', type: 'of-a-later-version' };
  expect(textOf(applyEvent(known, unknown as unknown as LogEvent))).toBe(textOf({ ...known, seq: 301 }));
});

/** A state with its fields in the order of their names. */
function textOf(state: LogState): string {
  const fields = Object.entries(state).sort(([a], [b]) => a.localeCompare(b));
  return `${JSON.stringify(
    encode(Object.fromEntries(fields), (text) => text),
    null,
    1,
  )}\n`;
}

/** Events of all kinds in an order by chance, the same each time. */
function* allKinds(count: number): Generator<LogEvent> {
  let seed = 7;
  const below = (n: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return Math.floor((seed / 0x8000_0000) * n);
  };
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  for (let seq = 1; seq <= count; seq++) {
    const at = new Date(Date.UTC(2026, 10, 22) + seq * 30_000).toISOString();
    yield { v: 1, seq, at, ...varied(pick(often), pick, below) } as LogEvent;
  }
}

/** Workers begin more often than they end, else there would be none. */
const often = [
  ...Object.values(samples),
  ...[
    samples.proposed,
    samples.started,
    samples.started,
    samples.observed,
    samples.observed,
    samples.updated,
  ],
];

const ids = ['backend/auth', 'backend/limits', 'web/login', 'orch/orchestrator'];

function varied(
  sample: DomainEvent,
  pick: <T>(list: readonly T[]) => T,
  below: (n: number) => number,
): DomainEvent {
  const id = pick(ids);
  const [repo = '', task = ''] = id.split('/');
  const change: Record<string, unknown> = {
    ...('id' in sample && { id }),
    ...('repo' in sample && { repo }),
    ...('task' in sample && { task }),
    ...('n' in sample && { n: below(20) }),
    ...('draft' in sample && { draft: { ...sample.draft, repo, task } }),
  };
  switch (sample.type) {
    case 'proposed':
      return { ...sample, ...change, kind: pick(['start', 'resume']) } as DomainEvent;
    case 'started':
    case 'resumed': {
      const ports = { first: 20_000 + 10 * below(9), count: 10 };
      const extra = { ...(below(2) && { ports }), ...(below(2) && { typed: true }) };
      return { ...sample, ...change, ...extra } as DomainEvent;
    }
    case 'start-failed': {
      const n = below(20);
      return { ...sample, ...change, proposal: { ...sample.proposal, n } } as DomainEvent;
    }
    case 'observed': {
      const state = pick(['idle', 'working', 'working', 'waiting', 'limited', 'needs-trust']);
      const asks = state === 'waiting' ? pick(['Bash: rm', null]) : null;
      const questions = { questions: [{ text: 'Bash: rm' }, { text: 'Edit', id: 'r1' }] };
      return {
        ...{ ...sample, ...change, state, asks },
        ...(state === 'waiting' && pick([{}, questions, { askedBefore: ['Edit: a'] }])),
        ...(state === 'limited' && below(2) && { until: '2026-11-23T00:00:00.000Z' }),
      } as DomainEvent;
    }
    case 'updated': {
      const minutes = pick([null, 5, 10]);
      return { ...sample, ...change, update: { ...sample.update, minutes } } as DomainEvent;
    }
    case 'note-sent': {
      const files = [{ path: pick(['a', 'b']), conflicts: true }];
      return {
        ...sample,
        ...change,
        ...(below(2) && { about: { worker: pick(ids), files } }),
      } as DomainEvent;
    }
    case 'notes-delivered':
      return { ...sample, ...change, upTo: below(20) } as DomainEvent;
    case 'notes-muted':
      return { ...sample, ...change, muted: pick([true, false]) } as DomainEvent;
    case 'remembered':
      return { ...sample, ...change, entry: below(9) } as DomainEvent;
    case 'finish-wished':
      return { ...sample, ...change, by: pick([null, 'orch/orchestrator']) } as DomainEvent;
    case 'spent':
      return { ...sample, ...change, run: 1 + below(3), total: below(100) / 4 } as DomainEvent;
    case 'tokens-counted': {
      const days = { '2026-11-22': { input: below(9), output: below(9), cacheRead: 0, cacheWrite: 0 } };
      return { ...sample, ...change, session: pick(['s', 't']), days } as DomainEvent;
    }
    case 'exited':
      return { ...sample, ...change, signal: pick([0, 9]), wanted: pick([true, false]) } as DomainEvent;
    case 'radar-turned': {
      const b = pick([...ids, null]);
      return { ...sample, ...change, a: id, b, verdict: pick(['conflict', 'clean']) } as DomainEvent;
    }
    case 'time-entered': {
      const entry = pick([null, { id: `T-${below(9)}`, minutes: 5 }]);
      return { ...sample, ...change, entry, measured: below(50), claimed: pick([null, 5]) } as DomainEvent;
    }
    case 'entry-written':
      return { ...sample, entry: `T-${below(9)}` };
    case 'billed':
      return { ...sample, number: `INV-${below(3)}` };
    case 'card-moved':
      return { ...sample, card: `B-${below(9)}` };
    default:
      return { ...sample, ...change } as DomainEvent;
  }
}
