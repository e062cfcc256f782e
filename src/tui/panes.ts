import { clockText } from '../core/amounts.ts';
import { isLive, isOrchestrator, longTitleOf, type Worker } from '../core/worker.ts';
import type { TerminalRecord } from '../ipc/hostApi.ts';
import type { Progress } from '../terminal/modes.ts';
import { counted, shortAge, signingText, stateBadge } from '../ui/format.ts';
import { keyLabel } from '../ui/keys.ts';
import { inside, type Rect, selectGeometry, selectShown } from '../ui/layout.ts';
import type { AppState, ListName } from '../ui/state.ts';
import {
  cellWidth,
  cutLine,
  cutText,
  fitLine,
  type Line,
  line,
  lineWidth,
  type Span,
  span,
  type Tone,
  wrapLines,
} from '../ui/text.ts';
import { usedBy } from './bars.ts';

/** The use of the keys in a worker's pane; null while they go elsewhere. */
type PaneUse = 'pane' | 'copy-mode' | null;

/** One pane of the room. */
export interface PaneView {
  readonly frame: FrameView;
  /** Id of the worker whose screen is inside; null where `text` is shown. */
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
  const use = paneUse(state, worker);
  const tone = borderTone(state, worker, use);
  const right = paneAside(state, worker, use);
  const left = paneTitle(state, worker, number, rect.width - 4, right);
  const top = { left, right };
  const used = usedBy(state, worker.id);
  const bottom = {
    left: use === 'copy-mode' ? copyModeHint : used ? [used] : [],
    right: sizeElsewhere(state, worker, rect),
  };
  const frame = frameView(rect, tone, top, bottom);
  const screen = state.terminals.has(worker.id) ? worker.id : null;
  const width = textColumns(rect);
  const text = screen === null ? placeholder(worker, width).map((row) => cutLine(row, width)) : [];
  return { frame, screen, text };
}

const copyModeHint: Line = [
  span('copy mode', 'notice'),
  span(' · ', 'muted'),
  span('q', 'key'),
  span(' leaves', 'muted'),
];

/** Returns the size of a terminal that is smaller than its pane, because another client has less room. */
function sizeElsewhere({ terminals }: AppState, { id }: Worker, rect: Rect): Line {
  const terminal = terminals.get(id);
  const { width, height } = inside(rect);
  if (!terminal || terminal.exit !== null) return [];
  if (terminal.cols >= width && terminal.rows >= height) return [];
  return [span(`${terminal.cols}×${terminal.rows} elsewhere`, 'muted')];
}

function borderTone({ anchor }: AppState, { id }: Worker, use: PaneUse): BorderTone {
  if (use !== null) return use === 'pane' ? 'border-typing' : 'border-copy-mode';
  return anchor === id ? 'border-selected' : 'border';
}

function paneUse({ focus }: AppState, { id }: Worker): PaneUse {
  return (focus.at === 'pane' || focus.at === 'copy-mode') && focus.id === id ? focus.at : null;
}

/**
 * Returns `1 backend/user-auth ● working 12m` with its progress and, where it fits beside the aside, what it lacks and
 * its last message or title.
 */
function paneTitle(state: AppState, worker: Worker, number: number, width: number, aside: Line): Line {
  const { mark, word, tone } = stateBadge(worker);
  const terminal = state.terminals.get(worker.id);
  const progress = progressMark(terminal?.progress ?? null);
  const head = span(`${isOrchestrator(worker) ? 'O' : number} `, 'muted');
  const status = [
    span(` ${mark} ${word}`, tone),
    span(` ${shortAge(worker.stateSince, state.now)}`, 'muted'),
    ...(progress ? [span(' '), progress] : []),
  ];
  const room = width - lineWidth([head, ...status]);
  const name = span(cutText(longTitleOf(worker), Math.max(1, room)), 'strong');
  const spare = room - cellWidth(name.text) - (aside.length > 0 ? lineWidth(aside) + 3 : 0);
  const lacks = lacking(state, worker);
  const left = spare - lineWidth(lacks);
  const last = signingSpan(state, worker) ?? lastMessage(worker) ?? roleSpan(worker) ?? titleSpan(terminal);
  const tail =
    last && left >= 11 ? [span(': ', last.tone), span(cutText(last.text, left - 3), last.tone)] : [];
  return [head, name, ...status, ...(left >= 0 ? lacks : []), ...tail];
}

