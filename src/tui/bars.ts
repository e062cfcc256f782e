import { noUsage, type Usage } from '../core/usage.ts';
import type { Worker } from '../core/worker.ts';
import { budgetState } from '../core/workspace.ts';
import { countConflicts } from '../features/radar/pairs.ts';
import { plainLine } from '../lib/sanitize.ts';
import { oneLineField } from '../ui/field.ts';
import { type Badge, counted, moneyText, stateBadge, tokensText } from '../ui/format.ts';
import { hintOf, keyLabel, keysOf, type RoomKey, whyOff } from '../ui/keys.ts';
import { fits } from '../ui/layout.ts';
import { countStates, selectQueue } from '../ui/select.ts';
import type { AppState, CopyMode } from '../ui/state.ts';
import {
  cutText,
  fitLine,
  type Line,
  line,
  lineWidth,
  type Span,
  span,
  spreadLine,
  type Tone,
} from '../ui/text.ts';
import { keysAt } from './definitions.ts';

/** The longest shown name of a workspace, in cells. */
const longestName = 24;

/** Returns the header: the workspace, a summary of it, and at the right the counts that need the person. */
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

/** Returns summaries of the workspace, each shorter than the one before. */
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

function states(workers: readonly Worker[], name: (look: Badge) => string): Line {
  return countStates(workers).flatMap(({ state, count }, index): Line => {
    const look = stateBadge({ state, exitCode: null });
    return [span(index > 0 ? ' ' : ''), span(`${count}${name(look)}`, look.tone)];
  });
}

function connection({ connection, facts }: AppState): Line {
  if (connection.status === 'lost') return [span('connection lost, trying again … ', 'bad')];
  return connection.status === 'connecting' && facts ? [span('connecting … ', 'muted')] : [];
}

/** Returns the number of rows to sync with Notion, and of conflicts with it. */
function notion({ facts }: AppState): Line {
  const { pending = 0, conflicts = [], running = null, suggestion } = facts?.notion ?? {};
  const open = conflicts.filter(({ isDecided }) => !isDecided).length;
  const clash = open > 0 ? [span(`!${open} `, 'bad')] : [];
  if (running) return [span('notion … ', 'notice'), ...clash];
  if (clash.length === 0 && pending === 0) return [];
  const rows = pending > 0 ? ` ↑${pending}` : '';
  return [suggestion ? span(`notion${rows} sync? `, 'notice') : span(`notion${rows} `, 'muted'), ...clash];
}

/** Returns the number of conflicts between workers. */
function conflictCount(state: AppState): Line {
  const count = countConflicts(state);
  return count > 0 ? [span(`radar ${count} `, 'bad'), span(' ')] : [];
}

/** Returns today's usage, on wide screens or near its budget. */
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

/** Returns today's usage with its budget; null without any. */
export function usedToday({ facts }: Pick<AppState, 'facts'>): Span | null {
  const { usage } = facts ?? {};
  const today = usage?.days[usage.today];
  return today ? usedSpan(today, usage?.budget?.day, 'today') : null;
}

/** Returns a worker's usage; null while it is unknown. */
export function usedBy({ facts }: Pick<AppState, 'facts'>, id: string): Span | null {
  const { usage } = facts ?? {};
  const used = usage?.workers[id] ?? noUsage;
  return used.dollars + used.output > 0 ? usedSpan(used, usage?.budget?.worker, '') : null;
}

/** Returns `$1.20 of $5 · 45k`: money, where the agent reports it, and tokens in and out without cached ones. */
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

/** The longest name in a window title; tabs and task bars cut longer ones. */
const longestInTitle = 40;

/** Returns the title of the terminal's window: `orch-tui · shop · 2 need you`. */
export function windowTitle(state: AppState): string {
  const name = state.facts ? plainLine(state.facts.workspace.name) : '';
  const count = selectQueue(state).length;
  const need = count > 0 ? `${count} ${count === 1 ? 'needs' : 'need'} you` : '';
  return ['orch-tui', cutText(name, longestInTitle), need].filter(Boolean).join(' · ');
}

