import { draftId, type Proposal, type StartPlan } from '../../core/proposal.ts';
import { quoteCommand } from '../../lib/quote.ts';
import { type Problem, problemOf } from '../../lib/result.ts';
import { plainLine } from '../../lib/sanitize.ts';
import {
  type DialogBody,
  defineDialog,
  emptyBody,
  listed as headed,
  labelled,
  marked,
  quotedRows,
  type RoomDialogKey,
} from '../../ui/dialog.ts';
import { counted, longAge, sharedArguments, shownCommand } from '../../ui/format.ts';
import type { RoomKey } from '../../ui/keys.ts';
import { selectPaneSize } from '../../ui/layout.ts';
import { findProposal } from '../../ui/select.ts';
import {
  type AnyDialog,
  type AppState,
  type PendingRequest,
  type Scrolling,
  type SeenPane,
  unasked,
} from '../../ui/state.ts';
import {
  ask,
  isWaiting,
  noEffects,
  type Step,
  sequence,
  toList,
  toUnseen,
  whyBusy,
  whyUnreachable,
  withDialog,
  withNotice,
} from '../../ui/step.ts';
import { cellWidth, type Line, line, type Span, span, wrapLines } from '../../ui/text.ts';
import { overLimitText, selectOverLimit } from './describe.ts';

export const severalGroup = 'Several at once';
export const yesToAll = 'yes, to exactly those that are listed, one after the other, as far as limits allow';

type PlannedProposal = Proposal & { readonly plan: StartPlan };

/** A proposal with the plan that was shown, and the outcome of its approval. */
export interface Listed {
  readonly proposal: PlannedProposal;
  /** Tag of its request; null before the yes. */
  readonly tag: number | null;
  readonly outcome: 'started' | Problem | null;
}

/** The startable proposals as they were when the dialog was opened: one yes approves these and no others. */
interface StartSeveralDialog extends PendingRequest, Scrolling {
  readonly kind: 'start-several';
  readonly listed: readonly Listed[];
  readonly seen?: SeenPane;
}

export const startSeveralKey: RoomKey = {
  id: 'start-several',
  title: 'look at all proposals together, to start them with one yes',
  hint: (state) => queueHint(state, selectPlanned(state).length, 'start all'),
  keys: ['A'],
  palette: 'everywhere',
  group: 'Queue',
  disabledReason: whyNotListed,
  run(state) {
    const listed = selectPlanned(state).map((proposal): Listed => ({ proposal, tag: null, outcome: null }));
    const dialog: StartSeveralDialog = { kind: 'start-several', listed, scroll: 0, ...unasked };
    return noEffects(withDialog(state, dialog));
  },
};

/** Asks for one yes to several proposals: exactly those that were listed when it was opened. */
export const startSeveral = defineDialog<StartSeveralDialog>({
  kind: 'start-several',
  group: severalGroup,
  subject: (_, { listed, scroll }) =>
    [scroll, ...listed.map(({ proposal }) => `${proposal.n} ${proposal.plan.digest}`)].join(' '),
  mustRead: ({ listed }) => listed.map(({ proposal }) => proposal.n).join(),
  keys: [
    {
      id: 'approve-several',
      title: yesToAll,
      hint: (state, dialog) => (whyNotApproved(state, dialog) === null ? 'start them' : null),
      keys: ['y'],
      disabledReason: whyNotApproved,
      run: approve,
    },
    ...noKeys<StartSeveralDialog>(isAnswered),
  ],
  view,
  awaits: ({ listed }, tag) => listed.some((one) => one.tag === tag),
  // The dialog stays while anything was not started, and shows why.
  onAnswer(state, dialog, { tag, result }) {
    const outcome = result.ok ? 'started' : result.problem;
    const listed = dialog.listed.map((one): Listed => (one.tag === tag ? { ...one, outcome } : one));
    const isOver = listed.every((one) => one.tag === null || one.outcome !== null);
    if (isOver && listed.every((one) => one.outcome === 'started'))
      return noEffects(withNotice(toList(state), `${counted(listed.length, 'worker')} started.`));
    // The results begin at the top, wherever the list was scrolled to.
    const asked = isOver ? { pending: null, scroll: 0 } : {};
    return noEffects(withDialog(state, { ...dialog, listed, ...asked }));
  },
});

