import type { Worker } from '../../domain/worker.ts';
import { countConflicts } from '../../features/radar/pairs.ts';
import { countStates, selectQueue } from '../../room/select.ts';
import type { AppState } from '../../room/state.ts';
import { cutText } from '../../room/text/cells.ts';
import { fitLine, type Line, lineWidth, span, spreadLine } from '../../room/text/line.ts';
import { counted, type Look, stateLook } from '../../room/text/words.ts';
import { usedToday } from './usage.ts';

/** Cells of the workspace's name; what is in it matters more. */
const longestName = 24;

/** Name of the workspace, what is in it, and at the right what needs the person. */
export function headerLine(state: AppState): Line {
  const { facts, size } = state;
  const name = facts ? ` · ${cutText(facts.workspace.name, longestName)}` : '';
  const right = [
    ...connection(state),
    ...used(state),
    ...notion(state),
    ...conflictCount(state),
    ...queueCount(state),
  ];
  const title = [span(` orch-tui${name}`, 'strong'), span('   ')];
  const room = size.cols - lineWidth(title) - lineWidth(right) - 1;
  const options = summaries(state);
  const shown = options.find((option) => lineWidth(option) <= room) ?? options.at(-1) ?? [];
  return fitLine(spreadLine([...title, ...shown], right, size.cols), size.cols);
}

/** The same in fewer and fewer cells. */
function summaries({ facts, connection }: AppState): readonly Line[] {
  if (!facts) return connection.status === 'lost' ? [] : [[span('connecting …', 'muted')]];
  const { repos, workers } = facts;
  const repoCount = `${counted(repos.length, 'repo')} · `;
  const workerCount = `${counted(workers.length, 'worker')}${workers.length > 0 ? ': ' : ''}`;
  return [
    [span(repoCount + workerCount, 'muted'), ...states(workers, ({ word }) => ` ${word}`)],
    [span(workerCount, 'muted'), ...states(workers, ({ word }) => ` ${word}`)],
    states(workers, ({ mark }) => mark),
  ];
}

function states(workers: readonly Worker[], name: (look: Look) => string): Line {
  return countStates(workers).flatMap(({ state, count }, index): Line => {
    const look = stateLook({ state, exitCode: null });
    return [span(index > 0 ? ' ' : ''), span(`${count}${name(look)}`, look.tone)];
  });
}

function connection({ connection, facts }: AppState): Line {
  if (connection.status === 'lost') return [span('connection lost, trying again … ', 'bad')];
  return connection.status === 'connecting' && facts ? [span('connecting … ', 'muted')] : [];
}

/** What waits to be synced, and what changed on both sides. */
function notion({ facts }: AppState): Line {
  const { pending = 0, conflicts = [], running = null, suggestion } = facts?.notion ?? {};
  const open = conflicts.filter(({ isDecided }) => !isDecided).length;
  const clash = open > 0 ? [span(`!${open} `, 'bad')] : [];
  if (running) return [span('notion … ', 'notice'), ...clash];
  if (clash.length === 0 && pending === 0) return [];
  const rows = pending > 0 ? ` ↑${pending}` : '';
  return [suggestion ? span(`notion${rows} sync? `, 'notice') : span(`notion${rows} `, 'muted'), ...clash];
}

/** Pairs that will not merge. */
function conflictCount(state: AppState): Line {
  const count = countConflicts(state);
  return count > 0 ? [span(`radar ${count} `, 'bad'), span(' ')] : [];
}

/** What was used today, where there is room, and anywhere once it comes near its budget. */
function used(state: AppState): Line {
  const today = usedToday(state);
  return today && (state.size.cols >= 100 || today.tone !== 'muted') ? [today, span('  ')] : [];
}

function queueCount(state: AppState): Line {
  const count = selectQueue(state).length;
  return count > 0 ? [span(`◆ ${count} ${count === 1 ? 'needs' : 'need'} you `, 'warning')] : [];
}
