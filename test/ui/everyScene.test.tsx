import { renderToString } from 'ink';
import { describe, expect, test } from 'vitest';
import { ColorKind, cellWords, colorMask, createGrid, rowText } from '../../src/terminal/screen.ts';
import { readFrame } from '../../src/ui/chrome.ts';
import type { ScreenSize } from '../../src/ui/state.ts';
import { cellWidth } from '../../src/ui/text.ts';
import { cellsOf, gallery, type SceneName } from './gallery.ts';
import { goldenOf } from './looks.ts';
import { Room } from './Room.tsx';
import { large, least, medium, roomy, small } from './scenes.ts';

const everything: readonly [string, SceneName][] = [
  ['busy', 'room'],
  ['crowded', 'crowded'],
  ['crowded card', 'crowded-card'],
  ['crowded form', 'crowded-form'],
  ['crowded, typing', 'crowded-typing'],
  ['crowded, nine panes', 'crowded-nine-panes'],
  ['crowded, stacked', 'crowded-stacked'],
  ['card', 'card'],
  ['crowded, starting several', 'crowded-start-several'],
  ['stopped by a limit', 'go-on'],
  ['form', 'form'],
  ['refused form', 'form-refused'],
  ['finishing', 'finish-ignored'],
  ['cleaning', 'clean'],
  ['repository', 'repo'],
  ['help', 'help'],
  ['connecting', 'connecting'],
  ['board', 'board'],
  ['invoices', 'invoices'],
  ['radar', 'radar'],
  ['crowded radar', 'radar-many-scrolled'],
  ['lines of both sides', 'radar-lines'],
  ['palette', 'palette'],
  ['crowded palette', 'crowded-palette'],
  ['palette over the board', 'palette-board-scrolled'],
  ['palette that finds one', 'palette-found-one'],
  ['message', 'radar-message'],
];

const sizes: readonly ScreenSize[] = [least, { cols: 61, rows: 17 }, small, medium, roomy, large];

describe.each(everything)('%s', (_name, scene) => {
  test.each(sizes)('fills $cols×$rows exactly, with aligned borders', (size) => {
    const grid = cellsOf(gallery[scene](size));
    const rows = Array.from({ length: grid.rows }, (_, y) => rowText(grid, y));
    for (const row of rows.slice(1, -1)) {
      expect(cellWidth(row)).toBe(size.cols);
      expect('│┃╮╯┓┛┤').toContain(row.at(-1));
    }
    for (const row of rows) expect(cellWidth(row)).toBeLessThanOrEqual(size.cols);
  });
});

test.each(everything)('%s is the same in parts as in one tree', (_name, scene) => {
  const state = gallery[scene](medium);
  const whole = createGrid(medium.cols, medium.rows);
  readFrame(renderToString(<Room state={state} color={true} />, { columns: medium.cols }), whole);
  expect(goldenOf(cellsOf(state))).toBe(goldenOf(whole));
});

test.each(everything)('%s without colour differs only in colours', (_name, scene) => {
  const [colored, plain] = [cellsOf(gallery[scene](medium)), cellsOf(gallery[scene](medium), false)];
  for (let at = 1; at < colored.data.length; at += cellWords) {
    const word = colored.data[at] as number;
    expect(word & colorMask & ~0xf).toBe(word & colorMask ? ColorKind.ansi : 0);
    colored.data[at] = word & ~colorMask;
  }
  expect(plain.bytes.equals(colored.bytes)).toBe(true);
});
