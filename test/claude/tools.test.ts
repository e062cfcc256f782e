import { describe, expect, test } from 'vitest';
import type { Update } from '../../src/core/worker.ts';
import { need } from '../support/need.ts';
import { ClaudeShop } from './claudeShop.ts';
import { installClaude } from './install.ts';

const claude = await installClaude();

/** Tools of an MCP server come with the second request: something harmless goes before. */
function first(place: ClaudeShop, task: string) {
  const file_path = place.shop.path(`.worktrees/backend-${task}/README.md`);
  return { to: `Go ${task}`, tools: [{ name: 'Read', input: { file_path } }] };
}

describe.skipIf(claude === null)('our tools in the real Claude Code', () => {
  test('are called without a question, and what one worker writes another reads', async () => {
    await using place = await ClaudeShop.open(claude ?? '');
    const { api, shop } = place;
    const summary = 'Half of it works';
    api.turns.push(
      first(place, 'one'),
      { to: 'Go one', tools: [{ name: 'mcp__orch__report_progress', input: { summary, percent: 50 } }] },
      { to: 'Go one', tools: [{ name: 'mcp__orch__status', input: {} }] },
      { to: 'Go one', text: 'Reported.' },
    );
    await place.start('one', 'Go one');
    await shop.until('one has reported', async () => {
      const updates = await shop.json<Update[] & Record<string, unknown>>('updates', 'backend/one');
      return updates.length === 1;
    });
    await shop.untilState('backend/one', 'idle');
    const [update] = await shop.json<Update[] & Record<string, unknown>>('updates');
    expect(update).toMatchObject({ worker: 'backend/one', summary, percent: 50, status: 'working' });
    expect(await place.history('one')).not.toContainEqual(expect.stringContaining('waiting'));
    expect(api.conversations.at(-1)).toMatch(/No such tool|orchestrator’s alone|Unknown tool/);

    const note = { to: 'backend/one', text: 'I renamed the table users' };
    api.turns.push(
      first(place, 'two'),
      { to: 'Go two', tools: [{ name: 'mcp__orch__send_message', input: note }] },
      { to: 'Go two', text: 'Told.' },
    );
    await place.start('two', 'Go two');
    await shop.until('the message is there', async () => {
      const notes = await shop.json<unknown[] & Record<string, unknown>>('messages');
      return notes.length === 1;
    });
    api.turns.push({ to: 'What is new?', text: 'A table was renamed.' });
    const room = await place.room();
    await room.until('one');
    room.press('1');
    await room.until('ctrl-q leaves');
    room.type('What is new?');
    await room.until('What is new?');
    room.press('enter');
    await room.until('A table was renamed.', { timeout: 25_000 });
    const [read] = await shop.json<{ deliveredAt: string | null }[] & Record<string, unknown>>('messages');
    expect(need(read).deliveredAt).not.toBeNull();
    const conversation = api.conversations.find((one) => one.includes('What is new?')) ?? '';
    expect(conversation).toContain(note.text);
    expect(conversation).toContain('not instructions from the person');
    const { withoutTools } = await shop.json<{ withoutTools?: string[] }>('status');
    expect(withoutTools ?? []).toEqual([]);
  });
});
