import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { ClaudeShop } from './claudeShop.ts';
import { installClaude } from './install.ts';

const claude = await installClaude();
const patient = { timeout: 25_000 };
/** Milliseconds; every step may take some on a busy machine. */
const manySteps = 120_000;

describe.skipIf(claude === null)('a line sent to the real Claude Code', () => {
  test('arrives, whether it has just been started, rests or works', { timeout: manySteps }, async () => {
    const settings = { permissions: { allow: ['Bash'] } };
    await using place = await ClaudeShop.open(claude ?? '', { person: { settings } });
    const { api, shop } = place;
    const send = (text: string) => shop.json('worker', 'send', 'backend/listens', text);
    const hasHeard = (text: string) => () => api.conversations.some((one) => one.includes(text));
    await shop.json('worker', 'start', 'backend', 'listens', '--yes');
    await send('Are you there already?');
    await expect.poll(hasHeard('Are you there already?'), patient).toBe(true);
    // Quickly, while it still draws what came before.
    for (let n = 1; n <= 5; n++) {
      await send(`Message ${n}.`);
      await expect.poll(hasHeard(`Message ${n}.`), patient).toBe(true);
    }
    const wait = 'touch waiting; until test -e go; do sleep 0.1; done';
    api.turns.push({ tools: [{ name: 'Bash', input: { command: wait, description: 'x' } }] });
    await send('Wait for it.');
    await shop.untilState('backend/listens', 'working');
    await send('And one thing more.');
    await writeFile(shop.path('.worktrees/backend-listens/go'), '');
    await expect.poll(hasHeard('And one thing more.'), patient).toBe(true);
  });
});
