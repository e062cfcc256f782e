import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Shop } from './shop.ts';

let shop: Shop;
let file: string;
beforeEach(async () => {
  shop = await Shop.open();
  const folder = join(shop.place.home, '.config', 'orch-tui');
  await mkdir(folder, { recursive: true });
  file = join(folder, 'settings.json');
});
afterEach(() => shop.close());

it('settings decide on the detach key, the mouse and colour, here and in a full attach', async () => {
  await writeFile(file, JSON.stringify({ leaveKey: 'f1', mouse: false, color: false }));
  await shop.start('backend', 'auth', 'say: hi');
  const room = shop.room();
  await room.until(/auth\s+idle/);
  expect(room.modes.mouse).toBe('none');
  expect(room.colouredCells).toBe(0);
  room.press('enter');
  await room.until('f1 leaves');
  room.press('f1');
  await room.until('? help');
  room.press('a');
  await room.until((screen) => screen.includes('f1 leaves') && !screen.includes('Repos'));
  room.press('f1');
  await room.until('? help');
  expect(room.modes.mouse).toBe('none');
});

it('what is wrong in them is told by the control room and by doctor, and the usual is used', async () => {
  await writeFile(file, JSON.stringify({ leaveKey: 'q' }));
  const room = shop.room({ cols: 200, rows: 40 });
  await room.until('settings.json: leaveKey must be a key that types nothing');
  const findings = await shop.json<{ name: string; verdict: string; text: string }[]>('doctor');
  expect(findings.find(({ name }) => name === 'settings')).toEqual({
    name: 'settings',
    verdict: 'warning',
    text: expect.stringContaining(`${file}: leaveKey must be`),
  });
});
