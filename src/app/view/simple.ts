import { type DialogBody, marked, problemRows } from '../../room/dialogBody.ts';
import { countLive } from '../../room/select.ts';
import type { AppState } from '../../room/state.ts';
import { cellWidth } from '../../room/text/cells.ts';
import { type Line, line, span, wrapLines } from '../../room/text/line.ts';
import { counted } from '../../room/text/words.ts';
import { selectKeys } from '../actions.ts';
import type { ProblemDialog, QuestionDialog } from '../dialog.ts';
import { selectNotices } from '../notices.ts';

const plain = { aside: [], tail: [], caret: null } as const;

export function questionBody(
  state: AppState,
  { about, pending, problem }: QuestionDialog,
  width: number,
): DialogBody {
  const { title, text, progress } = questionText(state, about);
  const rows = [
    ...(pending === null ? [] : [line(progress, 'notice'), line('')]),
    ...problemRows(problem, width),
    ...wrapLines(text, width),
  ];
  return { ...plain, title: line(title, 'strong'), rows };
}

function questionText(
  state: AppState,
  about: QuestionDialog['about'],
): { title: string; text: string; progress: string } {
  switch (about.do) {
    case 'stop':
      return { title: `Stop ${about.id}?`, text: stopText, progress: 'Stopping …' };
    case 'stop-all':
      return { title: 'Stop everything and leave?', text: stopAllText(state), progress: 'Stopping …' };
    case 'undo':
      return {
        title: `Bring ${about.id} back?`,
        text: undoText(state, about.id),
        progress: 'Bringing it back …',
      };
    case 'begin-board':
      return { title: 'Begin a sprint board?', text: beginText, progress: '' };
  }
}

function undoText({ facts }: AppState, id: string): string {
  const end = facts?.ended.findLast((ended) => ended.id === id);
  const back = `Its branch ${end?.branch ?? ''} and its worktree are made again, with what was not committed.`;
  if (!end?.merge) return back;
  return `${back} Its merge is taken back from ${end.into}, unless that has gone on or was pushed since; then it stays and you are told how to revert it.`;
}

const beginText =
  'There is none in this workspace yet. Its first card begins it, in SPRINT_BOARD.md unless the configuration names another file; nothing is written before.';

const stopText = 'Its process ends. Worktree, branch and conversation stay; r\u00a0resumes it.';

function stopAllText(state: AppState): string {
  const live = countLive(state);
  const what = live === 0 ? 'No worker is running.' : `${counted(live, 'running worker')} would be ended.`;
  return `${what} Worktrees, branches and conversations stay, and can be resumed. To leave without stopping anything, press n\u00a0and then\u00a0q.`;
}

/** What was refused, word for word. */
export function problemBody({ title, problem }: ProblemDialog, width: number): DialogBody {
  const hint = problem.hint === undefined ? [] : [line(''), ...wrapLines(problem.hint, width)];
  const rows = [...marked('!', problem.message, width, 'bad'), ...hint];
  return { ...plain, title: line(title, 'strong'), aside: line(problem.code, 'muted'), rows };
}

export function noticesBody(state: AppState, width: number): DialogBody {
  const rows = selectNotices(state)
    .flatMap((notice) => problemRows(notice, width))
    .slice(0, -1);
  return { ...plain, title: line('Notices', 'strong'), rows };
}

const keyColumns = 24;

/** All keys by headings. */
export function helpBody({ settings }: AppState, width: number): DialogBody {
  const rows = selectKeys(settings).flatMap(({ group, rows: keys }, index): readonly Line[] => [
    ...(index > 0 ? [line('')] : []),
    line(group, 'strong'),
    ...keys.flatMap((row) => keyRows(row.keys.join(' '), row.title, width)),
  ]);
  return { ...plain, title: line('Keys', 'strong'), rows };
}

function keyRows(keys: string, title: string, width: number): readonly Line[] {
  const column = Math.max(keyColumns, cellWidth(keys) + 4);
  return wrapLines(title, width - column).map((row, index) => [
    span((index === 0 ? `  ${keys}` : '').padEnd(column), 'key'),
    ...row,
  ]);
}
