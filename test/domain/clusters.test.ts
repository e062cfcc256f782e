import { expect, test } from 'vitest';
import { clusterFlag, codeMask } from '../../src/domain/cell.ts';
import { ClusterTable } from '../../src/domain/clusters.ts';

function holder(table: ClusterTable, cells: number) {
  const owner = { data: new Uint32Array(cells * 4) };
  table.track(owner);
  return {
    owner,
    put(cell: number, text: string) {
      owner.data[cell * 4] = (table.number(text) ?? 0) | clusterFlag;
    },
    get: (cell: number) => table.text((owner.data[cell * 4] ?? 0) & codeMask),
  };
}

test('a text keeps its number as long as a cell holds it', () => {
  const table = new ClusterTable();
  const kept = holder(table, 3);
  const busy = holder(table, 10);
  for (const cell of [0, 1, 2]) kept.put(cell, `kept ${cell}`);
  for (let n = 0; n < 100_000; n++) busy.put(n % 10, `passing ${n}`);
  expect([0, 1, 2].map(kept.get)).toEqual(['kept 0', 'kept 1', 'kept 2']);
  expect(busy.get(9)).toBe('passing 99999');
  expect(table.number('kept 1')).toBe((kept.owner.data[4] ?? 0) & codeMask);
});

test('however many texts pass, only some thousands are kept', () => {
  const table = new ClusterTable();
  const busy = holder(table, 100);
  for (let n = 0; n < 200_000; n++) busy.put(n % 100, `passing ${n}`);
  expect(table.size).toBeLessThanOrEqual(4096);
});

test('there is room for all that is on screens at once', () => {
  const table = new ClusterTable();
  const large = holder(table, 20_000);
  for (let n = 0; n < 20_000; n++) large.put(n, `shown ${n}`);
  for (let n = 0; n < 20_000; n++) expect(large.get(n)).toBe(`shown ${n}`);
});
