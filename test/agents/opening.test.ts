import { expect, test } from 'vitest';
import { asPlainText } from '../../src/agents/abilities.ts';

test.each([
  ['Mend it.\n\nThen test.', 'Mend it.\n\nThen test.'],
  ['!rm -r .', 'Task: !rm -r .'],
  ['  /clear', 'Task: /clear'],
  ['#remember', 'Task: #remember'],
  ['@file', 'Task: @file'],
  ['\n\n!ls', 'Task: !ls'],
  ['a\x1b[201~\r\nb\rc\x07', 'a[201~\nb\nc'],
  ['\x1b!ls', 'Task: !ls'],
  ['\u200b!ls', 'Task: !ls'],
  ['Mend\u202e it.\tNow\u{e0041}\u{e0042}', 'Mend it.\tNow'],
])('%j is handed over as %j', (text, opened) => {
  expect(asPlainText(text)).toBe(opened);
});
