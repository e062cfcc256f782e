import { expect, it } from 'vitest';
import { program, Shop } from './shop.ts';

/** Begins a conversation, asks which tools there are, and never takes up what is typed into it. */
const deaf = `
printf '%s' '{"hook_event_name":"SessionStart","source":"startup","session_id":"'"$ID"'"}' | "$0" hook
printf '%s\\n' '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"sh","version":"1"}}}' '{"jsonrpc":"2.0","id":2,"method":"tools/list"}' | "$0" mcp > /dev/null
echo listening
exec cat`;

it('a brief that did not arrive is known after the controller was killed, and can be typed again', async () => {
  const shop = await Shop.open({
    repos: { backend: {} },
    agents: {
      deaf: {
        command: ['sh', '-c', deaf, program],
        speaks: 'claude',
        delivery: 'typed',
        env: { ID: '6f1c1f7e-3f0a-4f57-9f0e-0b8f5b1f2a11' },
      },
    },
  });
  try {
    const brief = 'Please mend the door.';
    await shop.json('worker', 'start', 'backend', 'door', '--agent', 'deaf', '--brief', brief, '--yes');
    const isMissing = async () => (await shop.json('worker', 'show', 'backend/door')).undelivered;
    await shop.until('the brief is typed in vain', async () => (await isMissing()) === true);
    process.kill(await shop.pidOf('controller'), 'SIGKILL');
    expect(await isMissing()).toBe(true);
    const room = shop.room();
    await room.until('brief not delivered B types it');
    await room.until('Please mend the door.');
    room.press('B');
    await room.until((screen) => screen.split('Please mend the door.').length > 2);
    room.press('q');
    await room.exited;
  } finally {
    await shop.close();
  }
});
