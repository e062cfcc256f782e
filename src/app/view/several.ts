import { draftId, type Proposal } from '../../domain/proposal.ts';
import { clockText } from '../../domain/usageLimit.ts';
import { plainLine } from '../../lib/sanitize.ts';
import {
  type DialogBody,
  listed as headed,
  labelled,
  marked,
  problemRows,
  quotedRows,
} from '../../room/dialogBody.ts';
import { findProposal, findWorker } from '../../room/select.ts';
import type { AppState } from '../../room/state.ts';
import { cellWidth } from '../../room/text/cells.ts';
import { quoteCommand, sharedArguments, shownCommand } from '../../room/text/command.ts';
import { type Line, line, type Span, span, wrapLines } from '../../room/text/line.ts';
import { counted, longAge } from '../../room/text/words.ts';
import type { GoOnDialog, Listed, StartSeveralDialog } from '../dialog.ts';
import { beyondText, selectBeyond, selectStopped, selectUnlisted, whyLeft } from '../several.ts';

const nothing: DialogBody = { title: [], aside: [], rows: [], tail: [], caret: null };

/** Each proposal with what it would start and what speaks against it; one yes means all that are listed. */
export function startSeveralBody(state: AppState, dialog: StartSeveralDialog, width: number): DialogBody {
  const { listed } = dialog;
  const done = listed.filter(({ outcome }) => outcome === 'started').length;
  const isOver = dialog.pending === null && listed.some(({ outcome }) => outcome !== null);
  const title = isOver
    ? `${done} of ${listed.length} started`
    : `Start ${listed.length === 1 ? 'this one' : `these ${listed.length}`}?`;
  const columns = columnsOf(listed);
  // What has been started is among those that run.
  const open = listed.flatMap(({ proposal }) => findProposal(state, proposal.n) ?? []);
  const beyond = selectBeyond(state, open);
  const against = (one: Listed) => limitOf(state, one, beyond);
  const shared = sharedArguments(listed.map(({ proposal }) => proposal.plan.command));
  // What was decided was in sight before; what came of it is short.
  const rows = [
    ...(isOver ? [] : sharedRows(shared, width)),
    ...listed.flatMap((one, index) => [
      ...(index > 0 ? [line('')] : []),
      ...listedRows(state, one, against(one), { ...columns, shared }, width),
    ]),
  ];
  const isHeld = dialog.pending === null && !isOver && listed.some((one) => against(one) !== null);
  return {
    ...nothing,
    title: line(title, 'strong'),
    // What is not among them may change at any moment, and is started by no yes here.
    deciding: rows.length,
    rows: [
      ...rows,
      ...unlistedRows(state, dialog, width),
      ...(isHeld ? [line(''), ...wrapLines(heldText, width, 'muted')] : []),
    ],
  };
}

const heldText = 'What a limit keeps from starting stays proposed; its own card can insist.';

/** The limit that would keep it from starting with the others. */
function limitOf(state: AppState, { proposal }: Listed, beyond: ReadonlySet<number>): string | null {
  const { limit } = findProposal(state, proposal.n) ?? proposal;
  const most = state.facts?.workspace.mostWorkers ?? 0;
  if (limit || !beyond.has(proposal.n)) return limit?.message ?? null;
  return beyondText(most);
}

/** Cells of number, name and agent, so that they stand below each other. */
interface Columns {
  readonly n: number;
  readonly name: number;
  readonly agent: number;
}

function columnsOf(listed: readonly Listed[]): Columns {
  const widest = (text: (one: Listed) => string) =>
    Math.max(0, ...listed.map((one) => cellWidth(span(text(one)).text)));
  return {
    n: widest(({ proposal }) => `#${proposal.n}`),
    name: widest(({ proposal }) => draftId(proposal.draft)),
    agent: widest(({ proposal }) => proposal.plan.agent),
  };
}

function listedRows(
  state: AppState,
  one: Listed,
  limit: string | null,
  columns: Columns & { readonly shared: ReadonlyMap<string, string> },
  width: number,
): readonly Line[] {
  const { proposal, outcome } = one;
  const { n, kind, draft, plan } = proposal;
  const branch = kind === 'resume' ? `resumes on ${plan.branch}` : plan.branch;
  const head = [
    padded(span(`#${n}`, 'muted'), columns.n + 2),
    padded(span(draftId(draft), 'strong'), columns.name + 2),
    padded(span(plan.agent), columns.agent + 2),
    span(plan.branch === '' ? 'cannot write' : branch, 'muted'),
  ];
  const indent = columns.n + 2;
  const room = width - indent;
  const isShort = outcome !== null;
  const below = [
    ...(isShort ? [] : planRows(state, one, columns.shared, room)),
    ...(isShort ? [] : briefRows(draft.brief, room)),
    ...(outcome === null ? againstRows(state, one, limit, room) : outcomeRows(outcome, room)),
    ...(one.tag !== null && outcome === null ? [line('starting …', 'notice')] : []),
  ];
  return [head, ...below.map((row) => [span(' '.repeat(indent)), ...row])];
}

