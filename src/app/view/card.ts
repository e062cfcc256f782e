import type { Problem } from '../../domain/problem.ts';
import { draftId, type Proposal, type StartPlan } from '../../domain/proposal.ts';
import { isOrchestrator } from '../../domain/role.ts';
import { plainLine } from '../../lib/sanitize.ts';
import { type DialogBody, labelled, marked, problemRows, quotedRows } from '../../room/dialogBody.ts';
import { countRunning, findProposal, findWorker } from '../../room/select.ts';
import type { AppState } from '../../room/state.ts';
import { cellWidth } from '../../room/text/cells.ts';
import { quoteCommand, shownCommand } from '../../room/text/command.ts';
import { type Line, line, span, wrapLines } from '../../room/text/line.ts';
import { counted, longAge, memoryText, portsText, shortAge, sizeText } from '../../room/text/words.ts';
import { oneLineField } from '../../room/textField.ts';
import type { CardDialog, RejectDialog } from '../dialog.ts';

const nothing: DialogBody = { title: [], aside: [], rows: [], tail: [], caret: null };

/**
 * All that the person says yes to: nothing of the plan is left out. What we say of it comes first, what others wrote last,
 * behind a bar, so that no line of theirs can be taken for one of ours.
 */
export function cardBody(state: AppState, card: CardDialog, width: number): DialogBody {
  const proposal = findProposal(state, card.n);
  if (!proposal) return nothing;
  const changed = card.changed
    ? [
        ...marked(
          '!',
          'The plan changed while you were looking at it. This is the new one.',
          width,
          'warning',
        ),
        line(''),
      ]
    : [];
  const rows = [
    ...(card.pending === null ? [] : [line('Starting …', 'notice'), line('')]),
    ...changed,
    ...problemRows(card.problem, width),
    ...problemRows(planProblem(proposal), width),
    ...(proposal.limit ? [...marked('!', proposal.limit.message, width, 'warning'), line('')] : []),
    ...planRows(state, proposal, width),
    ...commandRows(proposal.plan, proposal.draft.brief, width),
    ...readyingRows(proposal.plan, width),
    ...briefRows(proposal.draft.brief, proposal.plan?.delivery, width),
  ];
  return { ...nothing, title: cardTitle(proposal), aside: cardAside(state, proposal), rows };
}

/** Where its agent is missing, the key that leads to another; a resume and the orchestrator have nothing to edit. */
function planProblem({ problem, kind, draft }: Proposal): Problem | null {
  if (problem?.code !== 'agent_missing' || kind === 'resume' || isOrchestrator(draft)) return problem;
  return { ...problem, hint: `${problem.hint ?? ''}\nOr choose another agent, such as demo, with\u00a0e.` };
}

function cardTitle({ kind, draft }: Proposal): Line {
  const verb = kind === 'start' ? 'Start' : 'Resume';
  return [span(`${verb} `, 'strong'), span(draftId(draft), 'strong'), span('?', 'strong')];
}

function cardAside({ now }: AppState, { n, by, at }: Proposal): Line {
  const who = { person: 'you', orchestrator: 'the orchestrator', board: 'the board' }[by];
  return line(`proposal ${n} by ${who}, ${shortAge(at, now)} ago`, 'muted');
}

function planRows(state: AppState, proposal: Proposal, width: number): readonly Line[] {
  const { plan, kind, draft } = proposal;
  if (!plan) return proposal.problem ? [] : [line('Working out what would be done …', 'muted')];
  return [
    ...(kind === 'resume' ? resumeRows(state, plan, width) : []),
    ...placeRows(state, plan, width),
    ...labelled('Agent', draft.agent === null ? `${plan.agent} (default)` : plan.agent, width),
    ...labelled('Session', plan.sessionId, width),
    ...(plan.ports ? labelled('Ports', portsText(plan.ports), width) : []),
    ...memoryRows(state, width),
    ...labelled('Running', runningText(state), width),
    ...(plan.warnings.length > 0 ? [line('')] : []),
    ...plan.warnings.flatMap((warning) => marked('!', warning, width, 'warning')),
  ];
}

