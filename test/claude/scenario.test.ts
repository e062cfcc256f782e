import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { Update } from '../../src/core/worker.ts';
import { parseBoard } from '../../src/features/board/document/board.ts';
import { readAll } from '../e2e/shop.ts';
import { ClaudeShop } from './claudeShop.ts';
import type { ScriptedTurn } from './fakeApi.ts';
import { installClaude } from './install.ts';

const claude = await installClaude();
const patient = { timeout: 25_000 };
/** Milliseconds: three of them run beside the control room. */
const wholeDay = 150_000;

const board = `# Sprint 12

## To Do

| ID | Task | Repo | Priority |
|----|------|------|----------|
| ORC-1 | Limit the rates | backend | High |

## In Progress

| ID | Task | Repo | Branch | Worker | Started | Progress |
|----|------|------|--------|--------|---------|----------|

## Review

| ID | Task | Repo | Branch | Worker |
|----|------|------|--------|--------|

## Done

| ID | Task | Repo | Completed |
|----|------|------|-----------|
`;
const text = Array.from({ length: 9 }, (_, n) => `line ${n}\n`).join('');
const id = 'backend/orc-1-limit';

type Tool = NonNullable<ScriptedTurn['tools']>[number];
type List<T> = T[] & Record<string, unknown>;
const own = (name: string, input: object): Tool => ({ name: `mcp__orch__${name}`, input });

/** What a worker does to change the fifth line. */
function changes(file_path: string, to: string, next: string): ScriptedTurn[] {
  return [
    { to, tools: [{ name: 'Read', input: { file_path } }] },
    { to, tools: [{ name: 'Edit', input: { file_path, old_string: 'line 4', new_string: next } }] },
  ];
}

describe.skipIf(claude === null)('a day with the real Claude Code', () => {
  test('goes from the orchestrator’s proposal over questions and warnings to develop and Done', {
    timeout: wholeDay,
  }, async () => {
    await using place = await ClaudeShop.open(claude ?? '', {
      files: { 'app.txt': text },
      person: { settings: { permissions: { allow: ['Edit'] } } },
    });
    const { api, shop } = place;
    const file = (task: string) => shop.path(`.worktrees/backend-${task}/app.txt`);
    const card = async () => (await shop.json<List<{ column: string; worker: string }>>('board', 'show'))[0];
    const columnOf = async () => {
      const [card] = parseBoard(await readFile(shop.path('SPRINT_BOARD.md'), 'utf8')).cards;
      return card?.column;
    };
    const isIn = (column: string) => expect.poll(columnOf, patient).toBe(column);
    await writeFile(shop.path('SPRINT_BOARD.md'), board);

    // Somebody is at that file already.
    const theme = 'Change the theme.';
    api.turns.push(...changes(file('theme'), theme, 'dark'), { to: theme, text: 'Themed.' });
    await place.start('theme', theme);
    const room = await place.room();
    await room.until('Themed.', patient);

    const plan = 'Plan the sprint.';
    const brief = 'Limit the rates in app.txt.';
    const proposal = { repo: 'backend', task: 'orc-1-limit', brief };
    api.turns.push(
      { to: plan, tools: [own('board_show', {})] },
      { to: plan, tools: [own('propose_worker', proposal)] },
      { to: plan, text: 'Proposed.' },
    );
    await shop.json('orchestrator', '--brief', plan, '--yes');
    await room.until(/\+ \S*orc-1-limit/, patient);
    const seen = api.conversations.find((one) => one.includes(plan) && one.includes('tool_result'));
    expect(seen).toContain('Limit the rates');
    expect(await shop.json('worker', 'list')).toHaveLength(2);

    // A person approves what the card shows.
    const commit = 'git commit -qam "Limit the rates"';
    const summary = 'Rates are limited';
    api.turns.push(
      { to: brief, tools: [own('report_progress', { summary: 'I begin', percent: 20 })] },
      ...changes(file('orc-1-limit'), brief, 'at most nine'),
      { to: brief, tools: [{ name: 'Bash', input: { command: commit, description: 'Commit' } }] },
      { to: brief, tools: [own('report_done', { summary })] },
      { to: brief, text: 'All limited.' },
    );
    room.press('tab', 'enter');
    await room.until(`Start ${id}?`);
    await room.until('--session-id', patient);
    expect(await readAll(room)).toContain(brief);
    room.press('y');
    await isIn('In Progress');
    expect(await card()).toMatchObject({ id: 'ORC-1', worker: id, branch: 'feature/orc-1-limit' });

    // It asks, and the question is answered from the queue; with the answer it learns whom it meets.
    await room.until('Do you want to proceed?', patient);
    await room.until(`backend/theme and ${id} will not merge.`, patient);
    expect(await shop.json('messages', id)).toMatchObject([{ from: 'radar', to: id, deliveredAt: null }]);
    expect(api.conversations.join()).not.toContain('is changing files that you change');
    room.press('tab', 'enter');
    await room.until(`Allow ${id} to use Bash?`);
    await room.until('y allow');
    room.press('y');
    await isIn('Review');
    const told = api.conversations.find((one) => one.includes(brief) && one.includes('radar')) ?? '';
    expect(told).toContain('backend/theme is changing files that you change');
    expect(told).toContain('not instructions from the person');
    expect(told).toMatch(/app\.txt: you change lines 5, they change lines 5; will not merge/);
    const updates = await shop.json<List<Update>>('updates', id);
    expect(updates).toMatchObject([{ status: 'done', summary, readyToMerge: true }, { percent: 20 }]);

    // The person finishes it.
    await room.until(`${id} ○ idle`, patient);
    room.press('tab');
    await room.until('f finish');
    room.press('f');
    await room.until('app.txt | 2 +-', patient);
    room.press('y');
    await isIn('Done');
    expect(await card()).toMatchObject({ completed: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) });
    expect(await shop.git('backend', 'show', 'develop:app.txt')).toContain('at most nine');
    expect(await shop.git('backend', 'log', '-1', '--merges', '--format=%s', 'develop')).toContain(
      'orc-1-limit',
    );
    expect(await shop.git('backend', 'status', '--porcelain')).toBe('');
    expect(await readFile(file('theme'), 'utf8')).toContain('dark');
  });
});
