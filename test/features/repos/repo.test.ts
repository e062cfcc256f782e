import { expect, test } from 'vitest';
import type { BranchStatus, WorktreeStatus } from '../../../src/core/repo.ts';
import { selectDialog } from '../../../src/tui/overlays.ts';
import { updateApp } from '../../../src/tui/update.ts';
import type { AppState } from '../../../src/ui/state.ts';
import { lineText } from '../../../src/ui/text.ts';
import { busyFacts, dialogOf, facts, press, repo, room } from '../../tui/fixtures.ts';
import { branchOf, detailsOf, withDetails } from './repoFixtures.ts';

const onRepo = press(room(busyFacts()), 'g').state;

function rowsOf(state: AppState): string[] {
  return (selectDialog(state)?.lines ?? []).map(lineText);
}

/** The row of the open dialog that begins with this. */
function rowOf(state: AppState, start: string): string {
  return (
    rowsOf(state)
      .find((row) => row.trimStart().startsWith(start))
      ?.trim() ?? ''
  );
}

test('enter on a repository asks for all of it, and shows at once what is known', () => {
  const asked = press(onRepo, 'enter');
  expect(asked.effects).toMatchObject([{ method: 'repoDetails', params: { repo: 'backend' } }]);
  expect(rowOf(asked.state, 'Checkout')).toContain('develop, nothing uncommitted');
  expect(rowsOf(asked.state)).toContain('Reading branches and worktrees …');
  const shown = withDetails(asked.state);
  expect(dialogOf(shown)).toMatchObject({ kind: 'repo', repo: 'backend', pending: null });
  expect(rowsOf(shown)).not.toContain('Reading branches and worktrees …');
  expect(press(shown, 'escape').state.focus).toEqual({ at: 'list' });
});

test.each<[string, Partial<BranchStatus>, string]>([
  ['work under way', {}, 'feature/x  +2 -1  not pushed  2d'],
  ['work that is in develop', { merged: 'commits' }, 'feature/x  +2 -1  merged  not pushed  2d'],
  ['the same as one commit', { merged: 'squash' }, 'feature/x  +2 -1  merged as one commit  not pushed  2d'],
  ['a forgotten one', { last: branchOf('', 20).last }, 'feature/x  +2 -1  stale  not pushed  20d'],
  ['a level upstream', { upstream: '' }, 'feature/x  +2 -1  pushed  2d'],
  ['commits to push', { upstream: 'ahead 1' }, 'feature/x  +2 -1  ahead 1  2d'],
  ['an upstream that is gone', { upstream: 'gone' }, 'feature/x  +2 -1  upstream gone  2d'],
])('a branch says how it stands: %s', (_name, change, row) => {
  const branches = [{ ...branchOf('feature/x', 2), ...change }];
  const shown = withDetails(press(onRepo, 'enter').state, { branches });
  expect(rowOf(shown, 'feature/x')).toBe(row);
});

test('a worktree says whose it is and what is odd about it', () => {
  const at = (path: string, change: Partial<WorktreeStatus>): WorktreeStatus => ({
    ...{ path, branch: 'x', head: 'f00', owner: 'other', locked: null, prunable: null, operation: null },
    ...change,
  });
  const worktrees: WorktreeStatus[] = [
    at('/code/shop/backend', { owner: 'main', operation: 'rebase' }),
    at('/code/shop/.worktrees/backend-user-auth', { owner: 'worker', locked: 'orch: user-auth' }),
    at('/code/shop/.worktrees/backend-left', { owner: 'worker' }),
    at('/elsewhere', { branch: null, locked: '', prunable: 'its folder is missing' }),
  ];
  const shown = withDetails(press(onRepo, 'enter').state, { worktrees });
  expect(rowOf(shown, 'backend ')).toMatch(/main checkout +rebase under way$/);
  expect(rowOf(shown, '.worktrees/backend-user-auth')).toMatch(/● working$/);
  expect(rowOf(shown, '.worktrees/backend-left')).toMatch(/no worker$/);
  expect(rowOf(shown, '/elsewhere')).toMatch(/detached +not ours +gone: its folder is missing; locked$/);
});

test('ctrl-r looks again, and what is known stays in sight meanwhile', () => {
  const shown = withDetails(press(onRepo, 'enter').state);
  const again = press(shown, 'ctrl-r');
  expect(again.effects).toMatchObject([{ method: 'repoDetails' }]);
  expect(dialogOf(again.state)).toMatchObject({ details: detailsOf() });
});

test('a look that failed says why, word for word', () => {
  const asked = press(onRepo, 'enter').state;
  const problem = { code: 'git_refused', message: 'fatal: not a git repository' };
  const refused = updateApp(asked, {
    ...{ type: 'answered', method: 'repoDetails', params: { repo: 'backend' } },
    ...{ tag: asked.nextTag - 1, result: { ok: false, problem } },
  }).state;
  expect(rowsOf(refused)[0]).toBe('! fatal: not a git repository');
});

test('an answer that comes after the dialog was closed opens nothing', () => {
  const closed = press(press(onRepo, 'enter').state, 'escape').state;
  expect(withDetails(closed).focus).toEqual({ at: 'list' });
});

test('D creates a missing develop branch, and one is back in the repository then', () => {
  const without = repo('web', { branch: 'main', base: 'main', hasDevelop: false });
  const shown = withDetails(press(room(facts({ repos: [without] })), 'enter').state);
  expect(press(press(shown, 'D').state, 'n').effects).toMatchObject([{ method: 'repoDetails' }]);
  const sent = press(shown, 'D', 'y');
  expect(sent.effects).toMatchObject([{ method: 'createDevelop', params: { repo: 'web' } }]);
  const done = updateApp(sent.state, {
    ...{ type: 'answered', method: 'createDevelop', params: { repo: 'web' } },
    ...{ tag: sent.state.nextTag - 1, result: { ok: true, value: null } },
  });
  expect(done.effects).toMatchObject([{ method: 'repoDetails', params: { repo: 'web' } }]);
  expect(dialogOf(done.state)).toMatchObject({ kind: 'repo', repo: 'web' });
  expect(done.state.notice?.text).toBe('web has a develop branch now; nothing was checked out.');
});

test('a repository that leaves the workspace takes its dialog with it', () => {
  const shown = withDetails(press(onRepo, 'enter').state);
  const left = updateApp(shown, { type: 'factsArrived', facts: facts({ repos: [repo('web')] }) }).state;
  expect(dialogOf(left)).toBeNull();
  expect(left.notice?.text).toBe('backend is no longer in this workspace.');
});

test('long lists are gone through, and a long name gives way', () => {
  const many = Array.from({ length: 60 }, (_, at) => branchOf(`feature/${'long-'.repeat(30)}${at}`, 1));
  const shown = withDetails(press(onRepo, 'enter').state, { branches: many });
  expect(rowOf(shown, 'feature/long')).toMatch(/… {2}\+2 -1 {2}not pushed {2}1d$/);
  const end = press(shown, 'G').state;
  expect(rowsOf(end).at(-1)?.trim()).toBe('On develop: half a thought');
});
