import { noUsage, type Usage } from '../../core/usage.ts';
import type { Worker } from '../../core/worker.ts';
import { budgetState } from '../../core/workspace.ts';
import { countConflicts } from '../../features/radar/pairs.ts';
import { plainLine } from '../../lib/sanitize.ts';
import { countStates, selectQueue } from '../../room/select.ts';
import type { AppState } from '../../room/state.ts';
import { cutText } from '../../room/text/cells.ts';
import {
  fitLine,
  type Line,
  lineWidth,
  type Span,
  span,
  spreadLine,
  type Tone,
} from '../../room/text/line.ts';
import { counted, type Look, moneyText, stateLook, tokensText } from '../../room/text/words.ts';

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

const tones: Readonly<Record<ReturnType<typeof budgetState>, Tone>> = {
  fine: 'muted',
  nearly: 'warning',
  spent: 'bad',
};

/** What was used today, of how much; null while nothing was. */
export function usedToday({ facts }: Pick<AppState, 'facts'>): Span | null {
  const { usage } = facts ?? {};
  const today = usage?.days[usage.today];
  return today ? usedSpan(today, usage?.budget?.day, 'today') : null;
}

/** What a worker has used; null while nothing is known of that. */
export function usedBy({ facts }: Pick<AppState, 'facts'>, id: string): Span | null {
  const { usage } = facts ?? {};
  const used = usage?.workers[id] ?? noUsage;
  return used.dollars + used.output > 0 ? usedSpan(used, usage?.budget?.worker, '') : null;
}

/** `$1.20 of $5 · 45k`: money, where the agent tells of it, and tokens in and out but for those from a cache. */
function usedSpan(used: Usage, budget: number | undefined, when: string): Span {
  const tokens = used.input + used.cacheWrite + used.output;
  const money = budget === undefined ? moneyText(used.dollars) : `${moneyText(used.dollars)} of $${budget}`;
  const parts = [
    ...(used.dollars > 0 || budget !== undefined ? [money] : []),
    ...(tokens > 0 ? [tokensText(tokens)] : []),
  ];
  const text = parts.join(' · ');
  return span(when === '' ? text : `${text} ${when}`, tones[budgetState(used.dollars, budget)]);
}

/** Tabs and task bars cut what is longer. */
const longestInTitle = 40;

/** What the person's terminal calls its window: `orch-tui · shop · 2 need you`. */
export function windowTitle(state: AppState): string {
  const name = state.facts ? plainLine(state.facts.workspace.name) : '';
  const count = selectQueue(state).length;
  const need = count > 0 ? `${count} ${count === 1 ? 'needs' : 'need'} you` : '';
  return ['orch-tui', cutText(name, longestInTitle), need].filter(Boolean).join(' · ');
}
