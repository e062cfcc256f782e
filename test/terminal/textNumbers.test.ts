import { describe, expect, test } from 'vitest';
import { CellTexts, clusterFlag, codeMask, type Numbering } from '../../src/terminal/screen.ts';

const inCells = (word: number) => (word & clusterFlag ? word & codeMask : -1);

/** Texts in the cells of a grid of one row. */
function rowOf(count: number, numbering: Partial<Numbering> = {}) {
  const data = new Uint32Array(count * 4);
  const table = new CellTexts(data, { most: codeMask + 1, numberIn: inCells, ...numbering });
  return {
    data,
    table,
    put(cell: number, text: string) {
      data[cell * 4] = (table.number(text) ?? 0) | clusterFlag;
    },
    get: (cell: number) => table.text((data[cell * 4] ?? 0) & codeMask),
  };
}

test('a text keeps its number as long as a cell holds it', () => {
  const row = rowOf(13);
  for (const cell of [10, 11, 12]) row.put(cell, `kept ${cell}`);
  for (let n = 0; n < 100_000; n++) row.put(n % 10, `passing ${n}`);
  expect([10, 11, 12].map(row.get)).toEqual(['kept 10', 'kept 11', 'kept 12']);
  expect(row.get(9)).toBe('passing 99999');
  expect(row.table.number('kept 11')).toBe((row.data[44] ?? 0) & codeMask);
});

test('however many texts pass, only about a thousand are kept', () => {
  const row = rowOf(100);
  for (let n = 0; n < 200_000; n++) row.put(n % 100, `passing ${n}`);
  expect(row.table.size).toBeLessThanOrEqual(1024);
});

test('there is room for all that is in the grid at once', () => {
  const row = rowOf(20_000);
  for (let n = 0; n < 20_000; n++) row.put(n, `shown ${n}`);
  for (let n = 0; n < 20_000; n++) expect(row.get(n)).toBe(`shown ${n}`);
});

describe('where numbers are few', () => {
  test('texts go without one while all are in cells, and have one again later', () => {
    const row = rowOf(3, { most: 3 });
    for (const cell of [0, 1, 2]) row.put(cell, `shown ${cell}`);
    for (let n = 0; n < 5000; n++) expect(row.table.number('late')).toBeUndefined();
    expect([0, 1, 2].map(row.get)).toEqual(['shown 0', 'shown 1', 'shown 2']);
    row.data.fill(0);
    let asked = 1;
    while (row.table.number('late') === undefined) asked++;
    expect(asked).toBeLessThanOrEqual(1001);
  });

  test('looking for free ones costs little, however often somebody asks', () => {
    let looks = 0;
    const row = rowOf(100, {
      most: 3,
      numberIn: (word) => {
        looks++;
        return inCells(word);
      },
    });
    for (const cell of [0, 1, 2]) row.put(cell, `shown ${cell}`);
    for (let n = 0; n < 100_000; n++) row.table.number(`late ${n}`);
    expect(looks).toBeLessThanOrEqual(100 * 101);
  });
});
