import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestTerminal } from './harness/terminal.ts';
import { readAll, Shop } from './shop.ts';

/** Prints without end, as fast as a busy build; the first key ends it, and the screen stays. */
const chatter = `
let n = 0;
process.stdin.setRawMode(true);
const timer = setInterval(() => {
  for (let i = 0; i < 20; i++) console.log('\\x1b[3' + (n % 8) + 'mline ' + n++ + ' 漢字 ' + 'x'.repeat(n % 90));
}, 5);
process.stdin.once('data', () => {
  clearInterval(timer);
  process.stdout.write('\\x1b[0m\\x1b[2J\\x1b[Hat rest');
});
`;

/** Shows what it is sent. \`stty\` keeps the terminal from changing any of it. */
const echo = "stty raw -echo; printf '\\033[?1000h\\033[?1006h\\033[?2004hready:'; cat -v";

const agents = {
  chatter: { command: [process.execPath, '-e', chatter] },
  echo: { command: ['sh', '-c', echo] },
};

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open({ repos: { backend: {}, lonely: { develop: false } }, agents });
});
afterEach(() => shop.close());

async function start(task: string, agent: string): Promise<void> {
  await shop.json('worker', 'start', 'backend', task, '--agent', agent, '--yes');
}

/** Presses enter until the worker at the cursor has the keys: its process may be on its way. */
async function typeInto(room: TestTerminal): Promise<void> {
  room.press('enter');
  await room.until('ctrl-q leaves');
}

describe('the screen', () => {
  it('has no colour where NO_COLOR asks for none, and says the same in words', async () => {
    await start('talk', 'echo');
    const plain = shop.room({ cols: 100, rows: 30 }, { NO_COLOR: '1' });
    const coloured = shop.room({ cols: 100, rows: 30 });
    for (const room of [plain, coloured]) await room.until('ready:');
    await coloured.until(() => coloured.colouredCells > 0);
    plain.press('?');
    coloured.press('?');
    // The line above tells the worker's state, which may change meanwhile.
    const below = (screen: string) => screen.slice(screen.indexOf('\n'));
    const help = below(await plain.until(/esc close.* more/));
    expect(below(await coloured.until((screen) => below(screen) === help))).toBe(help);
    expect(plain.colouredCells).toBe(0);
  });

  it('says what it needs in a terminal that is too small, and is whole again in a larger one', async () => {
    const room = shop.room({ cols: 80, rows: 24 });
    const before = await room.until(/lonely\s+main.*n new/s);
    room.resize(40, 10);
    await room.until('orch-tui needs at least 60×16');
    room.resize(80, 24);
    expect(await room.until((screen) => screen === before)).toBe(before);
    room.resize(40, 10);
    await room.until('orch-tui needs at least 60×16');
    room.press('q');
    expect(await room.exited).toMatchObject({ exitCode: 0 });
  });

  it('looks like a freshly opened one after forty changes of size under output', async () => {
    await start('noise', 'chatter');
    const room = shop.room({ cols: 80, rows: 24 });
    await room.until(/line \d+/);
    for (let round = 0; round < 20; round++) {
      room.resize(200, 60);
      await room.until((screen) => screen.split('\n')[58]?.startsWith('╰') === true);
      room.resize(80, 24);
      // Every second time nobody waits for the picture.
      if (round % 2 === 0) await room.until((screen) => screen.split('\n')[22]?.startsWith('╰') === true);
    }
    await typeInto(room);
    room.press('a');
    await room.until('at rest');
    room.press('ctrl-q');
    await room.until(/noise\s+idle/);
    const fresh = shop.room({ cols: 80, rows: 24 });
    await fresh.until('at rest');
    const screen = await fresh.until(/noise\s+idle/);
    expect(await room.until((seen) => seen === screen)).toBe(screen);
    expect(screen.split('\n').filter((row) => /line \d/.test(row))).toEqual([]);
  });

  it('gives the mouse to the worker one types into, in its own cells', async () => {
    await start('talk', 'echo');
    const room = shop.room({ cols: 100, rows: 30 });
    const screen = await room.until('ready:');
    const y = screen.split('\n').findIndex((row) => row.includes('ready:'));
    const x = screen.split('\n')[y]?.indexOf('ready:') ?? 0;
    room.click(x, y);
    await room.until('ctrl-q leaves');
    await room.until('ready:^[[<0;1;1M^[[<0;1;1m');
    room.click(x + 2, y + 4);
    await room.until('^[[<0;3;5M^[[<0;3;5m');
    room.click(1, 2);
    await room.until((seen) => !seen.includes('ctrl-q leaves'));
  });

  it('hands a paste over as one, and keys at once', async () => {
    await start('talk', 'echo');
    const room = shop.room({ cols: 100, rows: 30 });
    await room.until('ready:');
    await typeInto(room);
    room.paste('a\u0011b');
    await room.until('ready:^[[200~ab^[[201~');
    room.press('escape');
    await room.until('201~^[');
    room.press('ctrl-c', 'ctrl-c', 'ctrl-z', 'alt-x', 'f1');
    await room.until('^C^C^Z^[x^[OP');
  });

  it('creates a missing develop from the card, and plans anew from it', async () => {
    const room = shop.room({ cols: 100, rows: 34 });
    await room.until(/lonely\s+main/);
    room.press('j', 'n');
    await room.until('New worker');
    room.type('first');
    room.press('tab', 'enter');
    await room.until('There is no develop branch; main is used.');
    room.press('D');
    await room.until('Create develop in lonely?');
    room.press('y');
    await room.until('develop at ');
    await room.until('y start');
    expect(await shop.git('lonely', 'branch', '--format=%(refname:short)')).toBe('develop\nmain');
    expect(await shop.git('lonely', 'branch', '--show-current')).toBe('main');
    await readAll(room);
    room.press('y');
    await room.until('lonely/first was started.');
    expect(await shop.git('lonely', 'merge-base', 'develop', 'feature/first')).toBe(
      await shop.git('lonely', 'rev-parse', 'develop'),
    );
  });
});

describe('attach', () => {
  it('names the way out until a key is pressed, and gives the terminal back as it was', async () => {
    await start('talk', 'echo');
    const terminal = shop.inTerminal(['worker', 'attach', 'backend/talk'], { cols: 90, rows: 20 });
    await terminal.until('ready:');
    const screen = await terminal.until('ctrl-q leaves');
    expect(screen.split('\n').at(-1)?.trim()).toBe('ctrl-q leaves');
    terminal.press('x');
    await terminal.until('ready:x');
    await terminal.until((seen) => !seen.includes('ctrl-q leaves'));
    terminal.resize(60, 12);
    terminal.click(3, 0);
    await terminal.until('ready:x^[[<0;4;1M^[[<0;4;1m');
    terminal.press('ctrl-q');
    expect(await terminal.exited).toMatchObject({ exitCode: 0 });
    await terminal.until('Left backend/talk; it goes on.');
    expect(terminal.modes).toMatchObject({
      alternateScreen: false,
      mouse: 'none',
      bracketedPaste: false,
      focusEvents: false,
      wrap: true,
    });
    expect(terminal.cursor.visible).toBe(true);
  });
});
