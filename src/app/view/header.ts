import type { Worker } from '../../domain/worker.ts';
import { countStates, selectQueue } from '../select.ts';
import type { AppState } from '../state.ts';
import { fitLine, type Line, type Span, span, spreadLine } from '../text/line.ts';
import { counted, stateLook } from '../text/words.ts';

/** Name of the workspace, what is in it, and at the right what needs the person. */
export function headerLine(state: AppState): Line {
  const { facts, size } = state;
  const name = facts ? ` · ${facts.workspace.name}` : '';
  const left = [span(' orch-tui', 'strong'), span(name, 'strong'), span('   '), ...summary(state)];
  const right = [...connection(state), ...queueCount(state)];
  return fitLine(spreadLine(left, right, size.cols), size.cols);
}

function summary({ facts, connection }: AppState): Line {
  if (!facts) return connection.status === 'lost' ? [] : [span('connecting …', 'muted')];
  const { repos, workers } = facts;
  const count = `${counted(repos.length, 'repo')} · ${counted(workers.length, 'worker')}`;
  if (workers.length === 0) return [span(count, 'muted')];
  return [span(`${count}: `, 'muted'), ...states(workers)];
}

function states(workers: readonly Worker[]): Line {
  return countStates(workers).flatMap(({ state, count }, index): Span[] => {
    const { word, tone } = stateLook({ state, exitCode: null });
    return [span(index > 0 ? '  ' : ''), span(`${count} ${word}`, tone)];
  });
}

function connection({ connection, facts }: AppState): Line {
  if (connection.status === 'lost') return [span('connection lost, trying again … ', 'bad')];
  return connection.status === 'connecting' && facts ? [span('connecting … ', 'muted')] : [];
}

function queueCount(state: AppState): Line {
  const count = selectQueue(state).length;
  return count > 0 ? [span(`◆ ${count} ${count === 1 ? 'needs' : 'need'} you `, 'warning')] : [];
}
