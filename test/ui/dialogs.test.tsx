import { renderToString } from 'ink';
import { expect, test } from 'vitest';
import type { Facts } from '../../src/core/facts.ts';
import type { Update } from '../../src/core/worker.ts';
import { gridToText } from '../../src/terminal/screen.ts';
import { pictureOf } from '../../src/tui/picture.tsx';
import { updateApp } from '../../src/tui/update.ts';
import { Chrome } from '../../src/ui/chrome.ts';
import { type AppState, initialAppState } from '../../src/ui/state.ts';
import {
  busyFacts,
  facts,
  minutesAgo,
  now,
  plan,
  press,
  proposal,
  repo,
  room,
  type,
  worker,
} from '../tui/fixtures.ts';
import { withoutLooks } from './looks.ts';
import { Room } from './Room.tsx';
import * as scenes from './scenes.ts';

const size = { cols: 100, rows: 30 };

/** Draws states in turn on one screen. */
function open(first: AppState): { show(state: AppState): string } {
  const chrome = new Chrome(first.size.cols, first.size.rows);
  const show = (state: AppState) => {
    chrome.draw(pictureOf(state, false));
    return gridToText(chrome.grid);
  };
  show(first);
  return { show };
}

function shown(state: AppState): string {
  return open(state).show(state);
}

/** Returns the rows of the frame that contain all these words. */
function row(frame: string, ...words: string[]): string {
  return frame.split('\n').find((line) => words.every((word) => line.includes(word))) ?? '';
}

test('one terminal shows dialog after dialog without remains of the one before', () => {
  const { show } = open(scenes.busy(size));
  expect(show(scenes.card(size))).toContain('Start backend/rate-limits?');
  const rejecting = press(scenes.card(size), 'n').state;
  const second = show(rejecting);
  expect(second).toContain('Reject backend/rate-limits?');
  expect(second).not.toContain('Start backend/rate-limits?');
  const third = show(press(rejecting, 'escape', 'l').state);
  expect(third).not.toContain('Reject');
  expect(third).toContain('Needs you (3)');
});

test('the card names every effect of a yes', () => {
  const frame = shown(scenes.card(size));
  for (const part of ['feature/rate-limits', 'origin/develop at 9c8d7e6f', 'Sign tokens', 'claude (default)'])
    expect(frame).toContain(part);
  for (const part of ['.worktrees/backend-rate-limits', 'Answer 429', '--session-id', 'HOME LANG PATH'])
    expect(frame).toContain(part);
});

test('a card without develop offers to create it', () => {
  const lonely = repo('web', { branch: 'main', base: 'main', hasDevelop: false });
  const warnings = ['There is no develop branch; main is used.'];
  const open = proposal(3, 'web/cart', { plan: plan('web/cart', { warnings }) });
  const card = press(room(facts({ repos: [lonely], proposals: [open] }), size), 'tab', 'enter').state;
  expect(shown(card)).toContain('D create develop');
  expect(shown(card)).toContain('! There is no develop branch; main is used.');
  const asked = shown(press(card, 'D').state);
  expect(asked).toContain('Create develop in web?');
  expect(asked).toContain('would begin where main is now');
});

test('a card whose agent is missing names the key for another agent, if there is one', () => {
  const hint = 'Install Claude Code: npm install -g @anthropic-ai/claude-code';
  const problem = { code: 'agent_missing', message: 'The program of agent "claude" was not found.', hint };
  const frame = (kind: 'start' | 'resume') =>
    shown(
      press(
        room(facts({ proposals: [proposal(3, 'web/cart', { kind, plan: null, problem })] }), size),
        'tab',
        'enter',
      ).state,
    );
  expect(frame('start')).toContain('Or choose another agent, such as demo, with e.');
  expect(frame('resume')).toContain(hint);
  expect(frame('resume')).not.toContain('another agent');
});

test('a form shows problems during typing, in their fixed place', () => {
  const form = press(scenes.busy(size), 'n').state;
  const good = shown(type(form, 'fix-migration').state);
  const bad = shown(type(form, 'fix..migration').state);
  expect(good).not.toContain('!');
  expect(bad).toContain('! "fix..migration" cannot be a task name');
  expect(bad).toContain('Use something like fix.migration.');
  expect(bad.split('\n')).toHaveLength(good.split('\n').length);
  expect(row(bad, '╰')).toBe(row(good, '╰'));
});

test('a pending preview shows only esc, and an arrived one its answers', () => {
  const asked = press(scenes.busy(size), 'f').state;
  expect(row(shown(asked), '╰', 'esc')).toContain('esc close');
  expect(shown(asked)).not.toContain('y merge');
  expect(row(shown(scenes.finishing(size)), '╰', 'merge')).toContain('y merge  ctrl-r look again  n no');
});

test('a name that must be typed appears behind the prompt', () => {
  const typed = type(scenes.cleaning(size), 'user-').state;
  expect(row(shown(typed), 'to confirm')).toContain('Type user-auth to confirm: user-');
  expect(shown(typed)).not.toContain('n no');
});

test('hostile names and output of git are shown as text', () => {
  const state = scenes.finishing(size, { uncommitted: ['a\u001b[2J\u202eb\u200b.ts', '\u0301x'] });
  const frame = withoutLooks(renderToString(<Room state={state} color={false} />, { columns: size.cols }));
  expect(frame).toContain('a [2J<U+202E>b<U+200B>.ts');
  expect(frame.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u200b\u202e]/u);
});