/** Returns the footer: a notice, or the keys that work now. The detach key is always shown. */
export function footerLine(state: AppState): Line {
  const { cols } = state.size;
  const notice = noticeLine(state);
  const { focus } = state;
  if (focus.at === 'pane') return keysWithText(state, notice);
  // The palette shows its keys itself.
  if (state.palette) return fitLine([span(' '), ...notice], cols);
  const prompt = promptOf(state);
  if (prompt) return prompt.line;
  if (focus.at === 'copy-mode' && notice.length === 0) return keysWithText(state, matchesLine(focus));
  if (notice.length > 0) return fitLine([span(' '), ...notice], cols);
  return fitLine(focus.at === 'dialog' ? [] : [span(' '), ...keyHints(state, cols - 2)], cols);
}

/** Returns the keys with a text behind them. */
function keysWithText(state: AppState, text: Line): Line {
  const { cols } = state.size;
  const room = cols - 2 - (text.length > 0 ? lineWidth(text) + 3 : 0);
  return fitLine([span(' '), ...keyHints(state, room), span('   '), ...text], cols);
}

/** Returns the search prompt and the caret's cell; null while it is closed. */
export function promptOf(state: AppState): { line: Line; caret: { x: number; y: number } } | null {
  const prompt = state.focus.at === 'copy-mode' ? state.focus.prompt : null;
  if (!prompt || !fits(state.size)) return null;
  const { cols, rows } = state.size;
  const hints = keyHints(state, cols);
  const head = ' search: ';
  const field = oneLineField(head, prompt, cols - lineWidth(hints) - 2);
  const line = [...spreadLine(field.line, hints, cols - 1), span(' ')];
  return { line, caret: { x: head.length + field.column, y: rows - 1 } };
}

/** Returns `3 of 17 matches`. */
function matchesLine({ search }: CopyMode): Line {
  if (!search) return [];
  const { found } = search;
  if (!found) return line('searching …', 'muted');
  return line(
    found.found ? `${found.nth} of ${counted(found.matches, 'match', 'matches')}` : 'no match',
    'notice',
  );
}

function noticeLine({ notice, connection }: AppState): Line {
  // A problem that keeps the controller from running stays until it is solved; a lost connection is in the header.
  if (connection.status === 'lost' && connection.problem.code !== 'disconnected') {
    const { message, hint } = connection.problem;
    return line(`! ${[message, hint].filter(Boolean).join(' ')}`, 'bad');
  }
  if (!notice) return [];
  return notice.tone === 'problem' ? line(`! ${notice.text}`, 'bad') : line(notice.text, 'notice');
}

/** Returns as many keys with a word each as fit; the last two, help and the way out, always do. */
export function keyHints(state: AppState, width: number): Line {
  const hints = enabledHints(state);
  const always = hints.slice(-2);
  const kept: Line[] = [];
  let left = width - lineWidth(joined(always));
  for (const hint of hints.slice(0, -2)) {
    left -= lineWidth(hint) + 2;
    if (left < 0) break;
    kept.push(hint);
  }
  return joined([...kept, ...always]);
}

function enabledHints(state: AppState): readonly Line[] {
  return keysAt(state)
    .filter((key) => hintOf(key, state) !== null)
    .filter((key) => whyOff(key, state) === null)
    .toSorted((one, other) => Number(isWayOut(one)) - Number(isWayOut(other)))
    .map((key) => [
      span(keyLabel(keysOf(key, state.settings)[0] ?? ''), 'key'),
      span(` ${hintOf(key, state)}`, 'muted'),
    ]);
}

/** Reports whether a key leaves; such keys are listed last. */
function isWayOut({ keys }: RoomKey): boolean {
  return keys.includes('escape');
}

function joined(hints: readonly Line[]): Line {
  return hints.flatMap((hint, index): readonly Span[] => (index > 0 ? [span('  '), ...hint] : hint));
}
