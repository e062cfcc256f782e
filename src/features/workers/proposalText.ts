import type { Facts } from '../../core/facts.ts';
import { draftId, type Proposal, type Proposer, type StartPlan } from '../../core/proposal.ts';
import { isLive } from '../../core/worker.ts';
import { quoteCommand } from '../../lib/quote.ts';
import type { Problem } from '../../lib/result.ts';
import { plainLine } from '../../lib/sanitize.ts';
import {
  alignColumns as aligned,
  longAge,
  type NamedText,
  namedRows,
  portsText,
  quotedText,
  shownCommand,
  sizeText,
} from '../../ui/format.ts';

/** Cells of the longest name and its padding. */
const besideNames = 'environment'.length + 4;

/**
 * Describes all that an approval starts, as the approval card does: our own text first, text by others last.
 * @param now milliseconds since 1970
 * @param columns of the terminal that it is shown in
 */
export function proposalText(proposal: Proposal, now: number, columns?: number): string {
  const { draft, plan, problem, limit } = proposal;
  const head = headText(proposal, now);
  if (problem)
    return `${head}
  cannot be started: ${problemText(problem)}`;
  if (!plan) return `${head}\n  is being worked out`;
  const warnings = [...plan.warnings, ...(limit ? [limit.message] : [])];
  return [
    head,
    ...namedRows(
      [
        ...placeRows(plan, now),
        ['agent', plan.agent],
        ['ports', plan.ports && portsText(plan.ports)],
        ...warnings.map((text): NamedText => ['warning', text]),
        ...(plan.copies ?? []).map(
          ({ path, bytes }): NamedText => ['copied', `${path} (${sizeText(bytes)})`],
        ),
        ...(plan.setup?.commands ?? []).map((command): NamedText => ['setup', quoteCommand(command)]),
        ['environment', plan.environment.join(' ')],
        ['command', shownCommand(plan.command, draft.brief)],
        [
          'brief',
          draft.brief.trim() === ''
            ? 'none'
            : quotedText(draft.brief.trim(), columns && columns - besideNames),
        ],
      ],
      columns,
    ),
  ].join('\n');
}

/** Returns one row for each proposal. */
export function proposalRows(proposals: readonly Proposal[]): string {
  return aligned(
    proposals.map(({ n, kind, draft }) => [
      `#${n}`,
      kind,
      draftId(draft),
      draft.brief.trim().split('\n')[0] ?? '',
    ]),
  );
}

function headText({ n, kind, by, at, draft }: Proposal, now: number): string {
  const who = by === 'person' ? '' : ` (proposed by ${proposers[by]} ${longAge(at, now)})`;
  return `#${n} ${kind} ${draftId(draft)}${who}`;
}

function problemText({ message, hint }: Problem): string {
  return plainLine(hint === undefined ? message : `${message} ${hint}`);
}

const proposers: Readonly<Record<Exclude<Proposer, 'person'>, string>> = {
  orchestrator: 'the orchestrator',
  board: 'the board',
};

/** Describes where it works: on its own branch, or, as the orchestrator, at the top of the workspace. */
function placeRows({ base, branch, worktree }: StartPlan, now: number): readonly NamedText[] {
  if (!base)
    return [
      ['role', 'orchestrator: keeps the board, cannot write files or run commands'],
      ['folder', worktree],
    ];
  const { commit, subject, committedAt } = base;
  return [
    ['branch', branch],
    ['from', `${base.branch} ${commit.slice(0, 10)} “${subject}”, committed ${longAge(committedAt, now)}`],
    ['worktree', worktree],
  ];
}

/** Returns the numbers of proposals that would exceed the worker limit if all earlier ones were started. */
export function selectBeyond(facts: Facts | null, proposals: readonly Proposal[]): ReadonlySet<number> {
  const running = facts?.workers.filter(({ role, state }) => !role && isLive(state)).length ?? 0;
  const free = (facts?.workspace.mostWorkers ?? Number.POSITIVE_INFINITY) - running;
  const counted = proposals.filter(({ draft, limit, problem }) => !draft.role && !limit && !problem);
  return new Set(counted.slice(Math.max(0, free)).map(({ n }) => n));
}

export function beyondText(mostWorkers: number): string {
  return `With those before it as many run as this workspace wants at the same time: ${mostWorkers}.`;
}
