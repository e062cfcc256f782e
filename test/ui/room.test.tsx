import { renderToString } from 'ink';
import { expect, test } from 'vitest';
import { gridToText } from '../../src/terminal/screen.ts';
import type { AppState, ScreenSize } from '../../src/ui/state.ts';
import { press, room } from '../tui/fixtures.ts';
import { cellsOf, gallery, type SceneName } from './gallery.ts';
import { goldenOf, withoutLooks } from './looks.ts';
import { Room } from './Room.tsx';
import * as scenes from './scenes.ts';

const { least, small, medium, roomy, large } = scenes;

function draw(state: AppState): string {
  return gridToText(cellsOf(state, false));
}

/** Compares with the golden screen of that name; `npm run test:update` records it again. */
function expectPicture(name: string, state: AppState): Promise<void> {
  return expect(`${goldenOf(cellsOf(state))}
`).toMatchFileSnapshot(`golden/${name}.golden.txt`);
}

test.each<[string, SceneName, ScreenSize]>([
  ['room-80', 'room', small],
  ['room-120', 'room', medium],
  ['room-220', 'room', large],
  ['typing-120', 'typing', medium],
  ['zoomed-80', 'zoomed', small],
  ['copy-mode-120', 'copy-mode-selecting', medium],
  ['copy-mode-80', 'copy-mode', small],
  ['searching-80', 'searching', small],
  ['queue-120', 'queue', medium],
  ['crowded-120', 'crowded', medium],
  ['empty-80', 'empty', small],
  ['no-repos-80', 'no-repos', small],
  ['connecting-80', 'connecting', small],
  ['lost-80', 'lost', small],
  ['card-80', 'card', small],
  ['card-120', 'card', medium],
  ['card-changed-120', 'card-changed', medium],
  ['card-resume-120', 'card-resume', medium],
  ['reject-80', 'reject', small],
  ['start-several-80', 'start-several', small],
  ['start-several-120', 'start-several', medium],
  ['limits-80', 'limits', small],
  ['limits-200', 'limits', roomy],
  ['go-on-80', 'go-on', small],
  ['form-80', 'form', small],
  ['form-refused-80', 'form-refused', small],
  ['finish-80', 'finish', small],
  ['finish-blocked-80', 'finish-blocked', small],
  ['clean-120', 'clean', medium],
  ['stop-80', 'stop', small],
  ['stop-all-80', 'stop-all', small],
  ['help-120', 'help', medium],
  ['problem-80', 'problem', small],
  ['card-without-develop-80', 'card-without-develop', small],
  ['develop-80', 'develop', small],
  ['ask-several-80', 'ask-several', small],
  ['ask-several-200', 'ask-several', roomy],
  ['begin-board-80', 'begin-board', small],
  ['told-80', 'told', small],
  ['notices-80', 'notices', small],
  ['finish-pending-80', 'finish-pending', small],
  ['repo-80', 'repo', small],
  ['repo-120', 'repo', medium],
  ['board-80', 'board', small],
  ['board-120', 'board', medium],
  ['board-200', 'board', roomy],
  ['board-60', 'board', least],
  ['board-drag-80', 'board-drag', small],
  ['board-disputed-80', 'board-disputed', small],
  ['invoices-80', 'invoices', small],
  ['invoices-120', 'invoices', medium],
  ['invoices-200', 'invoices-filtered', roomy],
  ['sync-damaged-80', 'sync-damaged', small],
  ['sync-mass-deletion-120', 'sync-mass-deletion', medium],
  ['conflicts-80', 'conflicts', small],
  ['conflicts-120', 'conflicts-edited', medium],
  ['conflicts-200', 'conflicts', roomy],
  ['board-edit-80', 'board-edit', small],
  ['radar-80', 'radar', small],
  ['radar-120', 'radar', medium],
  ['radar-200', 'radar', roomy],
  ['radar-many-80', 'radar-many', small],
  ['radar-lines-80', 'radar-lines', small],
  ['radar-lines-120', 'radar-lines', medium],
  ['radar-lines-200', 'radar-lines', roomy],
  ['radar-message-80', 'radar-message', small],
  ['radar-marks-120', 'radar-marks', medium],
  ['finish-rivals-80', 'finish-rivals', small],
  ['rename-80', 'rename', small],
  ['palette-80', 'palette', small],
  ['palette-200', 'palette-queue', roomy],
  ['palette-found-80', 'palette-found', small],
  ['palette-board-120', 'palette-board', medium],
  ['palette-nothing-60', 'palette-nothing', least],
  ['too-small-40', 'too-small', small],
])('%s looks as it was approved', (name, scene, size) => expectPicture(name, gallery[scene](size)));

test.each<[string, Partial<AppState>, ScreenSize]>([
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

test('no control character from outside reaches the screen', () => {
  const state = room(scenes.crowdedFacts, medium);
  const hostile = { ...state, notice: { text: 'a\u001b[2J\u0007b\nc', tone: 'info', since: null } as const };
  const frame = withoutLooks(
    renderToString(<Room state={hostile} color={false} />, { columns: medium.cols }),
  );
  expect(frame.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
});

test('the card shows its keys, and y only while it is enabled', () => {
  expect(draw(scenes.card(small))).toContain('y start  e edit  n reject  l later');
  const unplanned = press(room(scenes.crowdedFacts, small), 'tab', 'j', 'enter').state;
  expect(draw(unplanned)).not.toContain('y start');
});

test('a notice replaces the keys until the next key', () => {
  const refused = press(scenes.empty(small), 'f').state;
  expect(draw(refused)).toContain('Select a worker first.');
  expect(draw(press(refused, 'j').state)).toContain('n new');
});