/** Returns the tools or hooks that a worker lacks. */
function lacking({ facts }: AppState, { id, agent }: Worker): Line {
  if (facts?.withoutTools?.includes(id)) return [span(' no tools', 'warning')];
  return facts?.workspace.lacks?.[agent]?.includes('hooks') ? [span(' no hooks', 'muted')] : [];
}

/** Returns the notice that a change to a worker waits for a signature. */
function signingSpan({ facts }: AppState, { id }: Worker): Span | null {
  const program = facts?.signing?.[id];
  return program === undefined ? null : span(signingText(program), 'warning');
}

/** Returns the worker's question or blocker; at rest, its last message or report. */
function lastMessage({ state, asks, said, update }: Worker): Span | null {
  if (asks !== null) return span(asks);
  if (update?.status === 'blocked')
    return span(`blocked: ${update.blockers[0] ?? update.summary}`, 'warning');
  const rests = state !== 'starting' && state !== 'working';
  const isNewer = update && update.summary !== '' && (!said || update.at > said.at);
  const text = isNewer ? update.summary : said?.text;
  return rests && text ? span(text, 'muted') : null;
}

/** Returns a restriction of the role that the person can rely on. */
function roleSpan(worker: Worker): Span | null {
  return isOrchestrator(worker) ? span('cannot write', 'muted') : null;
}

/** Returns the terminal's title, unless it is the worker's id. */
function titleSpan(terminal: TerminalRecord | undefined): Span | null {
  const title = shownTitle(terminal?.title ?? '');
  return title === '' || title === terminal?.id ? null : span(title, 'muted');
}

function paneAside({ settings, terminals, facts, now }: AppState, worker: Worker, use: PaneUse): Line {
  const terminal = terminals.get(worker.id);
  const ending = terminal ? endingText(terminal) : null;
  if (ending !== null) return [span(ending, 'warning')];
  if (facts?.undelivered?.includes(worker.id) && use === null)
    return [span('brief not delivered ', 'warning'), span('B', 'key'), span(' types it', 'muted')];
  const until = worker.state === 'limited' && facts?.heldByLimit?.includes(worker.id) && worker.limitedUntil;
  if (use === null && until) return [span(`limit until ${clockText(until, now)}`, 'muted')];
  if (use === 'pane') return [span(keyLabel(settings.leaveKey), 'key'), span(' leaves', 'muted')];
  return isLive(worker.state) || use ? [] : [span('r', 'key'), span(' resumes', 'muted')];
}

function placeholder(worker: Worker, width: number): readonly Line[] {
  if (worker.state === 'starting') return [line('starting …', 'muted')];
  if (isLive(worker.state)) return [line('waiting for its screen …', 'muted')];
  return [
    ...wrapLines('This worker has no process and no screen any more.', width, 'muted'),
    [],
    ...hinted('r', 'resume its conversation where it stopped', width),
  ];
}

function emptyPane(state: AppState, rect: Rect, index: number): PaneView {
  const width = textColumns(rect);
  const text = index === 0 ? welcome(state, width) : hinted('n', 'propose a worker', width);
  return {
    frame: frameView(rect, 'border', {}),
    screen: null,
    text: text.map((row) => cutLine(row, width)),
  };
}

const keyColumn = 5;

/** Returns a key and what it does, wrapped in its own column. */
function hinted(key: string, text: string, width: number): readonly Line[] {
  const rows = wrapLines(text, width - keyColumn, 'muted');
  return rows.map((row, index) => [span((index === 0 ? key : '').padEnd(keyColumn), 'key'), ...row]);
}

/** Returns the next steps for a room without workers. */
function welcome({ facts, connection, list }: AppState, width: number): readonly Line[] {
  if (!facts)
    return connection.status === 'lost'
      ? [
          ...wrapLines(connection.problem.message, width, 'bad'),
          ...wrapLines(connection.problem.hint ?? '', width, 'muted'),
        ]
      : [line('connecting …', 'muted')];
  if (facts.repos.length === 0)
    return [
      line('This workspace has no repositories yet.', 'strong'),
      ...hinted('q', 'leave, then run: orch-tui init', width),
    ];
  return [
    line('No workers yet.', 'strong'),
    [],
    ...waitingHint(facts.proposals.length, list, width),
    ...hinted('n', 'propose a worker: repository, task and brief. Nothing starts without your yes.', width),
    ...hinted('?', 'all keys', width),
  ];
}

