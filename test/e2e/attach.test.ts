import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TestTerminal } from './harness/terminal.ts';
import { program, Shop } from './shop.ts';

const shellModes = {
  alternateScreen: false,
  bracketedPaste: false,
  focusEvents: false,
  mouse: 'none',
  wrap: true,
};

/** Does what a key says, and shows what else it is sent. */
const actor = `
const acts = {
  w: '\\x1b[38;2;1;2;3mstrange\\x1b[0m\\x1b]1337;Custom=id:x\\x07\\x1b[4:3mcurl\\x1b[0m\\x1b[?777h\\r\\n',
  m: '\\x1b[?1003h\\x1b[?1006h\\x1b[?2004h\\x1b[?1h\\x1b[?1004h\\x1b[5 q\\x1b[?25l\\x1b[2;5r\\x1b[3g\\x1b]0;Acting\\x07\\x1b[4;1H\\x1b(0modes\\x1b[6;1H',
  p: '\\x1b[?2004h\\x1b[?2004lplain\\r\\n',
  a: '\\x1b[?1049h\\x1b[2J\\x1b[Hother screen\\r\\n',
  b: '\\x1b[?1049lback\\r\\n',
  q: '\\x1b[6n\\x1b[c\\x1b]11;?\\x07',
};
process.stdin.setRawMode(true).on('data', (bytes) => {
  const key = String(bytes);
  process.stdout.write(acts[key] ?? JSON.stringify(key) + '\\r\\n');
});
process.stdout.write('\\x1b[2J\\x1b[Hon stage\\r\\n');
`;

const id = 'backend/play';
let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open({ agents: { actor: { command: [process.execPath, '-e', actor] } } });
  await shop.json('worker', 'start', 'backend', 'play', '--agent', 'actor', '--yes');
});
afterEach(() => shop.close());

/** The worker in a terminal of its own, which it has to itself after the first key. */
async function attach(size: { cols: number; rows: number }): Promise<TestTerminal> {
  const terminal = shop.inTerminal(['worker', 'attach', id], size);
  await terminal.until('on stage');
  await terminal.until('ctrl-q leaves');
  return terminal;
}

async function attachRaw(size = { cols: 80, rows: 24 }): Promise<TestTerminal> {
  const terminal = await attach(size);
  terminal.press('x');
  await terminal.until('"x"');
  await terminal.until((screen) => !screen.includes('ctrl-q leaves'));
  return terminal;
}

it('hands a worker the whole terminal, byte for byte, and takes it back without residue', async () => {
  const terminal = await attachRaw();
  terminal.press('w');
  await terminal.until('strangecurl');
  expect(terminal.said).toContain(
    '\x1b[38;2;1;2;3mstrange\x1b[0m\x1b]1337;Custom=id:x\x07\x1b[4:3mcurl\x1b[0m\x1b[?777h',
  );
  terminal.press('m');
  await terminal.until(() => terminal.modes.mouse === 'any');
  expect(terminal.modes).toMatchObject({ mouse: 'any', bracketedPaste: true, focusEvents: true });
  terminal.type('\x1b[<35;7;3M');
  await terminal.until('[<35;7;3M"');
  terminal.press('ctrl-q');
  expect(await terminal.exited).toMatchObject({ exitCode: 0 });
  await terminal.until(`Left ${id}; it goes on.`);
  expect(terminal.modes).toEqual(shellModes);
  expect(terminal.cursor.visible).toBe(true);
});

it('brings a terminal that comes later into the modes that were set before', async () => {
  const first = await attachRaw();
  first.press('m');
  await first.until(() => first.modes.mouse === 'any');
  first.press('ctrl-q');
  await first.exited;
  const terminal = shop.inTerminal(['worker', 'attach', id], { cols: 80, rows: 24 });
  await terminal.until('ctrl-q leaves');
  terminal.press('x');
  await terminal.until(() => terminal.modes.mouse === 'any');
  expect(terminal.modes).toMatchObject({ bracketedPaste: true, focusEvents: true });
  expect(terminal.cursor.visible).toBe(false);
  expect(terminal.said).toContain('\x1b]2;Acting\x07');
  expect(terminal.said).toContain('\x1b[2;5r');
  // In the line drawing characters that it left on.
  await terminal.until('"│"');
});

