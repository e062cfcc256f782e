import { describe, expect, test } from 'vitest';
import { ClaudeShop } from './claudeShop.ts';
import { installClaude } from './install.ts';

const claude = await installClaude();
const patient = { timeout: 25_000 };

describe.skipIf(claude === null)('what the real Claude Code keeps of itself', () => {
  test('tells of Esc where neither hook nor title does', async () => {
    const env = { CLAUDE_CODE_DISABLE_TERMINAL_TITLE: '1' };
    await using place = await ClaudeShop.open(claude ?? '', { person: { env } });
    const { api, shop } = place;
    api.turns.push({ text: 'Let me think about it for long.', hangs: true });
    await place.start('esc', 'Think.');
    const room = await place.room();
    await room.until('Let me think about it for long.', patient);
    await shop.untilState('backend/esc', 'working');
    room.press('1');
    await room.until('ctrl-q leaves');
    room.press('escape');
    await shop.untilState('backend/esc', 'idle');
    expect(await place.history('esc')).toEqual(['idle', 'working', 'idle']);
  });
});