/** Returns the key that leads to the waiting proposals. */
function waitingHint(count: number, list: ListName, width: number): readonly Line[] {
  if (count === 0) return [];
  if (list === 'queue') return hinted('↵', 'look at the proposal', width);
  return hinted('tab', `${counted(count, 'proposal')} to look at; ↵ opens one`, width);
}

/** Matches a spinner in front of a title. */
const spinner = /^[\p{S}·|/\\-]\s+/u;

/** Returns a terminal's title without its spinner. */
export function shownTitle(title: string): string {
  return title.replace(spinner, '').trim();
}

/** Returns the stage of ending a worker's process; null unless its end was requested. */
export function endingText({ ending, exit }: Pick<TerminalRecord, 'ending' | 'exit'>): string | null {
  if (ending === undefined || exit !== null) return null;
  return { interrupting: 'interrupting …', quitting: 'asked to quit …', terminating: 'ending it …' }[ending];
}

const levels = [...'▁▂▃▄▅▆▇█'];

const suffixes: Readonly<Record<Progress['state'], readonly [suffix: string, tone: Tone]>> = {
  value: ['', 'accent'],
  error: ['!', 'bad'],
  paused: ['‖', 'warning'],
  indeterminate: ['', 'accent'],
};

/** Returns a program's progress in eighths: one cell that changes seldom and is readable without colour. */
export function progressMark(progress: Progress | null): Span | null {
  if (progress === null) return null;
  const [suffix, tone] = suffixes[progress.state];
  if (progress.state === 'indeterminate') return span('…', tone);
  const level = Math.min(levels.length - 1, Math.floor((progress.value * levels.length) / 100));
  return span(`${levels[level]}${suffix}`, tone);
}

type BorderTone = Extract<Tone, 'border' | 'border-selected' | 'border-typing' | 'border-copy-mode'>;

/** A border with text in its upper and lower line. */
export interface FrameView {
  readonly rect: Rect;
  readonly top: Line;
  readonly bottom: Line;
  /** One cell of its left and right line. */
  readonly side: Span;
}

/** The upper line, the lower line and a side. A heavy or double border marks the pane that has the keys, also without colour. */
const strokes: Readonly<Record<BorderTone, readonly [top: string, bottom: string, side: string]>> = {
  border: ['╭─╮', '╰─╯', '│'],
  'border-selected': ['╭─╮', '╰─╯', '│'],
  'border-typing': ['┏━┓', '┗━┛', '┃'],
  'border-copy-mode': ['╔═╗', '╚═╝', '║'],
};

/** Text in a border: at its left end, and at the right where there is room. */
interface BorderText {
  readonly left?: Line;
  readonly right?: Line;
}

export function frameView(rect: Rect, tone: BorderTone, top: BorderText, bottom: BorderText = {}): FrameView {
  const [upper, lower, side] = strokes[tone];
  return {
    rect,
    top: borderLine(upper, top, rect.width, tone),
    bottom: borderLine(lower, bottom, rect.width, tone),
    side: span(side, tone),
  };
}

/**
 * Returns a line with text in it: `╭ left ──── right ╮`. The right text is dropped first, then the left is cut.
 * @param strokes left end, line and right end
 */
export function borderLine(strokes: string, text: BorderText, width: number, tone: Tone): Line {
  const [start = '', stroke = '', end = ''] = [...strokes];
  const room = width - 2;
  const left = framed(text.left ?? [], room);
  const spare = room - lineWidth(left);
  const wanted = framed(text.right ?? [], room);
  const right = lineWidth(wanted) + 1 <= spare ? wanted : [];
  const fill = stroke.repeat(Math.max(0, spare - lineWidth(right)));
  return [span(start, tone), ...left, span(fill, tone), ...right, span(end, tone)];
}

/** Returns the text with a space at both sides; an empty text stays empty. */
function framed(text: Line, room: number): Line {
  const wide = lineWidth(text);
  if (wide === 0 || room < 3) return [];
  return [span(' '), ...(wide + 2 > room ? fitLine(text, room - 2) : text), span(' ')];
}

/** Returns the columns of text inside a frame with one empty cell at each side. */
export function textColumns(rect: Rect): number {
  return inside(rect).width - 2;
}