/** All that would be done: where it begins, where it works, what prepares that, and the command. */
function planRows(
  { now }: AppState,
  { proposal }: Listed,
  shared: ReadonlyMap<string, string>,
  width: number,
): readonly Line[] {
  const { plan, draft } = proposal;
  const { base, worktree, copies = [], setup } = plan;
  const from =
    base && `${base.branch} at ${base.commit.slice(0, 8)}, committed ${longAge(base.committedAt, now)}`;
  return [
    ...(from ? labelled('From', from, width) : []),
    ...labelled(base ? 'Worktree' : 'Folder', worktree, width),
    ...(copies.length > 0
      ? labelled('Copied', copies.map(({ path }) => plainLine(path)).join(', '), width)
      : []),
    ...(setup?.commands ?? []).flatMap((command) => labelled('Setup', quoteCommand(command), width)),
    ...labelled('Command', shownCommand(plan.command, draft.brief, shared), width),
  ];
}

/** Arguments that are the same in all commands, once. */
function sharedRows(shared: ReadonlyMap<string, string>, width: number): readonly Line[] {
  if (shared.size === 0) return [];
  const rows = [...shared].flatMap(([text, mark]) => labelled(mark, quoteCommand([text]), width));
  return [line('The same in every command', 'strong'), ...rows, line('')];
}

/** Rows of a brief that are shown here. */
const briefRowsShown = 3;

/** How it begins, and how much more there is on its card. */
function briefRows(brief: string, width: number): readonly Line[] {
  if (brief.trim() === '') return [];
  const rows = quotedRows(brief, width);
  const left = rows.length - briefRowsShown;
  if (left <= 0) return rows;
  const more = `… ${counted(left, 'more line')} on its card`;
  return [...rows.slice(0, briefRowsShown), [span('│ ', 'border-selected'), span(more, 'muted')]];
}

/** What speaks against it; what has changed since is not started. */
function againstRows(state: AppState, one: Listed, limit: string | null, width: number): readonly Line[] {
  const left = one.tag === null ? whyLeft(state, one) : null;
  const against = [...(limit === null ? [] : [limit]), ...one.proposal.plan.warnings];
  return [
    ...(left === null ? [] : marked('✕', left, width, 'bad')),
    ...against.flatMap((text) => marked('!', text, width, 'warning')),
  ];
}

function outcomeRows(outcome: NonNullable<Listed['outcome']>, width: number): readonly Line[] {
  if (outcome === 'started') return marked('✓', 'started', width, 'good');
  return marked('✕', `Not started: ${outcome.message}`, width, 'bad');
}

/** Not among them: what cannot be started, and what was proposed since. */
function unlistedRows(state: AppState, dialog: StartSeveralDialog, width: number): readonly Line[] {
  const others = selectUnlisted(state, dialog).map(unlistedText);
  return headed('Not among them', others, width, 'muted');
}

function unlistedText({ n, draft, plan, problem }: Proposal): string {
  const why = problem?.message ?? (plan ? 'ready since this was opened' : 'still being worked out');
  return `#${n} ${draftId(draft)}: ${why}`;
}

/** Who would go on, who needs a process first, and whose limit still holds. */
export function goOnBody(state: AppState, dialog: GoOnDialog, width: number): DialogBody {
  const { going, resuming, left, pending } = dialog;
  const count = going.length + resuming.length;
  const held = selectStopped(state).held.map(
    ({ id, limitedUntil }) => `${id}: until ${clockText(limitedUntil ?? '', state.now)}`,
  );
  const unknown = going.map((id) =>
    findWorker(state, id)?.limitedUntil ? id : `${id}: the end is not known`,
  );
  const rows = [
    ...(pending === null ? [] : [line('Telling them …', 'notice'), line('')]),
    ...problemRows(dialog.problem, width),
    ...(left === null
      ? wrapLines(count === 1 ? oneText : manyText, width, 'muted')
      : [line(`${counted(going.length, 'worker')} told to go on.`)]),
    ...headed('At their prompts', left === null ? unknown : going, width),
    ...headed('Ended: each becomes a proposal to resume', resuming, width),
    ...headed('Not told', left?.map(({ problem }) => problem.message) ?? [], width, 'bad'),
    ...headed('Their limit still holds', held, width, 'muted'),
  ];
  const title = left === null ? `Let ${counted(count, 'worker')} go on?` : 'Going on';
  return { ...nothing, title: line(title, 'strong'), rows };
}

const oneText = 'It is told to go on where it stopped.';
const manyText = 'They are told, one after the other, to go on where they stopped.';

function padded({ text, tone }: Span, width: number): Span {
  return { text: text + ' '.repeat(Math.max(0, width - cellWidth(text))), tone };
}
