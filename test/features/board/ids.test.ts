import { expect, test } from 'vitest';
import { prefixOf } from '../../../src/documents/tableEdit.ts';

test.each([
  ['what is configured, whatever the rows have', ['SHOP-1', 'SHOP-2'], 'WEB', 'WEB'],
  ['what most rows have', ['SHOP-1', 'ORC-7', null, 'SHOP-2'], null, 'SHOP'],
  ['the usual one where rows have none', [null, '12', 'see SHOP-1', '-3', 'A-b'], null, 'ORC'],
  ['the usual one without rows', [], null, 'ORC'],
])('new ids begin with %s', (_, ids, configured, prefix) => {
  expect(prefixOf(ids, configured, 'ORC')).toBe(prefix);
});
