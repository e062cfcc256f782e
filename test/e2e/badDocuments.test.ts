import { chmod, lstat, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Shop } from './shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open({ repos: { web: {} } });
});
afterEach(() => shop.close());

const read = (file: string) => readFile(shop.path(file), 'utf8');
const write = (file: string, text: string) => writeFile(shop.path(file), text);
const said = async (...args: string[]) => (await shop.run(args)).stdout;
/** The one line that a refused command tells. */
const refusal = async (...args: string[]) => (await shop.run(args)).stderr.trim();

/** Lines that were taken away, and lines that came. */
function difference(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `-${line}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+${line}`),
  ];
}

describe('a board', () => {
  const file = 'SPRINT_BOARD.md';
  const head = '## To Do\n\n| ID | Task | Priority |\n|----|------|----------|\n';
  const review = '\n## Review\n\n| ID | Task | Priority |\n|----|------|----------|\n';

  it('that git could not merge is shown as far as it can be read, and left alone', async () => {
    const text = `${head}<<<<<<< HEAD\n| A-1 | one | High |\n=======\n| A-1 | two | Low |\n>>>>>>> other\n${review}| A-2 | sound | Low |\n`;
    await write(file, text);
    const shown = await said('board');
    expect(shown).toContain('! Line 5: git left two versions beside each other here.');
    expect(shown).toContain('! Line 9: git left two versions beside each other here.');
    expect(shown).toMatch(/A-2 +sound/);
    expect(await refusal('board', 'move', 'A-2', 'todo')).toBe(
      'orch-tui: Line 5: git left two versions beside each other. Resolve the conflict in the file first.',
    );
    expect(await read(file)).toBe(text);
  });

  it('with two rows of one id says on which lines, and the other rows go on', async () => {
    const text = `${head}| A-1 | one | High |\n| A-2 | two | Low |\n| A-1 | three | Low |\n`;
    await write(file, text);
    expect(await said('board')).toContain('! Line 5: the id A-1 is also on line 7.');
    expect(await refusal('board', 'edit', 'A-1', '--priority', 'Low')).toMatch(
      /^orch-tui: Line \d: the id A-1 is also on line \d\. Fix the row by hand\.$/,
    );
    await shop.json('board', 'edit', 'A-2', '--priority', 'High');
    expect(difference(text, await read(file))).toEqual(['-| A-2 | two | Low |', '+| A-2 | two | High |']);
  });

  it('keeps its line ends, its pipes, its code and its emoji', async () => {
    const text =
      `\ufeff${head}| A-1 | a \\| b \`x \\| y\` 🎉 | High |\n| A-2 | **two** | Low |\n${review}`.replaceAll(
        '\n',
        '\r\n',
      );
    await write(file, text);
    expect(await shop.json('board')).toMatchObject([{ task: 'a | b `x | y` 🎉' }, { task: '**two**' }]);
    await shop.json('board', 'edit', 'A-2', '--priority', 'a | `b`');
    expect(difference(text, await read(file))).toEqual([
      '-| A-2 | **two** | Low |\r',
      '+| A-2 | **two** | a \\| `b` |\r',
    ]);
    await shop.json('board', 'move', 'A-1', 'review');
    const moved = await read(file);
    expect(moved).toContain('|\r\n| A-1 | a \\| b `x \\| y` 🎉 | High |\r\n');
    expect(moved.replaceAll('\r\n', '')).not.toContain('\n');
  });

  it('behind a link is changed where it lies, and one that is read-only is not', async () => {
    await write(file, `${head}| A-1 | one | High |\n`);
    await rename(shop.path(file), shop.path('web/plan.md'));
    await symlink('web/plan.md', shop.path(file));
    await shop.json('board', 'edit', 'A-1', '--task', 'two');
    expect((await lstat(shop.path(file))).isSymbolicLink()).toBe(true);
    expect(await read('web/plan.md')).toContain('| A-1 | two | High |');
    await chmod(shop.path('web/plan.md'), 0o444);
    expect(await refusal('board', 'edit', 'A-1', '--task', 'three')).toMatch(
      /plan\.md is read-only\. Make it writable, or leave it to you alone\.$/,
    );
    expect(await read(file)).toContain('| A-1 | two | High |');
  });

  it('of 5,000 rows is read, changed in one line, and shown', async () => {
    const rows = (column: number) =>
      Array.from({ length: 1250 }, (_, n) => `| A-${column * 1250 + n} | Task \\| ${n} | Low |\n`).join('');
    const text = ['To Do', 'In Progress', 'Review', 'Done']
      .map((name, n) => `${head.replace('To Do', name)}${rows(n)}`)
      .join('\n');
    await write(file, text);
    expect(await shop.json<unknown[]>('board')).toHaveLength(5000);
    await shop.json('board', 'edit', 'A-2600', '--priority', 'High');
    expect(difference(text, await read(file))).toEqual([
      '-| A-2600 | Task \\| 100 | Low |',
      '+| A-2600 | Task \\| 100 | High |',
    ]);
    const room = shop.room({ cols: 120, rows: 36 });
    await room.until('1 repo');
    room.press('b');
    await room.until(/To Do 1250 +↓1244 +In Progress 1250 +↓1244 +Review 1250 +↓1244 +Done 1250 +↑1244/);
    room.press('h', 'h', 'L');
    await room.until(/To Do 1249.*In Progress 1251/);
    expect(await read(file)).toMatch(/\| A-2499 .*\n\| A-0 .*\n\n## Review/);
  });
});

describe('invoices', () => {
  const file = 'INVOICES.md';
  const table = `| ID | Date | Task | Repo | Hours | Rate | Amount | Status |
|----|------|------|------|-------|------|--------|--------|
`;
  const sound = `| T-1 | 2026-11-03 | Auth | web | 1.5 | 80.00 | 120.00 | Paid |
| T-2 | 2026-11-04 | Cart | web | 0.5 | 80.00 | 40.00 | Pending |
`;
  beforeEach(async () => {
    const clients = { shop: { name: 'Shop Ltd' } };
    const invoices = { currency: 'EUR', rate: 8000, clients };
    await shop.configure({ invoices });
  });

  it.each([
    [
      '| T-3 | 2026-11-05 | x | web | 1 | 80.00 | 12.345 | Pending |',
      /"12.345" is not an amount: EUR has 2 dec/,
    ],
    ['| T-3 | 2026-11-05 | x | web | -1 | 80.00 | 80.00 | Pending |', /"-1" is negative/],
    ['| T-3 | 2026-02-30 | x | web | 1 | 80.00 | 80.00 | Pending |', /"2026-02-30" is not a day/],
    ['| T-3 | 2026-11-05 | x | 1 | 80.00 | 80.00 | Pending |', /7 cells, the header has 8/],
    ['| T-1 | 2026-11-05 | x | web | 1 | 80.00 | 80.00 | Pending |', /the id T-1 appears more than once/],
    ['<<<<<<< HEAD', /git left two versions/],
  ])('with the row %s name it with its line, and the sound rows add up', async (row, why) => {
    await write(file, `${table}${sound}${row}\n`);
    const shown = await said('invoice');
    expect(shown).toMatch(new RegExp(`! Line 5: .*${why.source}`));
    expect(shown).toMatch(/T-2 +2026-11-04 +web +Cart +30m +40\.00 EUR/);
    const isSound = (await shop.json<{ id: string }[]>('invoice')).map(({ id }) => id);
    expect(isSound).toEqual(row.startsWith('| T-1') ? ['T-2'] : ['T-1', 'T-2']);
  });

  it('are shown by month with what is locked, chosen from, printed, and watched for changes of what is paid', async () => {
    const october = '| T-0 | 2026-10-30 | Old | admin | 1 | 80.00 | 80.00 | Invoiced |\n';
    await write(file, table + october + sound);
    const room = shop.room({ cols: 100, rows: 30 });
    await room.until('1 repo');
    room.press('i');
    const november = await room.until('Invoices · 2026-11 (1 of 2)');
    expect(november).toMatch(/✓ 03 web +Auth +1h 30m +120\.00 EUR/);
    expect(november).toMatch(/· 04 web +Cart +30m +40\.00 EUR/);
    expect(november).toMatch(/✓ paid +1 entry, locked +1h 30m +120\.00 EUR/);
    expect(november).toMatch(/all +2 entries +2h 00m +160\.00 EUR/);
    room.press('f');
    await room.until(/2026-11 \(1 of 2\) · pending/);
    await room.until(/all +1 entry +30m +40\.00 EUR/);
    room.press('x');
    await room.until('invoice-2026-11.html');
    const page = await read('invoice-2026-11.html');
    expect(page).toContain('Cart');
    expect(page).not.toContain('Auth');
    room.press('f', 'f', 'f', 'h');
    await room.until(/■ 30 admin +Old/);
    await write(file, table + october + sound.replace('120.00', '1200.00'));
    await room.until('Line 4: T-1 was paid and has another amount in cents: 12000 became');
    expect(await refusal('invoice', 'mark', 'pending', 'T-0')).toMatch(
      /Line 3 is invoiced and does not become pending again/,
    );
    await chmod(shop.path(file), 0o444);
    expect(await refusal('invoice', 'mark', 'paid', 'T-0')).toMatch(/INVOICES\.md is read-only/);
  });
});
