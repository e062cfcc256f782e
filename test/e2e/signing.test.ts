import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readAll, Shop } from './shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open({ repos: { backend: {} } });
});
afterEach(() => shop.close());

it('while a signature waits for its person, dialog, row, pane and status say so', async () => {
  const pin = join(shop.place.root, 'pin');
  const over = `${pin}.over`;
  await writeFile(pin, `#!/bin/sh\nwhile ! test -e '${over}'; do sleep 0.1; done\nexit 1\n`);
  await chmod(pin, 0o755);
  await shop.start('backend', 'auth', '');
  await shop.place.git(shop.path('.worktrees', 'backend-auth'), 'commit', '--allow-empty', '-m', 'work');
  for (const [key, value] of [
    ['user.signingKey', 'x'],
    ['gpg.program', pin],
    ['commit.gpgSign', 'true'],
  ] as const)
    await shop.git('backend', 'config', key, value);
  const room = shop.room({ cols: 160, rows: 40 });
  await room.until('auth');
  room.press('down', 'f');
  await room.until('Merges feature/auth into');
  await readAll(room);
  room.press('y');
  await room.until(/│ Signing waits for you: pin asks for something/);
  room.press('escape');
  await room.until(/ auth +sign\?/);
  await room.until(/1 backend\/auth .*: Signing waits for you: pin/);
  const { stdout } = await shop.run(['status']);
  expect(stdout).toContain('! backend/auth: Signing waits for you: pin asks for something');
  await writeFile(over, '');
  await room.until((screen) => !screen.includes('Signing waits') && !screen.includes('sign?'));
});
