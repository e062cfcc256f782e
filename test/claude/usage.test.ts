import { describe, expect, test } from 'vitest';
import { ClaudeShop } from './claudeShop.ts';
import { installClaude } from './install.ts';

const claude = await installClaude();
const statusLine = { type: 'command', command: 'sed -n "s/.*total_cost_usd.*/my own line/p"' };

describe.skipIf(claude === null)('what the real Claude Code uses', () => {
  test('is counted, its person’s status line stays, and a stop lets it quit by itself', async () => {
    await using place = await ClaudeShop.open(claude ?? '', { person: { settings: { statusLine } } });
    const { shop, api } = place;
    api.turns.push({ text: 'Hello there.' });
    const room = await place.room();
    await place.start('hello', 'Say hello.');
    await room.until('Hello there.', { timeout: 25_000 });
    await room.until('my own line', { timeout: 25_000 });
    await shop.until('it is counted', async () => {
      const { total } = await shop.json<{ total: { output: number; dollars: number } }>('usage');
      return total.output > 0 && total.dollars > 0;
    });
    const { rows } = await shop.json<{ rows: object[] }>('usage');
    expect(rows).toMatchObject([{ worker: 'backend/hello', repo: 'backend', task: 'hello' }]);
    const stopped = await shop.json<{ exitCode: number }>('worker', 'stop', 'backend/hello');
    expect(stopped.exitCode).toBe(0);
  });
});