function isAnswered({ listed }: StartSeveralDialog): boolean {
  return listed.some(({ outcome }) => outcome !== null);
}

/** Returns proposals that can be started as they are. */
function selectPlanned({ facts }: Pick<AppState, 'facts'>): readonly PlannedProposal[] {
  return facts?.proposals.filter(isPlanned) ?? [];
}

/** Returns the other proposals, and those that came after the dialog was opened: a yes in it does not approve them. */
function selectUnlisted({ facts }: Pick<AppState, 'facts'>, dialog: { readonly listed: readonly Listed[] }) {
  const listed = new Set(dialog.listed.map(({ proposal }) => proposal.n));
  return facts?.proposals.filter(({ n }) => !listed.has(n)) ?? [];
}

function isPlanned(proposal: Proposal): proposal is PlannedProposal {
  return proposal.plan !== null && proposal.problem === null;
}

/** Returns why a yes does not start a listed proposal; null while it is exactly what is shown. */
function skipReason(state: AppState, { proposal }: Listed): string | null {
  const now = findProposal(state, proposal.n);
  if (!now) return 'It is no longer open.';
  if (now.problem) return now.problem.message;
  return now.plan?.digest === proposal.plan.digest ? null : 'It has changed since: look at its card.';
}

function whyNotListed(state: AppState): string | null {
  if (selectPlanned(state).length > 0) return whyUnreachable(state);
  const proposals = state.facts?.proposals ?? [];
  if (proposals.length === 0) return 'Nothing is proposed just now.';
  const isPending = proposals.some(({ plan, problem }) => plan === null && problem === null);
  return isPending
    ? 'The plan is still being worked out.'
    : 'No proposal can be started as it is; enter opens one.';
}

function whyNotApproved(state: AppState, dialog: StartSeveralDialog): string | null {
  if (isAnswered(dialog)) return 'Already answered; A lists the proposals that are left.';
  const isAnyOpen = dialog.listed.some((one) => skipReason(state, one) === null);
  return whyBusy(state) ?? (isAnyOpen ? null : 'These proposals are already closed.');
}

/** Sends each approval with the digest that was shown, all at once: the controller orders and spaces the starts. */
function approve(state: AppState, dialog: StartSeveralDialog): Step {
  const unseen = toUnseen(state, dialog);
  if (unseen) return noEffects(unseen);
  const open = dialog.listed.filter((one) => skipReason(state, one) === null);
  const already = state.facts?.workers.length ?? 0;
  const step = sequence(
    state,
    open.map(({ proposal: { n, plan } }, at) => (next) => {
      const size = selectPaneSize(state, already + at, already + open.length);
      return ask(next, 'approve', { n, digest: plan.digest, ...size });
    }),
  );
  const listed = dialog.listed.map((one): Listed => {
    const at = open.indexOf(one);
    if (at >= 0) return { ...one, tag: state.nextTag + at };
    return { ...one, outcome: problemOf('plan_changed', skipReason(state, one) ?? '') };
  });
  const pending = step.state.nextTag - 1;
  return { ...step, state: withDialog(step.state, { ...dialog, listed, pending }) };
}

/** Draws each proposal with what it would start and its warnings; one yes approves all that are listed. */
function view(state: AppState, dialog: StartSeveralDialog, width: number): DialogBody {
  const { listed } = dialog;
  const done = listed.filter(({ outcome }) => outcome === 'started').length;
  const isOver = dialog.pending === null && listed.some(({ outcome }) => outcome !== null);
  const title = isOver
    ? `${done} of ${listed.length} started`
    : `Start ${listed.length === 1 ? 'this one' : `these ${listed.length}`}?`;
  const columns = columnsOf(listed);
  // Started proposals count as running workers.
  const open = listed.flatMap(({ proposal }) => findProposal(state, proposal.n) ?? []);
  const beyond = selectOverLimit(state.facts, open);
  const against = (one: Listed) => limitOf(state, one, beyond);
  const shared = sharedArguments(listed.map(({ proposal }) => proposal.plan.command));
  // The plans were shown before the yes; the results are short.
  const rows = [
    ...(isOver ? [] : sharedRows(shared, width)),
    ...listed.flatMap((one, index) => [
      ...(index > 0 ? [line('')] : []),
      ...listedRows(state, one, against(one), { ...columns, shared }, width),
    ]),
  ];
  const isHeld = dialog.pending === null && !isOver && listed.some((one) => against(one) !== null);
  return {
    ...emptyBody,
    title: line(title, 'strong'),
    // The other proposals may change at any moment, and no yes here starts them.
    deciding: rows.length,
    rows: [
      ...rows,
      ...unlistedRows(state, dialog, width),
      ...(isHeld ? [line(''), ...wrapLines(heldText, width, 'muted')] : []),
    ],
  };
}

