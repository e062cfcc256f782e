import { isLive, type Worker } from '../../domain/worker.ts';
import type { Rect } from '../geometry.ts';
import { keyLabel } from '../keyName.ts';
import { selectGeometry, selectShown } from '../select.ts';
import type { AppState } from '../state.ts';
import { cellWidth, cutText } from '../text/cells.ts';
import { type Line, line, lineWidth, span, type Tone } from '../text/line.ts';
import { shortAge, stateLook } from '../text/words.ts';
import { borderLine } from './frame.ts';

/** One pane of the room. */
export interface PaneView {
  readonly rect: Rect;
  readonly border: Tone;
  /** The top line of the border. */
  readonly top: Line;
  /** Worker whose screen is shown inside; null where `text` is. */
  readonly screen: string | null;
  readonly text: readonly Line[];
}

export function selectPanes(state: AppState): readonly PaneView[] {
  const workers = selectShown(state);
  return selectGeometry(state).panes.map((rect, index) => {
    const worker = workers[index];
    return worker ? workerPane(state, worker, rect, index + 1) : emptyPane(state, rect, index);
  });
}

function workerPane(state: AppState, worker: Worker, rect: Rect, number: number): PaneView {
  const isTyping = state.focus.at === 'pane' && state.focus.id === worker.id;
  const border = isTyping ? 'border-typing' : state.anchor === worker.id ? 'border-selected' : 'border';
  const screen = state.terminals.has(worker.id) ? worker.id : null;
  const aside = paneAside(state, worker, isTyping);
  const top = borderLine('╭╮', paneTitle(state, worker, number, rect.width - 4), aside, rect.width, border);
  return { rect, border, top, screen, text: screen === null ? missing(worker) : [] };
}

/** `1 backend/user-auth ● working 12m`, and what a waiting worker asks where there is room. */
function paneTitle(state: AppState, worker: Worker, number: number, width: number): Line {
  const { mark, word, tone } = stateLook(worker);
  const head = span(`${number} `, 'muted');
  const status = [
    span(` ${mark} ${word}`, tone),
    span(` ${shortAge(worker.stateSince, state.now)}`, 'muted'),
  ];
  const room = width - lineWidth([head, ...status]);
  const name = span(cutText(worker.id, Math.max(1, room)), 'strong');
  const spare = room - cellWidth(name.text) - 3;
  const asks = worker.asks !== null && spare >= 8 ? [span(`: ${cutText(worker.asks, spare)}`)] : [];
  return [head, name, ...status, ...asks];
}

function paneAside({ settings }: AppState, worker: Worker, isTyping: boolean): Line {
  if (isTyping) return [span(keyLabel(settings.leaveKey), 'key'), span(' leaves', 'muted')];
  return isLive(worker.state) ? [] : [span('r', 'key'), span(' resumes', 'muted')];
}

function missing(worker: Worker): readonly Line[] {
  if (worker.state === 'starting') return [line('starting …', 'muted')];
  if (isLive(worker.state)) return [line('waiting for its screen …', 'muted')];
  return [
    line('No process and no screen is left of this worker.', 'muted'),
    [span('r', 'key'), span(' resumes its conversation where it was.', 'muted')],
  ];
}

function emptyPane(state: AppState, rect: Rect, index: number): PaneView {
  const top = borderLine('╭╮', [], [], rect.width, 'border');
  return { rect, border: 'border', top, screen: null, text: index === 0 ? welcome(state) : invitation };
}

const invitation: readonly Line[] = [[span('n', 'key'), span(' proposes a worker', 'muted')]];

/** What to do next, where there is nothing to look at. */
function welcome({ facts, connection }: AppState): readonly Line[] {
  if (!facts)
    return connection.status === 'lost'
      ? [line(connection.problem.message, 'bad'), line(connection.problem.hint ?? '', 'muted')]
      : [line('connecting …', 'muted')];
  if (facts.repos.length === 0)
    return [
      line('This workspace has no repositories yet.', 'strong'),
      line('Leave with q, then run: orch-tui init', 'muted'),
    ];
  return [
    line('No workers yet.', 'strong'),
    [],
    [span('n', 'key'), span('  proposes a worker: a repository, a task and a brief.', 'muted')],
    line('   You see exactly what would be run before anything starts.', 'muted'),
    [span('?', 'key'), span('  shows all keys.', 'muted')],
  ];
}
