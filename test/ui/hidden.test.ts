import { expect, test } from 'vitest';
import { askedFor } from '../../src/agents/claude/hooks.ts';
import { queueOf } from '../../src/core/queue.ts';
import { countHidden } from '../../src/lib/sanitize.ts';
import { cellIndex, Foreground, type Grid, gridToText, rowText } from '../../src/terminal/screen.ts';
import type { AppState } from '../../src/ui/state.ts';
import { cellWidth, cutText, fitLine, line, lineText, wrapText } from '../../src/ui/text.ts';
import { facts, minutesAgo, now, plan, press, proposal, repo, room, worker } from '../tui/fixtures.ts';
import { cellsOf } from './gallery.ts';
import * as scenes from './scenes.ts';

const codes = [
  ...[0x200b, 0x200e, 0x200f, 0x061c, 0x180e, 0x202a, 0x202e, 0x2060, 0x2064, 0x2066, 0x206f],
  ...[0xfeff, 0xfff9, 0xfffb, 0xe0001, 0xe0041, 0xe007f],
];
const hidden = codes.map((code) => String.fromCodePoint(code));
const needed = '👩\u200d💻 ❤\ufe0f';
const all = `${hidden[6]}${needed} ${hidden.join(' ')}`;

/** Returns views with this text in every name and message. */
function rooms(text: string): Readonly<Record<string, AppState>> {
  const workers = [
    worker('web/a', { title: text, said: { at: minutesAgo(3), text } }),
    worker('web/b', { title: text, state: 'waiting', asks: text }),
  ];
  const asked = askedFor(
    { tool_name: 'Bash', tool_input: { command: `rm ${text}`, description: text } },
    text,
  );
  const request = { ...asked, id: 'q', worker: 'web/b', since: minutesAgo(8), text };
  const draft = { repo: 'web', task: 'c', brief: text, agent: null };
  const proposals = [proposal(7, 'web/c', { draft, plan: plan('web/c', { command: ['sh', text] }) })];
  const queue = queueOf({ workers, proposals, requests: [request], setAside: new Map(), now });
  const given = facts({ repos: [repo('web', { branch: text })], workers, proposals, queue });
  const list = room(given, scenes.medium);
  return {
    list,
    pane: press(list, 'enter').state,
    queue: press(list, 'tab').state,
    request: press(list, 'tab', 'enter').state,
    card: press(list, 'tab', 'j', 'enter').state,
    rename: press(list, 'e').state,
    palette: press(list, ':').state,
    timeline: press(list, 't').state,
    finish: scenes.finishing(scenes.medium, { uncommitted: [text] }),
  };
}

const upright = /^[│┃║]$/;

/** Returns the columns of border lines by row; a shifted row has other ones. */
function borders(grid: Grid): readonly string[] {
  return Array.from({ length: grid.rows }, (_, y) => {
    let at = 0;
    const found: number[] = [];
    for (const { segment } of new Intl.Segmenter().segment(rowText(grid, y))) {
      if (upright.test(segment)) found.push(at);
      at += cellWidth(segment);
    }
    return found.join(' ');
  });
}

test.each(Object.entries(rooms(all)))(
  'invisible characters move no border of the %s and are spelt out',
  (name, state) => {
    const [grid, plain] = [cellsOf(state), cellsOf(rooms('x'.repeat(cellWidth(all)))[name] as AppState)];
    const text = gridToText(grid);
    expect(text.split('\n').filter((row) => countHidden(row) > 0)).toEqual([]);
    expect(text).toContain('<U+202E>');
    expect(text.split('\n').filter((row) => cellWidth(row) > grid.cols)).toEqual([]);
    expect(borders(grid).slice(1, 3)).toEqual(borders(plain).slice(1, 3));
  },
);

test('a card spells them out, in commands, too, and keeps those that an emoji needs', () => {
  const { card, request } = rooms(all);
  for (const state of [card, request]) {
    const text = gridToText(cellsOf({ ...(state as AppState), size: { cols: 220, rows: 60 } }));
    for (const code of codes)
      expect(text).toContain(`<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`);
    expect(text).toContain(needed);
  }
});

test('cutting and wrapping count shown cells and never cut a spelt character', () => {
  for (let width = 0; width < 40; width += 1) {
    const cut = cutText(all, width);
    expect(cellWidth(cut)).toBeLessThanOrEqual(width);
    expect(lineText(line(cut))).not.toMatch(/<U(\+[\dA-F]*)?…/);
    expect(cellWidth(lineText(fitLine(line(all), width)))).toBe(width);
    if (width > 10)
      for (const row of wrapText(lineText(line(all)), width))
        expect(cellWidth(row)).toBeLessThanOrEqual(width);
  }
});

test('the pane that has the keys has a bold border on all four sides', () => {
  const grid = cellsOf(rooms('x').pane as AppState);
  const weights = Array.from({ length: grid.rows * grid.cols }, (_, at) => {
    const [x, y] = [at % grid.cols, Math.floor(at / grid.cols)];
    const first = grid.data[cellIndex(grid, x, y)] ?? 0;
    const isHeavy = '┏━┓┗┛┃'.includes(String.fromCodePoint(first & 0x1fffff));
    return isHeavy ? (grid.data[cellIndex(grid, x, y) + 1] ?? 0) & Foreground.bold : null;
  }).filter((one) => one !== null);
  expect(weights.length).toBeGreaterThan(100);
  expect(weights.filter((one) => one === 0)).toEqual([]);
});