const heldText = 'What exceeds a limit stays open; its own card can still start it.';

/** Returns the limit that would prevent its start with the others; null for none. */
function limitOf(state: AppState, { proposal }: Listed, beyond: ReadonlySet<number>): string | null {
  const { limit } = findProposal(state, proposal.n) ?? proposal;
  const most = state.facts?.workspace.mostWorkers ?? 0;
  if (limit || !beyond.has(proposal.n)) return limit?.message ?? null;
  return overLimitText(most);
}

/** Widths of number, name and agent in cells, for alignment. */
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
    ...(outcome === null ? warningRows(state, one, limit, room) : outcomeRows(outcome, room)),
    ...(one.tag !== null && outcome === null ? [line('starting …', 'notice')] : []),
  ];
  return [head, ...below.map((row) => [span(' '.repeat(indent)), ...row])];
}

/** Draws a plan: its base, its worktree, what prepares that, and the command. */
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

/** Draws arguments that all commands share, once. */
function sharedRows(shared: ReadonlyMap<string, string>, width: number): readonly Line[] {
  if (shared.size === 0) return [];
  const rows = [...shared].flatMap(([text, mark]) => labelled(mark, quoteCommand([text]), width));
  return [line('The same in every command', 'strong'), ...rows, line('')];
}

/** Rows of a brief that are shown in the list. */
const briefRowsShown = 3;

/** Draws the beginning of a brief, and how many more lines its card has. */
function briefRows(brief: string, width: number): readonly Line[] {
  if (brief.trim() === '') return [];
  const rows = quotedRows(brief, width);
  const left = rows.length - briefRowsShown;
  if (left <= 0) return rows;
  const more = `… ${counted(left, 'more line')} on its card`;
  return [...rows.slice(0, briefRowsShown), [span('│ ', 'border-selected'), span(more, 'muted')]];
}

/** Draws warnings, and why a proposal that has changed since is not started. */
function warningRows(state: AppState, one: Listed, limit: string | null, width: number): readonly Line[] {
  const left = one.tag === null ? skipReason(state, one) : null;
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

/** Draws the proposals that are not listed: those that cannot be started, and later ones. */
function unlistedRows(state: AppState, dialog: StartSeveralDialog, width: number): readonly Line[] {
  const others = selectUnlisted(state, dialog).map(unlistedText);
  return headed('Not among them', others, width, 'muted');
}

function unlistedText({ n, draft, plan, problem }: Proposal): string {
  const why = problem?.message ?? (plan ? 'ready since this was opened' : 'still being worked out');
  return `#${n} ${draftId(draft)}: ${why}`;
}

function padded({ text, tone }: Span, width: number): Span {
  return { text: text + ' '.repeat(Math.max(0, width - cellWidth(text))), tone };
}

// Shared with the dialog that lets several workers go on.

/** Returns the keys that close a dialog of several. @param isAnswered reports whether a yes has no effect any more */
export function noKeys<D extends AnyDialog>(isAnswered: (dialog: D) => boolean): readonly RoomDialogKey<D>[] {
  const isOpen = (state: AppState, dialog: D) => !isWaiting(state) && !isAnswered(dialog);
  const leave = {
    title: 'no, leave everything as it is',
    run: (state: AppState) => noEffects(toList(state)),
  } as const;
  const keys: readonly RoomDialogKey<D>[] = [
    {
      ...leave,
      id: 'close-several',
      hint: (state, dialog) => (isOpen(state, dialog) ? 'no' : null),
      keys: ['n', 'q'],
      isHarmless: true,
    },
    {
      ...leave,
      id: 'leave-several',
      hint: (state, dialog) => (isOpen(state, dialog) ? null : 'close'),
      keys: ['escape', 'ctrl-c'],
    },
  ];
  return keys;
}

/** Returns a key's hint beside the queue and for more than one; else null. */
export function queueHint({ list }: AppState, count: number, hint: string): string | null {
  return list === 'queue' && count > 1 ? hint : null;
}