/** How many run, beside how many are wanted at the most. */
function runningText(state: AppState): string {
  const most = state.facts?.workspace.mostWorkers;
  return counted(countRunning(state), 'worker') + (most === undefined ? '' : `, at most ${most} are wanted`);
}

/** Where it works: on a branch of its own, or, as the orchestrator, at the top of the workspace. */
function placeRows({ now }: AppState, { base, branch, worktree }: StartPlan, width: number): readonly Line[] {
  if (!base)
    return [
      ...labelled(
        'Role',
        'orchestrator: keeps the board, cannot write files or run commands',
        width,
        'strong',
      ),
      ...labelled('Folder', worktree, width),
    ];
  const commit = `${base.branch} at ${base.commit.slice(0, 8)}, committed ${longAge(base.committedAt, now)}`;
  return [
    ...labelled('Branch', branch, width, 'strong'),
    ...labelled('From', commit, width),
    ...labelled('', `“${base.subject}”`, width, 'muted'),
    ...labelled('Worktree', worktree, width),
  ];
}

function memoryRows({ facts }: AppState, width: number): readonly Line[] {
  return facts?.memory ? labelled('Memory', memoryText(facts.memory), width) : [];
}

function resumeRows(state: AppState, plan: StartPlan, width: number): readonly Line[] {
  const worker = findWorker(state, plan.id);
  const what = plan.anew ? 'starts it again' : 'resumes the conversation where it stopped';
  const text = `This ${what}, in the same worktree (run\u00a0${(worker?.run ?? 1) + 1}).`;
  return [...wrapLines(text, width, 'notice'), line('')];
}

function briefRows(brief: string, delivery: StartPlan['delivery'], width: number): readonly Line[] {
  const how = delivery === 'typed' ? [span(', typed into it once it knows our tools', 'muted')] : [];
  const text = brief.trim() === '' ? [line('  none', 'muted')] : quotedRows(brief, width);
  return [line(''), [span('Brief', 'strong'), ...how], ...text];
}

/** What happens in the worktree before the agent starts. */
function readyingRows(plan: StartPlan | null, width: number): readonly Line[] {
  const copies = plan?.copies ?? [];
  const bytes = copies.reduce((sum, copy) => sum + copy.bytes, 0);
  const minutes = (plan?.setup?.timeoutMs ?? 0) / 60_000;
  return [
    ...section(
      `Copied from the main checkout: ${counted(copies.length, 'file')}, ${sizeText(bytes)}`,
      copies.map((copy) => `${plainLine(copy.path)}  ${sizeText(copy.bytes)}`),
      width,
    ),
    ...section(
      `Setup, in its pane before the agent (each at most ${minutes} min)`,
      (plan?.setup?.commands ?? []).map(quoteCommand),
      width,
    ),
  ];
}

function commandRows(plan: StartPlan | null, brief: string, width: number): readonly Line[] {
  if (!plan) return [];
  return [
    ...section('Command', [shownCommand(plan.command, brief)], width),
    ...section('Environment', [plan.environment.join(' ')], width),
  ];
}

/** A heading of ours over what is quoted; nothing where there is nothing to quote. */
function section(heading: string, items: readonly string[], width: number): readonly Line[] {
  if (items.length === 0) return [];
  return [line(''), ...wrapLines(heading, width, 'strong'), ...quotedRows(items.join('\n'), width)];
}

/** Asks for the reason that the proposer is told. */
export function rejectBody(state: AppState, dialog: RejectDialog, width: number): DialogBody {
  const proposal = findProposal(state, dialog.n);
  if (!proposal) return nothing;
  const name = draftId(proposal.draft);
  const why = oneLineField('Why not? ', dialog.why, width);
  return {
    title: line(`Reject ${name}?`, 'strong'),
    aside: line(`proposal ${dialog.n}`, 'muted'),
    rows: [...problemRows(dialog.problem, width), line(proposerHears[proposal.by], 'muted'), line('')],
    tail: [why.line],
    caret: { row: 0, column: cellWidth('Why not? ') + why.column },
  };
}

const proposerHears = {
  person: 'The reason is kept in the log. It may be left empty.',
  orchestrator: 'The orchestrator is told the reason. It may be left empty.',
  board: 'The reason is kept in the log. It may be left empty.',
} as const;
