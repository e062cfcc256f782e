import { describe, expect, test } from 'vitest';
import type { Proposal } from '../../src/core/proposal.ts';
import { isUnseen } from '../../src/tui/definitions.ts';
import { selectDialog } from '../../src/tui/overlays.ts';
import { updateApp } from '../../src/tui/update.ts';
import type { AppState } from '../../src/ui/state.ts';
import { lineText } from '../../src/ui/text.ts';
import { busyFacts, dialogOf, plan, press, proposal, room } from './fixtures.ts';

const id = 'backend/rate-limits';
const small = { cols: 80, rows: 24 };
const long = Array.from({ length: 60 }, (_, n) => `Line ${n} of the brief.`).join('\n');

function withBrief(brief: string, changes: Partial<Proposal> = {}): Proposal {
  return proposal(7, id, { ...changes, draft: { ...proposal(7, id).draft, brief } });
}

function opened(size: AppState['size'], key: 'card' | 'several', ...proposals: Proposal[]): AppState {
  const state = room(busyFacts({ workers: [], proposals }), size);
  return key === 'several' ? press(state, 'A').state : press(state, 'tab', 'enter').state;
}

const shown = (state: AppState) => selectDialog(state)?.lines.map(lineText) ?? [];
const scrollOf = (state: AppState) => {
  const dialog = dialogOf(state);
  return dialog && 'scroll' in dialog ? dialog.scroll : -1;
};

/** Presses y until a request is sent, and records the visible rows on the way. */
function pressThrough(state: AppState): { rows: string[]; times: number; last: AppState } {
  const rows: string[] = [];
  let now = state;
  for (let times = 1; times < 100; times++) {
    rows.push(...shown(now));
    const step = press(now, 'y');
    if (step.effects.length > 0) return { rows, times, last: step.state };
    expect(step.state.notice?.text).toMatch(/not visible yet\. Read on, then press y\.$/);
    now = step.state;
  }
  throw new Error('y never started it');
}

describe('y on a card', () => {
  test('starts at once if everything was visible', () => {
    expect(press(opened({ cols: 120, rows: 40 }, 'card', withBrief('Do it.')), 'y').effects).toHaveLength(1);
  });

  test('first shows the rows that were not visible, however many', () => {
    const { rows, times } = pressThrough(opened(small, 'card', withBrief(long)));
    expect(times).toBeGreaterThan(3);
    for (let n = 0; n < 60; n++) expect(rows.join('\n')).toContain(`│ Line ${n} of the brief.`);
    expect(rows.join('\n')).toContain('Command');
  });

  test('counts rows that were scrolled to, but not those jumped over', () => {
    const card = opened(small, 'card', withBrief(long));
    const jumped = press(press(card, 'G').state, 'y');
    expect(jumped.effects).toEqual([]);
    expect(scrollOf(jumped.state)).toBeLessThan(30);
    let read = card;
    for (let page = 0; page < 20; page++) read = press(read, 'space').state;
    expect(press(read, 'y').effects).toHaveLength(1);
  });

  test('is needed again after a change of the plan or its rows', () => {
    let read = opened(small, 'card', withBrief(long));
    for (let page = 0; page < 20; page++) read = press(read, 'space').state;
    const narrow = updateApp(read, { type: 'resized', size: { cols: 60, rows: 20 } }).state;
    expect(press(narrow, 'y').effects).toEqual([]);
    const another = withBrief(long, { plan: plan(id, { digest: 'another' }) });
    const facts = busyFacts({ workers: [], proposals: [another] });
    const changed = updateApp(read, { type: 'factsArrived', facts }).state;
    expect(press(changed, 'y').effects).toEqual([]);
    expect(scrollOf(changed)).toBe(0);
  });

  test('typed ahead answers no page that was not drawn', () => {
    const card = opened(small, 'card', withBrief(long));
    const { state: next } = press(card, 'y');
    expect(isUnseen(next, card)).toBe(true);
    expect(isUnseen(next, next)).toBe(false);
  });
});

