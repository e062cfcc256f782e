import { selectKeys } from '../actions.ts';
import type { ProblemDialog, QuestionDialog } from '../dialog.ts';
import { countLive } from '../select.ts';
import type { AppState } from '../state.ts';
import { type Line, line, span, wrapLines } from '../text/line.ts';
import { counted } from '../text/words.ts';
import { type DialogBody, marked, problemRows } from './dialogBody.ts';

const plain = { aside: [], tail: [], caret: null } as const;

export function questionBody(
  state: AppState,
  { about, pending, problem }: QuestionDialog,
  width: number,
): DialogBody {
  const rows = [
    ...(pending === null ? [] : [line('Stopping …', 'notice'), line('')]),
    ...problemRows(problem, width),
    ...wrapLines(about.stop === 'all' ? stopAllText(state) : stopText, width),
  ];
  const title = about.stop === 'all' ? 'Stop everything and leave?' : `Stop ${about.id}?`;
  return { ...plain, title: line(title, 'strong'), rows };
}

const stopText = 'Its process ends. Worktree, branch and conversation stay; r resumes it.';

function stopAllText(state: AppState): string {
  const live = countLive(state);
  const what = live === 0 ? 'No worker is running.' : `${counted(live, 'running worker')} would be ended.`;
  return `${what} Worktrees, branches and conversations stay, and can be resumed. To leave without stopping anything, press n and then q.`;
}

/** What was refused, word for word. */
export function problemBody({ problem }: ProblemDialog, width: number): DialogBody {
  const hint = problem.hint === undefined ? [] : [line(''), ...wrapLines(problem.hint, width)];
  const rows = [...marked('!', problem.message, width, 'bad'), ...hint];
  return { ...plain, title: line('That did not work', 'strong'), aside: line(problem.code, 'muted'), rows };
}

const keyColumns = 18;

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
  const column = Math.max(keyColumns, keys.length + 4);
  return wrapLines(title, width - column).map((row, index) => [
    span((index === 0 ? `  ${keys}` : '').padEnd(column), 'key'),
    ...row,
  ]);
}
