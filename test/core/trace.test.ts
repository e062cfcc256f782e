import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Replay, type Replayable } from '../../src/core/replay.ts';
import {
  blank,
  decode,
  encode,
  hideAll,
  hideByDigest,
  openTrace,
  type TraceLine,
} from '../../src/core/trace.ts';
import { PersistentMap, Store } from '../../src/lib/store.ts';

interface Counter {
  readonly sum: number;
  readonly note: string;
}
type Message =
  | { readonly type: 'add'; readonly n: number; readonly text: string }
  | { readonly type: 'key'; readonly raw: string };

/** Adds numbers and repeats its input. */
const update = ({ sum, note }: Counter, message: Message) => {
  if (message.type === 'key')
    return {
      state: { sum, note: note + message.raw },
      events: [],
      effects: [{ type: 'input', bytes: message.raw }],
    };
  const next = { sum: sum + message.n, note: message.text };
  const event = { type: 'added', n: message.n, text: message.text };
  return {
    state: next,
    events: [event],
    effects: [{ type: 'say', sum: next.sum, text: `now ${message.text}` }],
  };
};

const program: Replayable<Counter> = {
  revive: (told) => decode(told) as object,
  update: (state, message) => update(state, message),
  fold: (state) => state,
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trace-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const fileOf = () => join(folder, 'trace.jsonl');
const open = (env: Record<string, string> = {}) =>
  openTrace<Counter, Message>({
    ...{ process: 'room', version: '1.0.0', hidesState: true },
    env: { ORCH_TRACE: fileOf(), ...env },
    tracesContent: ({ type }) => type !== 'key',
  });

/** Dispatches messages to a traced store. @returns the lines of the trace */
function traced(messages: readonly Message[], env?: Record<string, string>): TraceLine[] {
  const trace = open(env);
  if (!trace.ok || !trace.value) throw new Error('no trace');
  const { value } = trace;
  const state = { sum: 0, note: '' };
  value.begin(state);
  const store = new Store({
    ...{ state, update, observer: value, run: () => {}, settled: () => {} },
    commit: (step: ReturnType<typeof update>) => step,
  });
  for (const message of messages) store.dispatch(message);
  return lines();
}

const text = () => readFileSync(fileOf(), 'utf8');
const lines = () =>
  text()
    .trim()
    .split('\n')
    .map((line): TraceLine => JSON.parse(line));

function replay(recorded: readonly TraceLine[]) {
  const replayed = new Replay(program);
  for (const line of recorded) replayed.take(line);
  return replayed.end();
}

describe('a trace', () => {
  it('says which process did what, and only its user can read it', () => {
    const recorded = traced([{ type: 'add', n: 1, text: 'a word' }]);
    expect(recorded.map(({ kind }) => kind)).toEqual(['open', 'state', 'message', 'event', 'effect']);
    expect(recorded.every((line) => line.process === 'room' && line.pid === process.pid)).toBe(true);
    expect(statSync(fileOf()).mode & 0o777).toBe(0o600);
  });

  it('takes away the right to read it of a file that is there', () => {
    writeFileSync(fileOf(), '', { mode: 0o644 });
    traced([]);
    expect(statSync(fileOf()).mode & 0o777).toBe(0o600);
  });

  it('follows no link, and is written where none is asked for', () => {
    writeFileSync(join(folder, 'other'), 'mine');
    symlinkSync(join(folder, 'other'), fileOf());
    expect(open()).toMatchObject({ ok: false, problem: { code: 'trace_not_written' } });
    expect(readFileSync(join(folder, 'other'), 'utf8')).toBe('mine');
    expect(open({ ORCH_TRACE: '' })).toEqual({ ok: true, value: null });
  });

  it('tells no keys, no words and no secrets of the environment', () => {
    traced(
      [
        { type: 'key', raw: 'k' },
        { type: 'key', raw: 'canary-typed' },
        { type: 'add', n: 1, text: 'canary-word' },
      ],
      { SOME_TOKEN: 'room', OTHER_SECRET: '1.0.0-no', THIRD_API_KEY: 'canary-word' },
    );
    expect(text()).not.toMatch(/canary|"k"/);
    expect(lines().find(({ kind }) => kind === 'change')).toMatchObject({ change: { note: blank } });
  });

  it('leaves out a secret even where a field is kept', () => {
    const trace = open({ DEPLOY_TOKEN: 'canary-"secret"' });
    if (!trace.ok || !trace.value) throw new Error('no trace');
    trace.value.begin({ sum: 0, note: '', id: 'a canary-"secret" b' } as never);
    expect(text()).toContain(`"id":"a ${blank} b"`);
  });
});

describe('a replay', () => {
  const messages: Message[] = [
    { type: 'add', n: 1, text: 'one' },
    { type: 'key', raw: 'x' },
    { type: 'add', n: 2, text: 'two' },
  ];

  it('reproduces the trace, and counts messages that cannot be replayed', () => {
    expect(replay(traced(messages))).toEqual({
      ...{ messages: 3, replayed: 2, withheld: 1, events: 2, effects: 2, difference: null },
    });
  });

  it('finds the first difference', () => {
    const recorded = traced(messages).map((line) =>
      line.kind === 'effect' && line.n === 3
        ? { ...line, effect: { ...(line.effect as object), sum: 4 } }
        : line,
    );
    expect(replay(recorded).difference).toMatchObject({
      ...{ n: 3, message: 'add', of: 'effect', recorded: { sum: 4 }, replayed: { sum: 3 } },
    });
  });

  it('finds an event that is missing, and a fault', () => {
    const recorded = traced(messages);
    const without = recorded.filter(({ kind }) => kind !== 'event');
    expect(replay(without).difference).toMatchObject({ n: 1, of: 'event', recorded: null });
    const odd = recorded.map((line) => (line.kind === 'message' ? { ...line, message: null } : line));
    expect(replay(odd).difference).toMatchObject({ n: 1, of: 'fault' });
  });
});

describe('a hidden value', () => {
  it('comes back with its maps and sets, and equal texts stay equal', () => {
    const hide = hideByDigest((one) => Buffer.from(`${one}${one}${one}`).toString('hex'));
    const value = {
      map: new Map([['a', { text: 'secret', state: 'idle' }]]),
      set: new Set(['x']),
      ledger: new PersistentMap<string, number>().with('k', 1),
      said: 'secret',
      at: '2026-11-22T10:00:00.000Z',
      title: '✳ secret',
      none: undefined,
    };
    const told = JSON.parse(JSON.stringify(encode(value, hide)));
    expect(JSON.stringify(told)).not.toContain('secret');
    const back = decode(told, (map) => new PersistentMap(map)) as typeof value;
    expect(back.map.get('a')).toEqual({ text: back.said, state: 'idle' });
    expect(back.ledger.with('l', 2).get('k')).toBe(1);
    expect(back.set.size).toBe(1);
    expect(back.at).toBe(value.at);
    expect(back.title).toMatch(/^✳ ‹/);
  });

  it('tells nothing where all is hidden', () => {
    expect(encode({ text: 'a', note: ['b', 'c'], n: 1 }, hideAll)).toEqual({
      text: blank,
      note: [blank, blank],
      n: 1,
    });
  });
});
