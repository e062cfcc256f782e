import { describe, expect, test } from 'vitest';
import { clusterFlag, codeMask } from '../../src/terminal/cell.ts';
import { LivingCells, type Numbering, TextNumbers } from '../../src/terminal/screen.ts';

const inCells = (word: number) => (word & clusterFlag ? word & codeMask : -1);

function tableOf(numbering: Partial<Numbering> = {}) {
  const cells = new LivingCells();
  return { cells, table: new TextNumbers(cells, { most: codeMask + 1, numberIn: inCells, ...numbering }) };
}

function holder({ cells, table }: ReturnType<typeof tableOf>, count: number) {
  const owner = { data: new Uint32Array(count * 4) };
  cells.track(owner);
  return {
    owner,
    put(cell: number, text: string) {
      owner.data[cell * 4] = (table.number(text) ?? 0) | clusterFlag;
    },
    get: (cell: number) => table.text((owner.data[cell * 4] ?? 0) & codeMask),
  };
}

test('a text keeps its number as long as a cell holds it', () => {
  const tables = tableOf();
  const kept = holder(tables, 3);
  const busy = holder(tables, 10);
  for (const cell of [0, 1, 2]) kept.put(cell, `kept ${cell}`);
  for (let n = 0; n < 100_000; n++) busy.put(n % 10, `passing ${n}`);
  expect([0, 1, 2].map(kept.get)).toEqual(['kept 0', 'kept 1', 'kept 2']);
  expect(busy.get(9)).toBe('passing 99999');
  expect(tables.table.number('kept 1')).toBe((kept.owner.data[4] ?? 0) & codeMask);
});

test('however many texts pass, only some thousands are kept', () => {
  const tables = tableOf();
  const busy = holder(tables, 100);
  for (let n = 0; n < 200_000; n++) busy.put(n % 100, `passing ${n}`);
  expect(tables.table.size).toBeLessThanOrEqual(4096);
});

test('there is room for all that is on screens at once', () => {
  const tables = tableOf();
  const large = holder(tables, 20_000);
  for (let n = 0; n < 20_000; n++) large.put(n, `shown ${n}`);
  for (let n = 0; n < 20_000; n++) expect(large.get(n)).toBe(`shown ${n}`);
});

describe('where numbers are few', () => {
  test('texts go without one while all are on screens, and have one again later', () => {
    const tables = tableOf({ most: 3 });
    const screen = holder(tables, 3);
    for (const cell of [0, 1, 2]) screen.put(cell, `shown ${cell}`);
    for (let n = 0; n < 5000; n++) expect(tables.table.number('late')).toBeUndefined();
    expect([0, 1, 2].map(screen.get)).toEqual(['shown 0', 'shown 1', 'shown 2']);
    screen.owner.data.fill(0);
    let asked = 1;
    while (tables.table.number('late') === undefined) asked++;
    expect(asked).toBeLessThanOrEqual(1001);
  });

  test('looking for free ones costs little, however often somebody asks', () => {
    let looks = 0;
    const tables = tableOf({
      most: 3,
      numberIn: (word) => {
        looks++;
        return inCells(word);
      },
    });
    const screen = holder(tables, 100);
    for (const cell of [0, 1, 2]) screen.put(cell, `shown ${cell}`);
    for (let n = 0; n < 100_000; n++) tables.table.number(`late ${n}`);
    expect(looks).toBeLessThanOrEqual(100 * 101);
  });
});
