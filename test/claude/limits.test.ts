import { describe, expect, it } from 'vitest';
import { ClaudeShop } from './claudeShop.ts';
import { installClaude } from './install.ts';

const program = await installClaude();

interface Item {
  readonly kind: string;
  readonly worker: string;
}

describe.skipIf(program === null)('the real Claude Code at a usage limit', () => {
  it('rests until its limit is over, and goes on when its person says so', async () => {
    await using claude = await ClaudeShop.open(program ?? '');
    const { api, shop } = claude;
    // Later than it takes to be refused.
    const end = Math.ceil(Date.now() / 1000) + 20;
    const message = `Usage limit reached|${end}`;
    api.turns.push({ fails: { status: 429, type: 'rate_limit_error', message } }, { text: 'I went on.' });
    await claude.start('stops', 'Please mend the door.');
    await shop.untilState('backend/stops', 'limited');
    const items = () => shop.json<Item[] & Record<string, unknown>>('queue');
    await shop.until('its limit is over', async () => (await items())[0]?.kind === 'limit-over');
    expect(api.conversations).toHaveLength(1);
    expect(await shop.json('worker', 'go-on', 'backend/stops')).toMatchObject({ going: ['backend/stops'] });
    await shop.untilState('backend/stops', 'idle');
    expect(api.conversations.at(-1)).toContain('Go on where you stopped.');
    expect(await claude.history('stops')).toEqual(['idle', 'working', 'limited', 'working', 'idle']);
  });
});
