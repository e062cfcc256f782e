import { draftId, type Proposal, type StartPlan } from '../../core/proposal.ts';
import { isOrchestrator } from '../../core/worker.ts';
import { quoteCommand } from '../../lib/quote.ts';
import type { Problem } from '../../lib/result.ts';
import { plainLine } from '../../lib/sanitize.ts';
import {
  type DialogBody,
  defineDialog,
  emptyBody,
  labelled,
  marked,
  problemRows,
  quotedRows,
} from '../../ui/dialog.ts';
import {
  counted,
  longAge,
  memoryText,
  portsText,
  shortAge,
  shownCommand,
  sizeText,
} from '../../ui/format.ts';
import { selectPaneSize } from '../../ui/layout.ts';
import { countRunning, findProposal, findWorker } from '../../ui/select.ts';
import type { AppState } from '../../ui/state.ts';
import {
  askFrom,
  noEffects,
  type Step,
  toList,
  toUnseen,
  whyBusy,
  withDialog,
  withNotice,
} from '../../ui/step.ts';
import { type Line, line, span, wrapLines } from '../../ui/text.ts';
import { createDevelopKey } from '../repos/developDialog.ts';
import { openEdit } from './formDialog.ts';
import { type CardDialog, openReject, proposalClosed } from './proposalDialogs.ts';

/** The approval card of a proposal. Approving sends the digest on the screen and nothing else. */
export const card = defineDialog<CardDialog>({
  kind: 'card',
  group: 'Approval card',
  subject: (_, { n, digest, changed, overLimit, scroll }) =>
    `${n} ${digest} ${changed} ${overLimit} ${scroll}`,
  mustRead: ({ digest }) => `${digest}`,
  keys: [
    {
      id: 'approve',
      title: 'start exactly what the card shows',
      hint: 'start',
      keys: ['y'],
      disabledReason: whyNotApproved,
      run: approve,
    },
    {
      id: 'edit',
      title: 'edit the proposal',
      hint: 'edit',
      keys: ['e'],
      isHarmless: true,
      disabledReason(state, { n }) {
        const proposal = findProposal(state, n);
        if (proposal?.kind === 'resume') return 'A resume has nothing to edit.';
        if (proposal && isOrchestrator(proposal.draft)) return 'The orchestrator has nothing to edit.';
        return whyBusy(state);
      },
      run(state, { n }) {
        const proposal = findProposal(state, n);
        return noEffects(proposal ? openEdit(state, proposal) : state);
      },
    },
    {
      id: 'reject',
      title: 'reject it, with a reason',
      hint: 'reject',
      keys: ['n'],
      isHarmless: true,
      disabledReason: whyBusy,
      run: (state, { n }) => noEffects(openReject(state, n)),
    },
    {
      id: 'later',
      title: 'decide later',
      hint: 'later',
      keys: ['l', 'escape', 'q', 'ctrl-c'],
      run: (state) => noEffects(toList(state)),
    },
    createDevelopKey<CardDialog>('develop-card', (state, { n }) => {
      const proposal = findProposal(state, n);
      return { repo: proposal?.kind === 'start' ? proposal.draft.repo : null, back: { card: n } };
    }),
  ],
  view,
  isStale: (state, { n }) => (findProposal(state, n) ? null : proposalClosed(n)),
  onFacts(state, dialog) {
    const plan = findProposal(state, dialog.n)?.plan ?? null;
    if (plan === null || plan.digest === dialog.digest) return state;
    const changed = dialog.changed || dialog.digest !== null;
    return withDialog(state, { ...dialog, digest: plan.digest, changed, scroll: 0 });
  },
});

function whyNotApproved(state: AppState, { n }: CardDialog): string | null {
  const proposal = findProposal(state, n);
  if (!proposal) return 'There is no open proposal.';
  if (proposal.problem) return `It cannot be started: ${proposal.problem.message}`;
  if (proposal.limit?.code === 'budget_spent') return proposal.limit.message;
  if (!proposal.plan) return 'The plan is still being worked out.';
  return whyBusy(state);
}

function approve(state: AppState, dialog: CardDialog): Step {
  const proposal = findProposal(state, dialog.n);
  const plan = proposal?.plan;
  if (!plan || plan.digest !== dialog.digest) return noEffects(state);
  const unseen = toUnseen(state, dialog);
  if (unseen) return noEffects(unseen);
  // The key was meant for the plan that was shown before.
  if (dialog.changed) {
    const seen = withDialog(state, { ...dialog, changed: false });
    return noEffects(
      withNotice(seen, 'The plan changed before you pressed y. Read it again; y then starts it.'),
    );
  }
  const { limit } = proposal;
  if (limit && !dialog.overLimit)
    return noEffects(
      withNotice(withDialog(state, { ...dialog, overLimit: true }), `${limit.message} y again starts it.`),
    );
  const overLimit = limit ? { overLimit: true } : {};
  const workers = state.facts?.workers.length ?? 0;
  // The new worker comes last and is selected.
  const size = selectPaneSize(state, workers, workers + 1);
  const params = { n: dialog.n, digest: plan.digest, ...size, ...overLimit };
  return askFrom(state, dialog, 'approve', params);
}

/**
 * Draws the whole plan: nothing that a yes starts is left out. Our own text comes first. Text by others comes last, behind
 * a bar, so that none of its lines can be taken for ours.
 */
function view(state: AppState, card: CardDialog, width: number): DialogBody {
  const proposal = findProposal(state, card.n);
  if (!proposal) return emptyBody;
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
    ...setupRows(proposal.plan, width),
    ...briefRows(proposal.draft.brief, proposal.plan?.delivery, width),
  ];
  return { ...emptyBody, title: cardTitle(proposal), aside: cardAside(state, proposal), rows };
}

/** Adds the key that chooses another agent to a missing agent's hint; a resume and the orchestrator have no such choice. */
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

/** Returns the number of running workers beside the configured limit. */
function runningText(state: AppState): string {
  const most = state.facts?.workspace.mostWorkers;
  return counted(countRunning(state), 'worker') + (most === undefined ? '' : `, at most ${most} are wanted`);
}

/** Draws where it works: on its own branch, or, as the orchestrator, at the top of the workspace. */
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

/** Draws what happens in the worktree before the agent starts. */
function setupRows(plan: StartPlan | null, width: number): readonly Line[] {
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

/** Draws our heading over quoted items; nothing without items. */
function section(heading: string, items: readonly string[], width: number): readonly Line[] {
  if (items.length === 0) return [];
  return [line(''), ...wrapLines(heading, width, 'strong'), ...quotedRows(items.join('\n'), width)];
}
