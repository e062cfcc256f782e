import { renderToString } from 'ink';
import { describe, expect, test } from 'vitest';
import {
  ColorKind,
  cellWords,
  colorMask,
  createGrid,
  type Grid,
  gridToText,
  rowText,
} from '../../src/terminal/screen.ts';
import { pictureOf } from '../../src/tui/picture.tsx';
import { Chrome, readFrame } from '../../src/ui/chrome.ts';
import type { AppState, Size } from '../../src/ui/state.ts';
import { cellWidth } from '../../src/ui/text.ts';
import { boardDrag, boardRoom } from '../app/boardFixtures.ts';
import { conflictRoom, documentRoom, invoiceRoom, refusedSync } from '../app/documentFixtures.ts';
import { press, room, type } from '../app/fixtures.ts';
import { manyFacts, radarFacts, radarRoom, sidesRoom } from '../app/radarFixtures.ts';
import { goldenOf, withoutLooks } from './looks.ts';
import { Room } from './Room.tsx';
import * as scenes from './scenes.ts';

const { small, medium, large } = scenes;

/** The cells of the screen, by the way they take in the program. */
function cellsOf(state: AppState, color = true): Grid {
  const chrome = new Chrome(state.size.cols, state.size.rows);
  chrome.draw(pictureOf(state, color));
  return chrome.grid;
}

function draw(state: AppState): string {
  return gridToText(cellsOf(state, false));
}

/** Compares with the picture of that name; `npm run test:update` takes a new one, to be looked at before it is kept. */
function expectPicture(name: string, state: AppState): Promise<void> {
  return expect(`${goldenOf(cellsOf(state))}
`).toMatchFileSnapshot(`./${name}.golden.txt`);
}

