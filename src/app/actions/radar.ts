import { selectRow } from '../../room/move.ts';
import { isIdle, isReachable } from '../../room/reachable.ts';
import type { AppState } from '../../room/state.ts';
import { ask, type Step, stay, toList, withDialog } from '../../room/step.ts';
import type { Action } from '../action.ts';
import { dialogOf } from '../dialog.ts';
import { findRadar, firstCell, moveCell, selectRadars, worstCell } from '../radar.ts';
import { backToMatrix, filesOf, openFile, pairOf, withRadar } from '../radarDialogs.ts';
import { noteAction } from './radarNote.ts';

const group = 'Radar';
const matrix = { group, where: ['radar'] } as const;
const looking = { group, where: ['radar', 'radar-file'] } as const;

/** Which work will not merge: the matrix, the files of a pair, and a word to those who made them. */
export const radarActions: readonly Action[] = [
  {
    id: 'radar',
    title: 'radar: which work will not merge',
    hint: ({ facts }) => (facts?.radar?.some(({ pairs }) => pairs.length > 0) ? 'conflicts' : null),
    keys: ['c'],
    palette: 'everywhere',
    group: 'Workers',
    where: ['room'],
    enabled: canOpen,
    run: openRadar,
  },
  moving('left', 'h', 0, -1),
  moving('down', 'j', 1, 0),
  moving('up', 'k', -1, 0),
  moving('right', 'l', 0, 1),
  {
    ...matrix,
    id: 'radar-open',
    title: 'the lines where the two meet, file by file',
    hint: 'lines',
    keys: ['enter'],
    enabled: (state) => (filesOf(state).length > 0 ? isReachable(state) : 'They have no file in common.'),
    run: (state) => openFile(state, 0),
  },
  {
    ...matrix,
    id: 'radar-repo',
    title: 'the next repository',
    hint: (state) => (selectRadars(state).length > 1 ? 'next repo' : null),
    keys: ['tab'],
    enabled: (state) => selectRadars(state).length > 1 || 'Only this repository has workers.',
    run: nextRepo,
  },
  noteAction,
  {
    ...looking,
    id: 'radar-to-row',
    title: "to the row's worker",
    hint: 'to row',
    keys: ['a'],
    run: (state) => jump(state, pairOf(state)?.a ?? null),
  },
  {
    ...looking,
    id: 'radar-to-column',
    title: "to the column's worker",
    hint: 'to column',
    keys: ['b'],
    enabled: (state) => typeof pairOf(state)?.b === 'string' || 'That is a branch and no worker.',
    run: (state) => jump(state, pairOf(state)?.b ?? null),
  },
  {
    ...matrix,
    id: 'radar-look',
    title: 'look again now',
    keys: ['R', 'ctrl-r'],
    enabled: isIdle,
    run(state) {
      const dialog = dialogOf(state);
      if (dialog?.kind !== 'radar') return stay(state);
      return ask(state, 'conflicts', { repo: dialog.repo }, (next, pending) =>
        withDialog(next, { ...dialog, pending, problem: null }),
      );
    },
  },
  {
    ...matrix,
    id: 'radar-close',
    title: 'close',
    hint: 'close',
    keys: ['escape', 'q', 'c', 'ctrl-c'],
    run: (state) => stay(toList(state)),
  },
  nextFile('radar-next-file', 'the next file', ['n', 'l', 'right'], 1),
  nextFile('radar-previous-file', 'the file before', ['p', 'h', 'left'], -1),
  {
    group: 'Radar: lines',
    where: ['radar-file'],
    id: 'radar-back',
    title: 'back to the matrix',
    hint: 'back',
    keys: ['escape', 'q', 'enter', 'ctrl-c'],
    run: (state) => stay(backToMatrix(state)),
  },
];

function moving(to: 'left' | 'down' | 'up' | 'right', letter: string, down: number, right: number): Action {
  return {
    ...matrix,
    id: `radar-${to}`,
    title: 'through the pairs',
    keys: [letter, to],
    palette: 'never',
    run(state) {
      const dialog = dialogOf(state);
      const radar = dialog?.kind === 'radar' ? findRadar(state, dialog.repo) : null;
      if (dialog?.kind !== 'radar' || !radar) return stay(state);
      return stay(withDialog(state, { ...dialog, ...moveCell(radar, dialog, down, right), scroll: 0 }));
    },
  };
}

function nextFile(id: string, title: string, keys: readonly string[], by: number): Action {
  return {
    group: 'Radar: lines',
    where: ['radar-file'],
    id,
    title,
    keys,
    ...(by > 0 && { hint: (state: AppState) => (filesOf(state).length > 1 ? 'next file' : null) }),
    enabled: (state) => (filesOf(state).length > 1 ? isReachable(state) : 'There is no other file.'),
    run(state) {
      const dialog = dialogOf(state);
      const files = filesOf(state);
      const at = files.findIndex(({ path }) => dialog?.kind === 'radar-file' && path === dialog.path);
      return openFile(state, (at + by + files.length) % files.length);
    },
  };
}

function canOpen(state: AppState): true | string {
  if (!state.facts?.radar) return 'The radar is off: "radar" is false in .orch/config.json.';
  return firstCell(state) !== null || 'No worktrees have been compared yet.';
}

function openRadar(state: AppState): Step {
  const cell = firstCell(state);
  return stay(cell ? withRadar(state, cell) : state);
}

function nextRepo(state: AppState): Step {
  const dialog = dialogOf(state);
  const radars = selectRadars(state);
  const at = radars.findIndex(({ repo }) => dialog?.kind === 'radar' && repo === dialog.repo);
  const radar = radars[(at + 1) % radars.length];
  const cell = radar ? worstCell(radar) : null;
  return stay(cell ? withRadar(state, cell) : state);
}

function jump(state: AppState, id: string | null): Step {
  return stay(id === null ? state : selectRow(toList(state), 'fleet', { kind: 'worker', id }));
}
