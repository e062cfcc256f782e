import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseMarkdown } from '../../src/documents/markdown.ts';
import { withPendingNote, withSyncNote } from '../../src/documents/syncNotes.ts';

const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');
const at = '2026-11-23 10:00';

it.each([
  [
    'board-form-a.md',
    'Pending changes: 3',
    '16:40: Mails moved to Review\n- 2026-11-23 10:00: Login moved\n',
  ],
  ['board-form-b.md', '', '## Pending Changes\n\n- 2026-11-23 10:00: Login moved\n'],
  ['invoices-form-a.md', 'Pending entries: 2', '(Ben)\n- 2026-11-23 10:00: Login moved\n'],
  ['invoices-form-b.md', '', 'Search entered\n- 2026-11-23 10:00: Login moved\n'],
])('%s counts and lists pending changes until they are synced', (name, count, list) => {
  for (const end of ['\n', '\r\n']) {
    const after = withPendingNote(fixture(name).replaceAll('\n', end), at, 'Login moved');
    expect(after).toContain(count);
    expect(after.replaceAll('\r\n', '\n')).toContain(list);
    expect(withSyncNote({ file: parseMarkdown(after) }, at, { rows: [], texts: ['Login'] })).toContain(
      'Login moved',
    );
    const synced = withSyncNote({ file: parseMarkdown(after) }, at);
    expect(synced).not.toContain('Login moved');
    if (count !== '') expect(synced).toMatch(/Last synced to Notion: 2026-11-23 10:00\r?\nPending \w+: 0/);
  }
});

it('bold lines and other bullets stay, and nothing comes where there is no place', () => {
  const text = '**Pending changes:** 3\n\n## Change Log (Pending Push)\n\n* 2026-11-20: x\n';
  expect(withPendingNote(text, at, 'y')).toBe(`${text.replace('3', '4')}* ${at}: y\n`);
  for (const none of ['# Board\n', '## Change log\n\n- old\n', '## Pending Invoices\n'])
    expect(withPendingNote(none, at, 'y')).toBe(none);
});

it('after a sync the list names pending changes, or states that there are none', () => {
  const note = (text: string, rows: { id: string; task: string }[], texts: string[]) =>
    withSyncNote({ file: parseMarkdown(text) }, at, { rows, texts });
  const formA = fixture('board-form-a.md');
  const left = note(formA, [{ id: 'A-1', task: 'Pay' }], ['Mail', 'mails']);
  expect(left).toContain('Pending changes: 2');
  expect(left).toContain(`Push)\n\n- 2026-11-20 16:40: Mails moved to Review\n- ${at}: A-1 Pay not synced\n`);
  expect(note(formA, [], [])).toContain('Pending changes: 0');
  expect(note(formA, [], [])).toMatch(/\(Pending Push\)\n\nNone\n$/);
  const formB = fixture('board-form-b.md');
  expect(note(withPendingNote(formB, at, 'Login moved'), [], [])).toBe(formB);
});
