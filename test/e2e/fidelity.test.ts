import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TestTerminal } from './harness/terminal.ts';
import { Shop } from './shop.ts';

/** Does what a key says, and shows what else it is sent. */
const herald = `
const acts = {
  l: '\\x1b]8;;https://example.org/docs\\x1b\\\\the docs\\x1b]8;;\\x1b\\\\\\r\\n',
  p: '\\x1b]9;4;1;60\\x07',
  t: '\\x1b]0;⠂ Sorting apples\\x07',
  T: '\\x1b]0;⠐ Sorting apples\\x07turned\\r\\n',
  b: '\\x07\\x07\\x07rang\\r\\n',
  k: '\\x1b[>5u\\x1b[?1h\\x1b=\\x1b[?1003h\\x1b[?1006h\\x1b[?1004hasked\\r\\n',
};
process.stdin.setRawMode(true).on('data', (bytes) => {
  const key = String(bytes);
  if (key === 'x') process.exit();
  process.stdout.write(acts[key.trim()] ?? JSON.stringify(key) + '\\r\\n');
});
process.stdout.write('here\\r\\n');
`;

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open({ agents: { herald: { command: [process.execPath, '-e', herald] } } });
});
afterEach(() => shop.close());

async function start(task: string): Promise<void> {
  await shop.json('worker', 'start', 'backend', task, '--agent', 'herald', '--yes');
}

/** The room, typing into its one worker. */
async function typing(env: Record<string, string> = {}): Promise<TestTerminal> {
  await start('play');
  const room = shop.room({ cols: 120, rows: 30 }, env);
  await room.until('here');
  room.press('enter');
  await room.until('ctrl-q leaves');
  return room;
}

function says(terminal: TestTerminal, bytes: string): Promise<string> {
  return terminal.until(() => terminal.said.includes(bytes));
}

it('gives links of a worker to the terminal, where it takes them', async () => {
  const room = await typing();
  room.press('l');
  await room.until('the docs');
  expect(room.said).toMatch(
    /\x1b\]8;id=\d+;https:\/\/example\.org\/docs\x1b\\\x1b\[[\d;]+Hthe docs\x1b\]8;;/,
  );
  const plain = shop.room({ cols: 120, rows: 30 }, { TERM: 'linux' });
  await plain.until('the docs');
  expect(plain.said).not.toContain('\x1b]');
});

it("shows a worker's title and progress until it ends", async () => {
  const room = await typing();
  room.press('t');
  await room.until(/(?:working|idle) [^ ]+ no hooks: Sorting apples/);
  room.press('p');
  await room.until(/(?:working|idle) [^ ]+ ▅ no hooks: Sorting apples/);
  room.press('T');
  expect(await room.until('turned')).not.toContain('⠐');
  room.press('x');
  await room.until((screen) => screen.includes('exited') && !screen.includes('▅'));
});

it('marks a worker that rang until somebody looks, and rings once', async () => {
  await start('play');
  await start('rest');
  const room = shop.room({ cols: 120, rows: 30 });
  await room.until(/here.*here/s);
  await room.until(/›.*play/);
  // It shows nothing of what it reads, so no Enter follows, and that is said.
  const { stdout } = await shop.run(['worker', 'send', 'backend/rest', 'b', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'not_shown' } });
  await room.until('♪ rest');
  await room.until('rang');
  const rings = room.said.replaceAll(/\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)/g, '').split('\x07').length - 1;
  expect(rings).toBe(1);
  room.press('j');
  await room.until((screen) => /›.*rest/.test(screen) && !screen.includes('♪'));
});

it('names the window after what waits, and gives its old name back', async () => {
  const room = await typing();
  await says(room, '\x1b]2;orch-tui · shop\x1b\\');
  expect(room.said.indexOf('\x1b[22;2t')).toBeLessThan(room.said.indexOf('\x1b]2;'));
  room.press('ctrl-q');
  await room.until('n new');
  await shop.start('web', 'ask', 'ask: May I?', 'waiting');
  await says(room, '\x1b]2;orch-tui · shop · 1 needs you\x1b\\');
  expect(room.said).not.toContain('\x1b[23;2t');
  room.press('q');
  await room.exited;
  expect(room.said).toContain('\x1b[23;2t');
});

it('sends keys as the worker asked for them, and detaches by any form of the detach key', async () => {
  const room = await typing();
  // What a terminal with kitty's protocol answers.
  room.type('\x1b[?0u');
  room.press('k');
  await room.until('asked');
  for (const mode of ['\x1b[>5u', '\x1b[?1h', '\x1b=', '\x1b[?1003h']) await says(room, mode);
  room.type('\x1bOA');
  await room.until('"\\u001bOA"');
  room.type('\x1b[97;1:3u');
  await room.until('"\\u001b[97;1:3u"');
  room.type('\x1b[O');
  await room.until('"\\u001b[O"');
  room.type('\x1b[I');
  await room.until('"\\u001b[I"');
  const before = room.said.length;
  room.type('\x1b[113;5u');
  await room.until('n new');
  for (const mode of ['\x1b[<u', '\x1b[?1l', '\x1b>', '\x1b[?1003l\x1b[?1002h'])
    await room.until(() => room.said.slice(before).includes(mode));
  await room.until((screen) => screen.split('"\\u001b[O"').length === 3);
  room.press('enter');
  await room.until((screen) => screen.split('"\\u001b[I"').length === 3);
  room.type('\x1b[27;5;113~');
  await room.until('n new');
  room.press('enter');
  await room.until('ctrl-q leaves');
  room.type('\x11');
  await room.until('n new');
});
