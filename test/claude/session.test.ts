import { describe, expect, test } from 'vitest';
import { oldestSupported } from '../../src/agents/claude/launch.ts';
import { ClaudeShop } from './claudeShop.ts';
import { installClaude, version } from './install.ts';
import { markIn } from './mark.ts';

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

  test.skipIf(version === oldestSupported)(
    'tells of a dialog that it opens by itself, and nothing answers that but its person',
    async () => {
      const settings = { permissions: { defaultMode: 'default' } };
      await using place = await ClaudeShop.open(claude ?? '', { person: { settings, isNew: true } });
      const { api, shop } = place;
      await place.start('asked', 'Say hello.');
      const room = await place.room();
      await room.until('Make auto mode your default', patient);
      await shop.untilState('backend/asked', 'waiting');
      expect(await place.worker('asked')).toMatchObject({ asks: 'something in its pane' });
      const said = await shop.run(['worker', 'send', 'backend/asked', 'Yes', '--json']);
      expect(said.code).not.toBe(0);
      expect(api.conversations).toEqual([]);
      room.press('1');
      await room.until('ctrl-q leaves');
      await markIn(room, 'No, keep');
      room.press('enter');
      await shop.untilState('backend/asked', 'idle');
      expect(room.screen()).not.toContain('auto mode on');
    },
  );
});
