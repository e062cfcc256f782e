import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openLog } from '../../../src/controller/log/log.ts';
import { logEvents, logLines } from '../../../src/controller/log/logLines.ts';
import { applyEvent, emptyLogState, eventFault, type LogEvent } from '../../../src/features/log.ts';
import { initialState, selectFacts } from '../../../src/features/state.ts';
import { eventText } from '../../../src/features/workers/show.ts';
import { pathsOf, withValue } from '../../support/wrongValues.ts';
import { config } from '../scene.ts';
import { samples } from './samples.ts';

const at = '2026-11-22T12:00:00.000Z';
const fixtures = join(import.meta.dirname, 'fixtures');

/** What a person writes by hand, a disk turns over, or a program of another kind puts there. */
const bad = [
  '{"type":"started"}',
  '{"type":"updated","id":"app/a"}',
  '{"type":"tokens-counted","id":"app/a"}',
  '{"type":"tokens-counted","id":"app/a","session":"s","days":{"2026-11-22":{"input":"1"}}}',
  '{"type":"time-entered","id":"app/a"}',
  '{"type":"time-entered","id":"app/a","entry":{"id":"T-1"},"measured":1,"claimed":null}',
  '{"type":"proposed","n":1}',
  '{"type":"proposed","n":1,"kind":"start","by":"person","sessionId":"s"}',
  '{"type":"observed","id":"app/a","state":"asleep","asks":null}',
  '{"type":"radar-turned","repo":"app","a":1,"b":null,"verdict":"conflict","files":[]}',
  '{"type":"spent","id":"app/a","day":"2026-11-22","run":1,"total":null}',
  '{"type":"start-failed","id":"app/a","problem":{},"proposal":null}',
];

it('skips lines of known types with wrong fields, leaves them in the file and tells of all once', () => {
  const root = mkdtempSync(join(tmpdir(), 'bad-lines-'));
  try {
    mkdirSync(join(root, '.orch'));
    const file = join(root, '.orch/log.jsonl');
    const good = readFileSync(join(fixtures, 'demo-run.jsonl'), 'utf8').trimEnd().split('\n');
    const lines = good.flatMap((line, n) => {
      const wrong = bad[n % bad.length]?.replace('{', `{"v":1,"seq":${n + 1},"at":"${at}",`);
      return [line, wrong ?? ''];
    });
    writeFileSync(file, `${lines.join('\n')}\n`);
    const before = readFileSync(file, 'utf8');
    let state = emptyLogState;
    const take = (event: LogEvent) => {
      state = applyEvent(state, event);
    };
    const log = openLog(file, take);
    expect(log.problems).toMatchObject([
      { code: 'log_damaged', message: expect.stringContaining(`${good.length} lines of`) },
    ]);
    expect(log.problems[0]?.message).toContain('line 2: started.id is not a text.');
    log.close();
    const whole = [...logEvents(join(fixtures, 'demo-run.jsonl'))].reduce(applyEvent, emptyLogState);
    expect(state).toEqual(whole);
    const again = openLog(file, take);
    expect(again.problems).toEqual([]);
    again.close();
    expect(readFileSync(file, 'utf8')).toBe(before);
  } finally {
    rmSync(root, { recursive: true });
  }
});

it('reads every shape in which events were ever written', () => {
  for (const name of ['demo-run', 'richer-run', 'earlier-shapes']) {
    const faults = [...logLines(join(fixtures, `${name}.jsonl`))].filter(({ event }) => event === null);
    expect(faults, name).toEqual([]);
  }
  const state = [...logEvents(join(fixtures, 'earlier-shapes.jsonl'))].reduce(applyEvent, emptyLogState);
  expect(state.workers.get('app/asks')?.questions.map(({ text }) => text)).toEqual(['Edit: a', 'Bash: rm']);
  expect([...state.workers.keys(), ...state.ended.map(({ id }) => id)]).toEqual([
    ...['app/asks', 'app/later', 'orchestrator'],
    ...['app/first', 'app/gone', 'app/again'],
  ]);
});

it('folds, shows and tells whatever the check lets through, with any field wrong or missing', () => {
  const values = [undefined, null, [], {}, 'x', '', -1, 1.5, 1e300, true, [null], [{}], { a: {} }, '\u202e'];
  let taken = 0;
  const tryOne = (event: LogEvent) => {
    if (eventFault(event)) return;
    taken += 1;
    const before = [samples.started, samples.proposed, samples.finished, samples.started];
    const past = [...before, samples.spent, event, samples.observed, samples.updated, samples.finished]
      .map((one, n) => ({ v: 1, seq: n + 1, at, ...one }) as LogEvent)
      .reduce(applyEvent, emptyLogState);
    selectFacts(initialState(config, past));
    eventText(event, 'backend/auth');
  };
  const memory = { kind: 'lesson', content: 'c', tags: ['t'], metadata: { a: 1 } } as const;
  const { branch: _, ...update } = samples.updated.update;
  const changed = {
    remembered: { ...samples.remembered, memory },
    updated: { ...samples.updated, update },
  };
  for (const sample of Object.values({ ...samples, ...changed })) {
    const event = { v: 1, seq: 9, at, ...sample } as unknown as LogEvent;
    for (const path of pathsOf(sample).filter(([first]) => first !== 'type'))
      for (const value of values) tryOne(withValue(event, path, value));
    const later = { ...event, ofALaterVersion: { a: 1 } };
    expect(eventFault(later), sample.type).toBeNull();
  }
  expect(taken).toBeGreaterThan(300);
});