test('all notices are listed, latest first, with their hints', () => {
  const notices: Facts['notices'] = [
    { code: 'log_damaged', message: 'Line 7 of the log was set aside.' },
    { code: 'config_invalid', message: 'The configuration cannot be read.', hint: 'Mend it.' },
  ];
  const frame = shown(press(room(busyFacts({ notices }), size), '!').state);
  expect(frame.indexOf('The configuration')).toBeLessThan(frame.indexOf('Line 7'));
  expect(frame).toContain('Mend it.');
});

test('a pane shows the last message of a resting worker and the question of a waiting one', () => {
  const said = { at: minutesAgo(3), text: 'The migration is fixed.\nTests pass.' };
  const workers = [
    worker('web/a', { state: 'idle', said }),
    worker('web/b', { state: 'waiting', asks: 'Bash: npm test', said }),
    worker('web/c', { state: 'working', said }),
  ];
  const { show } = open(scenes.busy(size));
  const at = (keys: string[]) =>
    show(
      press(room(facts({ repos: [repo('web')], workers }), { cols: 100, rows: 60 }), '-', '-', ...keys).state,
    );
  expect(row(at([]), '╭', 'web/a')).toContain('idle 12m: The migration is fixed. Tests p');
  expect(row(at(['j']), '╭', 'web/b')).toContain('waiting 12m: Bash: npm test');
  expect(row(at(['j', 'j']), '╭', 'web/c')).not.toContain('migration');
});

test('a pane shows what its agent lacks, and the end of its limit', () => {
  const tonight = new Date(new Date(now).setHours(23, 59)).toISOString();
  const workers = [
    worker('web/a', { state: 'idle', agent: 'codex' }),
    worker('web/b', { state: 'limited', limitedUntil: tonight }),
  ];
  const { workspace } = facts();
  const lacks = { codex: ['hooks', 'tools'] } as const;
  const given = facts({ repos: [repo('web')], workers, workspace: { ...workspace, lacks } });
  const frame = shown(room(given, { cols: 180, rows: 40 }));
  expect(row(frame, '╭', 'web/a')).toContain('1 web/a ○ idle 12m no hooks ─');
  expect(row(frame, '╭', 'web/b')).toMatch(/2 web\/b ◇ limited 12m ─+ limit until 23:59 /);
});

test('the list shows the pane numbers of workers if there are several panes', () => {
  const frame = shown(scenes.busy({ cols: 100, rows: 60 }));
  expect(frame).toContain('›1 ● user-auth');
  expect(shown(scenes.busy({ cols: 100, rows: 20 }))).toContain('› ● user-auth');
});

test('without workers the largest pane shows the next steps', () => {
  const waiting = room(facts({ repos: [repo('web')], proposals: [proposal(1, 'web/a')] }), size);
  expect(shown(waiting)).toContain('tab  1 proposal to look at; ↵ opens one');
});

test('the header shows a lost connection, and the last known facts stay', () => {
  const frame = shown(scenes.lost(size));
  expect(frame).toContain('connection lost, trying again …');
  expect(frame).toContain('user-auth');
  expect(shown(initialAppState(size, now))).toContain('connecting …');
});

test('a refusal of several lines gets a dialog of its own', () => {
  const frame = shown(scenes.problem(size));
  expect(frame).toContain('That did not work');
  expect(frame).toContain('fatal: could not parse');
  expect(frame).toContain('Run git fsck.');
});

test('a disabled key shows the reason in the footer', () => {
  const frame = shown(press(scenes.empty(size), 'f').state);
  expect(frame.split('\n').at(-1)).toContain('Select a worker first.');
  expect(updateApp(scenes.empty(size), { type: 'ticked', now }).state.notice).toBeNull();
});

test('the timeline lists reports of a worker and messages to it, newest first', () => {
  const id = 'web/checkout';
  const nothing = { done: [], next: [], blockers: [], minutes: null, percent: null, readyToMerge: false };
  const updates: Update[] = [
    {
      ...nothing,
      worker: id,
      at: minutesAgo(2),
      status: 'blocked',
      summary: 'No key',
      blockers: ['the API key'],
    },
    { ...nothing, worker: id, at: minutesAgo(30), status: 'working', summary: 'Cart works', percent: 40 },
  ];
  const note = {
    n: 1,
    from: 'backend/auth',
    to: id,
    at: minutesAgo(9),
    text: 'I renamed\nUser.',
    deliveredAt: null,
  };
  const workers = [worker(id, { state: 'idle', update: updates[0] ?? null })];
  const step = press(
    room(facts({ repos: [repo('web')], workers, notes: [note], muted: [id] }), size),
    'j',
    't',
  );
  const effect = step.effects.find(({ type }) => type === 'request');
  if (effect?.type !== 'request' || effect.method !== 'updates') throw new Error('not asked for');
  const result = { ok: true, value: updates } as const;
  const { params, tag } = effect;
  const { state } = updateApp(step.state, { type: 'answered', method: 'updates', params, tag, result });
  const frame = shown(state);
  const places = [
    'Timeline of web/checkout',
    'no messages',
    'ago  blocked',
    'Blocked by',
    'from backend/auth, not read yet',
    'User.',
    'working 40%',
  ];
  const found = places.map((text) => frame.indexOf(text));
  expect(found).not.toContain(-1);
  expect(found).toEqual(found.toSorted((a, b) => a - b));
  expect(press(state, 'm').effects).toMatchObject([{ method: 'muteNotes', params: { id, muted: false } }]);
  expect(press(state, 'escape').state.focus.at).toBe('list');
});
