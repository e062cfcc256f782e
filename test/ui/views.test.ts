import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { gridToAnsi } from '../../src/terminal/serialize.ts';
import { cellsOf, gallery } from './gallery.ts';

const run = promisify(execFile);

/** Runs the program of `npm run views` without a terminal. */
function views(...args: string[]): Promise<{ readonly stdout: string }> {
  const loader = ['--import', './test/support/tsx.mjs'];
  const env = { ...process.env, TERM: 'xterm', NO_COLOR: '' };
  return run(process.execPath, [...loader, 'test/ui/views.ts', ...args], { env });
}

it('prints a view in colour, or lists all views', async () => {
  const [board, wrong] = await Promise.all([views('board', '80×24'), views('bord').catch((error) => error)]);
  expect(board.stdout).toBe(`${gridToAnsi(cellsOf(gallery.board({ cols: 80, rows: 24 })))}\n`);
  expect(board.stdout).toContain('\x1b[');
  expect([wrong.code, wrong.stdout]).toEqual([2, '']);
  expect(wrong.stderr).toContain(`There is no scene "bord". Known:\n${Object.keys(gallery).join('\n')}\n`);
});