test.each<[string, AppState]>([
  ['room-80', scenes.busy(small)],
  ['room-120', scenes.busy(medium)],
  ['room-220', scenes.busy(large)],
  ['typing-120', press(scenes.busy(medium), 'enter').state],
  ['zoomed-80', press(scenes.busy(small), 'z').state],
  ['looking-back-120', press(scenes.busy(medium), 'pageup', 'v').state],
  ['looking-back-80', press(scenes.busy(small), 'pageup').state],
  ['searching-80', type(press(scenes.busy(small), '/').state, 'migration').state],
  ['queue-120', press(scenes.busy(medium), 'tab').state],
  ['crowded-120', room(scenes.crowdedFacts, medium)],
  ['empty-80', scenes.empty(small)],
  ['no-repos-80', scenes.noRepos(small)],
  ['connecting-80', scenes.connecting(small)],
  ['lost-80', scenes.lost(small)],
  ['card-80', scenes.card(small)],
  ['card-120', scenes.card(medium)],
  ['card-changed-120', scenes.changedCard(medium)],
  ['card-resume-120', scenes.resumeCard(medium)],
  ['reject-80', type(press(scenes.card(small), 'n').state, 'We have this already').state],
  ['start-several-80', scenes.startingSeveral(small)],
  ['start-several-120', scenes.startingSeveral(medium)],
  ['limits-80', scenes.stoppedByLimit(small)],
  ['limits-200', scenes.stoppedByLimit({ cols: 200, rows: 50 })],
  ['go-on-80', press(scenes.stoppedByLimit(small), 'C').state],
  ['form-80', scenes.form(small)],
  ['form-refused-80', scenes.refusedForm(small)],
  ['finish-80', scenes.finishing(small)],
  [
    'finish-blocked-80',
    scenes.finishing(small, { blockers: ['1 file is not committed.'], uncommitted: ['src/jwt.ts'] }),
  ],
  ['clean-120', scenes.cleaning(medium)],
  ['stop-80', press(scenes.busy(small), 's').state],
  ['stop-all-80', press(scenes.busy(small), 'Q').state],
  ['help-120', press(scenes.busy(medium), '?').state],
  ['problem-80', scenes.problem(small)],
  ['card-without-develop-80', scenes.withoutDevelop(small)],
  ['develop-80', press(scenes.withoutDevelop(small), 'D').state],
  ['ask-several-80', scenes.severalChoices(small)],
  ['ask-several-200', scenes.severalChoices({ cols: 200, rows: 50 })],
  ['begin-board-80', press(scenes.busy(small), 'b').state],
  ['told-80', scenes.told(small)],
  ['notices-80', press(scenes.told(small), '!').state],
  ['finish-pending-80', press(scenes.busy(small), 'f').state],
  ['repo-80', scenes.showingRepo(small)],
  ['repo-120', scenes.showingRepo(medium)],
  ['board-80', boardRoom(small)],
  ['board-120', boardRoom(medium)],
  ['board-200', boardRoom({ cols: 200, rows: 50 })],
  ['board-60', boardRoom({ cols: 60, rows: 16 })],
  ['board-drag-80', boardDrag(small, [24, 6], [44, 12])],
  ['board-disputed-80', press(documentRoom(small), 'b', 'h', 'j').state],
  ['invoices-80', invoiceRoom(small)],
  ['invoices-120', invoiceRoom(medium)],
  ['invoices-200', press(invoiceRoom({ cols: 200, rows: 50 }), 'f', 'w').state],
  ['sync-damaged-80', refusedSync(small, 'notion_base_damaged')],
  ['sync-mass-deletion-120', refusedSync(medium, 'mass_deletion')],
  ['conflicts-80', conflictRoom(small)],
  ['conflicts-120', press(conflictRoom(medium), 'e').state],
  ['conflicts-200', conflictRoom({ cols: 200, rows: 50 })],
  ['board-edit-80', press(boardRoom(small), 'e').state],
  ['radar-80', radarRoom(small)],
  ['radar-120', radarRoom(medium)],
  ['radar-200', radarRoom({ cols: 200, rows: 50 })],
  ['radar-many-80', radarRoom(small, manyFacts())],
  ['radar-lines-80', sidesRoom(small)],
  ['radar-lines-120', sidesRoom(medium)],
  ['radar-lines-200', sidesRoom({ cols: 200, rows: 50 })],
  ['radar-message-80', press(radarRoom(small), 'm').state],
  ['radar-marks-120', room(radarFacts(), medium)],
  [
    'finish-rivals-80',
    scenes.finishing(small, { conflictsAfter: ['backend/rate-limits', 'backend/exports'] }),
  ],
  ['rename-80', press(scenes.busy(small), 'e').state],
  ['palette-80', press(scenes.busy(small), ':').state],
  ['palette-200', press(scenes.busy({ cols: 200, rows: 50 }), 'tab', ':').state],
  ['palette-found-80', type(press(scenes.busy(small), ':').state, 're').state],
  ['palette-board-120', type(press(boardRoom(medium), ':').state, 'ca').state],
  ['palette-nothing-60', type(press(scenes.busy({ cols: 60, rows: 16 }), ':').state, 'zzz').state],
  ['too-small-40', scenes.busy({ cols: 40, rows: 10 })],
])('%s looks as it was approved', (name, state) => expectPicture(name, state));

test.each<[string, Partial<AppState>, Size]>([
  ['layout-1-80', { grid: 1 }, small],
  ['layout-1-80', { grid: 2 }, small],
  ['layout-1-80', { grid: 4 }, small],
  ['layout-1-80', { grid: 6 }, small],
  ['layout-1-80', { grid: 9 }, small],
  ['layout-1-80', { stacked: true }, small],
  ['layout-1-120', { grid: 1 }, medium],
  ['layout-2-120', { grid: 2 }, medium],
  ['layout-4-120', { grid: 4 }, medium],
  ['layout-4-120', { grid: 6 }, medium],
  ['layout-4-120', { grid: 9 }, medium],
  ['layout-stack-120', { stacked: true }, medium],
  ['layout-1-220', { grid: 1 }, large],
  ['layout-2-220', { grid: 2 }, large],
  ['layout-4-220', { grid: 4 }, large],
  ['layout-6-220', { grid: 6 }, large],
  ['layout-9-220', { grid: 9 }, large],
  ['layout-stack-220', { stacked: true }, large],
  ['layout-9-needs-first-220', { grid: 9, needsFirst: true }, large],
])('%s looks as it was approved, with %j', (name, change, size) =>
  expectPicture(name, { ...scenes.many(size), ...change }),
);