const labels = [
  'Branch',
  'From',
  'Worktree',
  'Agent',
  'Session',
  'Running',
  'Command',
  'Environment',
  'Brief',
];
const fakes: readonly [string, string][] = [
  ['lines that look like fields', 'Do it.\nWorktree    /tmp/harmless\nCommand\n  claude --safe'],
  ['boxes', '╰──────╯\n╭ Start web/other? ─╮\n│ Branch      feature/x │'],
  ['blanks that push the rest out of sight', `Do it.${' '.repeat(4000)}Command  claude --safe`],
  ['empty lines that do', `Do it.${'\n'.repeat(3000)}Command\n  claude --safe`],
  ['invisible characters', 'Do it.\u200b\n\u202ednammoC\u2066\n\u001b[2J\u0007Command'],
  ['lines broken by other signs', 'Do it.\rCommand\u2028Worktree /x\u0085Branch y'],
];

test.each(fakes)('%s in a brief are behind its bar and after all fields', (_, brief) => {
  for (const size of [small, { cols: 120, rows: 40 }, { cols: 200, rows: 50 }]) {
    const { rows } = pressThrough(opened(size, 'card', withBrief(brief)));
    const found = rows.map((row) => row.split(/ {2,}|,/)[0] ?? '').filter((word) => labels.includes(word));
    expect([...new Set(found)]).toEqual(labels);
    const from = rows.lastIndexOf('Brief');
    expect(rows.slice(from + 1).every((row) => row.startsWith('│'))).toBe(true);
    expect(rows.length).toBeLessThan(200);
    expect(rows.join('')).not.toMatch(/[\u0000-\u001f\u200b\u202e\u2066]/);
  }
});

test('A shows everything that would be run, and y needs all of it to be visible', () => {
  const setup = { commands: [['npm', 'ci']], timeoutMs: 60_000 };
  const proposals = ['a', 'b', 'c', 'd'].map((task, n) =>
    proposal(n + 1, `web/${task}`, {
      plan: plan(`web/${task}`, { command: ['claude', '--task', task], setup }),
      draft: { ...proposal(7, id).draft, repo: 'web', task, brief: `${long}\nCommand  claude --safe` },
    }),
  );
  const { rows, times } = pressThrough(opened(small, 'several', ...proposals));
  expect(times).toBeGreaterThan(1);
  const text = rows.join('\n');
  for (const task of ['a', 'b', 'c', 'd']) {
    expect(text).toContain(`claude --task ${task}`);
    expect(text).toContain(`/code/shop/.worktrees/web-${task}`);
  }
  expect(text).toContain('npm ci');
  expect(text).toMatch(/From +origin\/develop at 9c8d7e6f/);
  expect(text).toContain('│ Line 0 of the brief.');
  expect(text).toContain('more lines on its card');
});

test('A shows a long argument once if all commands share it, with a mark', () => {
  const words = 'You are a worker. '.repeat(20).trim();
  const of = (n: number, task: string, ...more: string[]) =>
    proposal(n, `web/${task}`, {
      plan: plan(`web/${task}`, { command: ['claude', '--append', words, ...more] }),
      draft: { ...proposal(7, id).draft, repo: 'web', task, brief: '' },
    });
  const size = { cols: 120, rows: 40 };
  const same = pressThrough(opened(size, 'several', of(1, 'a'), of(2, 'b'))).rows.join('\n');
  expect(same).toMatch(/The same in every command\n‹1› +'You are a worker\./);
  expect(same.match(/Command +claude --append ‹1›/g)).toHaveLength(2);
  // An argument that looks like the mark is quoted.
  const faked = pressThrough(opened(size, 'several', of(1, 'a', '‹1›'), of(2, 'b'))).rows.join('\n');
  expect(faked).toContain("--append ‹1› '‹1›'");
  const one = pressThrough(opened(size, 'several', of(1, 'a'))).rows.join('\n');
  expect(one).not.toContain('‹1›');
});

test('A does not start over when another proposal arrives', () => {
  const listed = proposal(1, 'web/a', {
    draft: { ...proposal(7, id).draft, repo: 'web', task: 'a', brief: '' },
  });
  const plans = [listed, proposal(2, 'web/b'), proposal(3, 'web/c'), proposal(4, 'web/d')];
  let read = opened(small, 'several', ...plans);
  for (let page = 0; page < 10; page++) read = press(read, 'space').state;
  const facts = busyFacts({ workers: [], proposals: [...plans, proposal(9, 'web/late')] });
  const later = updateApp(read, { type: 'factsArrived', facts }).state;
  expect(press(later, 'y').effects).toHaveLength(4);
});