it('answers each question of the worker once', async () => {
  const terminal = await attachRaw();
  terminal.press('q');
  await terminal.until(/"\\u001b\[\d+;1R/);
  terminal.press('z');
  const screen = await terminal.until('"z"');
  expect(screen.match(/;1R/g)).toHaveLength(1);
  expect(screen.match(/\[\?\d[\d;]*c/g)).toHaveLength(1);
});

it('passes a paste on as one and finds no detach key in it', async () => {
  const terminal = await attachRaw();
  terminal.press('p');
  await terminal.until('plain');
  terminal.paste('a\u0011b');
  await terminal.until('"a\\u0011b"');
  terminal.press('m');
  await terminal.until(() => terminal.modes.mouse === 'any');
  terminal.paste('c\u0011d');
  await terminal.until((screen) => /200|c.*d/.test(screen.slice(screen.indexOf('b"') + 2)));
  terminal.press('ctrl-q');
  expect(await terminal.exited).toMatchObject({ exitCode: 0 });
});

it('follows a worker to another screen and back without touching the shell’s', async () => {
  const terminal = shop.place.terminal(['bash', '--norc', '--noprofile', '-i'], {
    cols: 80,
    rows: 24,
    env: { PS1: 'PROMPT ', ORCH_LINGER_MS: '3000' },
  });
  await terminal.until('PROMPT');
  terminal.type(`echo be"fore"; ${program} worker attach ${id}\r`);
  await terminal.until('ctrl-q leaves');
  terminal.press('a');
  await terminal.until('other screen');
  terminal.press('x');
  await terminal.until('"x"');
  terminal.press('b');
  await terminal.until(/on stage[\s\S]*back/);
  expect(terminal.modes.alternateScreen).toBe(true);
  terminal.press('ctrl-q');
  const screen = await terminal.until('Left backend/play');
  expect(screen).toContain('before');
  expect(screen).not.toContain('on stage');
  terminal.type('exit\r');
  await terminal.exited;
});

it('is as large as the smallest that looks at it, says so, and is raw again when alone', async () => {
  const room = shop.room({ cols: 120, rows: 40 });
  await room.until('on stage');
  const large = await attachRaw({ cols: 100, rows: 30 });
  // The control room's pane is smaller still.
  const line = /^ *\d+×\d+, limited by another client · ctrl-q leaves$/;
  const lineOf = (screen: string) => screen.split('\n').at(-1)?.trimEnd() ?? '';
  await large.until((screen) => line.test(lineOf(screen)));
  room.press('q');
  await room.exited;
  await large.until((screen) => lineOf(screen) === '');
  const small = await attachRaw({ cols: 70, rows: 20 });
  await large.until((screen) => lineOf(screen).startsWith(' 70×20, limited by another client'));
  large.press('k');
  await Promise.all([large.until('"k"'), small.until('"k"')]);
  small.press('l');
  await Promise.all([large.until('"l"'), small.until('"l"')]);
  small.press('ctrl-q');
  await small.exited;
  await large.until((screen) => lineOf(screen) === '');
  large.press('w');
  await large.until('strangecurl');
  expect(large.said).toContain('\x1b]1337;Custom=id:x\x07');
});

it('gives the control room’s terminal to a worker and takes it back', async () => {
  const room = shop.room({ cols: 100, rows: 30 });
  await room.until('on stage');
  await room.until(/play\s+idle/);
  const before = { screen: room.screen(), modes: room.modes };
  room.press('a');
  await room.until((screen) => screen.startsWith('on stage') && screen.includes('ctrl-q leaves'));
  room.press('m');
  await room.until(() => room.modes.mouse === 'any');
  room.resize(90, 28);
  room.resize(100, 30);
  room.press('ctrl-q');
  await room.until('? help');
  expect(room.modes).toEqual(before.modes);
  expect(room.cursor.visible).toBe(false);
  // The title of the pane tells the worker's, which is another one by now.
  const framesOf = (screen: string) =>
    screen.split('\n').flatMap((row, y) => (y === 1 ? [] : [row.slice(0, 29).replace(/<?\d+m/, '')]));
  await room.until((screen) => framesOf(screen).join() === framesOf(before.screen).join());
  room.press('q');
  expect(await room.exited).toMatchObject({ exitCode: 0 });
  expect(room.modes).toEqual(shellModes);
});

it.each(['SIGTERM', 'SIGHUP'] as const)(
  'restores the terminal when it ends of %s while raw',
  async (signal) => {
    const terminal = await attachRaw();
    terminal.press('m');
    await terminal.until(() => terminal.modes.mouse === 'any');
    terminal.kill(signal);
    await terminal.exited;
    expect(terminal.modes).toEqual(shellModes);
    expect(terminal.cursor.visible).toBe(true);
    expect(terminal.screen()).not.toContain('on stage');
  },
);

it('stops for a shell and comes back to where the worker is', async () => {
  const terminal = shop.place.terminal(['bash', '--norc', '--noprofile', '-i'], {
    cols: 80,
    rows: 24,
    env: { PS1: 'PROMPT ', ORCH_LINGER_MS: '3000' },
  });
  await terminal.until('PROMPT');
  terminal.type(`${program} worker attach ${id} & echo pid $!; fg\r`);
  const pid = Number(/pid (\d+)/.exec(await terminal.until(/pid \d+\n/))?.[1]);
  await terminal.until('ctrl-q leaves');
  terminal.press('m');
  await terminal.until(() => terminal.modes.mouse === 'any');
  process.kill(pid, 'SIGTSTP');
  await terminal.until('Stopped');
  expect(terminal.modes).toMatchObject({
    alternateScreen: false,
    mouse: 'none',
    focusEvents: false,
    wrap: true,
  });
  terminal.type('fg\r');
  await terminal.until(() => terminal.modes.mouse === 'any');
  await terminal.until('on stage');
  terminal.press('ctrl-q');
  await terminal.until('Left backend/play');
  terminal.type('exit\r');
  await terminal.exited;
});

it('goes to the background with ctrl-z and comes back whole', async () => {
  const terminal = shop.place.terminal(['bash', '--norc', '--noprofile', '-i'], {
    cols: 100,
    rows: 30,
    env: { PS1: 'PROMPT ', ORCH_LINGER_MS: '3000' },
  });
  await terminal.until('PROMPT');
  terminal.type(`${program}\r`);
  const before = await terminal.until(/on stage[\s\S]*play +idle[\s\S]*\? help/);
  const { modes } = terminal;
  for (const round of ['one', 'two']) {
    terminal.press('ctrl-z');
    await terminal.until('Stopped');
    expect(terminal.modes).toMatchObject({
      alternateScreen: false,
      mouse: 'none',
      focusEvents: false,
      wrap: true,
    });
    terminal.type(`clear; echo r"ound" ${round}\r`);
    await terminal.until(`round ${round}`);
    terminal.type('fg\r');
    const withoutAges = (screen: string) => screen.replaceAll(/\d+[smh]\b|<1m/g, ' ');
    await terminal.until((screen) => withoutAges(screen) === withoutAges(before));
    expect(terminal.modes).toEqual(modes);
    expect(terminal.cursor.visible).toBe(false);
  }
  terminal.press('q');
  await terminal.until('PROMPT');
  terminal.type('exit\r');
  await terminal.exited;
});