const everything: readonly [string, (size: Size) => AppState][] = [
  ['busy', scenes.busy],
  ['crowded', (size) => room(scenes.crowdedFacts, size)],
  ['crowded card', (size) => press(room(scenes.crowdedFacts, size), 'tab', 'enter').state],
  ['crowded form', (size) => press(room(scenes.crowdedFacts, size), 'n').state],
  ['crowded, typing', (size) => press(room(scenes.crowdedFacts, size), '1').state],
  ['crowded, nine panes', (size) => press(room(scenes.crowdedFacts, size), '+', '+', 'j').state],
  ['crowded, stacked', (size) => press(room(scenes.crowdedFacts, size), 'm', 'o').state],
  ['card', scenes.card],
  ['crowded, starting several', (size) => press(room(scenes.crowdedFacts, size), 'A').state],
  ['stopped by a limit', (size) => press(scenes.stoppedByLimit(size), 'C').state],
  ['form', scenes.form],
  ['refused form', scenes.refusedForm],
  ['finishing', (size) => scenes.finishing(size, { ignored: ['.env'] })],
  ['cleaning', scenes.cleaning],
  ['repository', scenes.showingRepo],
  ['help', (size) => press(scenes.busy(size), '?').state],
  ['connecting', scenes.connecting],
  ['board', boardRoom],
  ['invoices', invoiceRoom],
  ['radar', radarRoom],
  ['crowded radar', (size) => press(radarRoom(size, manyFacts()), ...Array(30).fill('j'), 'l', 'l').state],
  ['lines of both sides', sidesRoom],
  ['palette', (size) => press(scenes.busy(size), ':').state],
  ['crowded palette', (size) => press(room(scenes.crowdedFacts, size), ':', 'pagedown', 'pagedown').state],
  ['palette over the board', (size) => press(boardRoom(size), ':', 'pagedown', 'pagedown').state],
  ['palette that finds one', (size) => type(press(scenes.busy(size), ':').state, 'usau').state],
  ['message', (size) => press(radarRoom(size), 'm').state],
];

const sizes: readonly Size[] = [
  { cols: 60, rows: 16 },
  { cols: 61, rows: 17 },
  small,
  medium,
  { cols: 200, rows: 50 },
  large,
];

describe.each(everything)('%s', (_name, scene) => {
  test.each(sizes)('fills $cols×$rows exactly, its borders one below the other', (size) => {
    const grid = cellsOf(scene(size));
    const rows = Array.from({ length: grid.rows }, (_, y) => rowText(grid, y));
    for (const row of rows.slice(1, -1)) {
      expect(cellWidth(row)).toBe(size.cols);
      expect('│┃╮╯┓┛┤').toContain(row.at(-1));
    }
    for (const row of rows) expect(cellWidth(row)).toBeLessThanOrEqual(size.cols);
  });
});

test.each(everything)('%s is the same in parts as in one tree', (_name, scene) => {
  const state = scene(medium);
  const whole = createGrid(medium.cols, medium.rows);
  readFrame(renderToString(<Room state={state} color={true} />, { columns: medium.cols }), whole);
  expect(goldenOf(cellsOf(state))).toBe(goldenOf(whole));
});

test.each(everything)('%s without colour has the same cells but for their colours', (_name, scene) => {
  const [colored, plain] = [cellsOf(scene(medium)), cellsOf(scene(medium), false)];
  for (let at = 1; at < colored.data.length; at += cellWords) {
    const word = colored.data[at] as number;
    expect(word & colorMask & ~0xf).toBe(word & colorMask ? ColorKind.ansi : 0);
    colored.data[at] = word & ~colorMask;
  }
  expect(plain.bytes.equals(colored.bytes)).toBe(true);
});

test('nothing of the outside world reaches the screen as a control character', () => {
  const state = room(scenes.crowdedFacts, medium);
  const hostile = { ...state, notice: { text: 'a\u001b[2J\u0007b\nc', tone: 'info', since: null } as const };
  const frame = withoutLooks(
    renderToString(<Room state={hostile} color={false} />, { columns: medium.cols }),
  );
  expect(frame.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
});

test('the keys of the card are named on it, and y only while it can be pressed', () => {
  expect(draw(scenes.card(small))).toContain('y start  e edit  n reject  l later');
  const unplanned = press(room(scenes.crowdedFacts, small), 'tab', 'j', 'enter').state;
  expect(draw(unplanned)).not.toContain('y start');
});

test('a notice takes the place of the keys, and the next key brings them back', () => {
  const refused = press(scenes.empty(small), 'f').state;
  expect(draw(refused)).toContain('Select a worker first.');
  expect(draw(press(refused, 'j').state)).toContain('n new');
});
