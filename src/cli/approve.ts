import type { Facts } from '../core/facts.ts';
import { draftId, type Proposal } from '../core/proposal.ts';
import type { Worker } from '../core/worker.ts';
import type { ControllerApi } from '../features/commands.ts';
import { beyondText, selectBeyond } from '../features/workers/several.ts';
import { type Problem, problemOf } from '../lib/result.ts';
import type { Caller } from '../protocol/link.ts';
import { demandYes, sayPaged } from './ask.ts';
import { proposalText } from './describe/proposal.ts';
import { workerJson } from './describe/worker.ts';
import { demand, exitCodes, type Output } from './output.ts';
import { withController } from './session.ts';
import { approveShown, type StartOptions, worked } from './start.ts';

interface ApproveOptions extends Pick<StartOptions, 'yes' | 'overLimit'> {
  /** Every proposal that is open now. */
  readonly all?: boolean;
}

/**
 * `approve N…`: the numbers are the person's yes. With `--all` what is proposed is listed first, and asked about; what
 * comes meanwhile is not approved.
 */
export async function approveProposals(
  out: Output,
  numbers: readonly number[],
  { all = false, yes = false, overLimit = false }: ApproveOptions,
): Promise<void> {
  await withController('.', async (call, link) => {
    const [first = 0] = numbers;
    if (numbers.length === 1)
      return approveShown(out, call, await worked(link, first), { yes: true, overLimit }, false);
    const facts = demand(await call('facts', {}));
    const wanted = all ? facts.proposals.map(({ n }) => n) : [...new Set(numbers)];
    const proposals: Proposal[] = [];
    for (const n of wanted) proposals.push(await worked(link, n));
    if (proposals.length > 0) await sayPaged(out, listText(facts, proposals), all && !yes);
    if (all && proposals.some(isPlanned)) await demandYes(out, yes, 'Start them?', refusals);
    tell(out, await Promise.all(proposals.map((proposal) => approveOne(call, proposal, overLimit))));
  });
}

const refusals = {
  unasked: problemOf(
    'approval_required',
    'Starting workers needs your approval.',
    'Approve all of them here: orch-tui approve --all --yes',
  ),
  no: problemOf('not_approved', 'Nothing was started.'),
};

interface Approved {
  readonly proposal: Proposal;
  readonly outcome: { readonly worker: Worker } | { readonly problem: Problem };
}

/** Asked for all at once: the controller takes them in order and spaces the starts. */
async function approveOne(
  call: Caller<ControllerApi>,
  proposal: Proposal,
  overLimit: boolean,
): Promise<Approved> {
  const { n, plan, problem } = proposal;
  if (!isPlanned(proposal) || !plan) {
    const missing = { code: 'plan_pending', message: 'No plan came.' };
    return { proposal, outcome: { problem: problem ?? missing } };
  }
  const insists = overLimit ? { overLimit } : {};
  const started = await call('approve', { n, digest: plan.digest, ...insists });
  return { proposal, outcome: started.ok ? { worker: started.value } : { problem: started.problem } };
}

function isPlanned({ plan, problem }: Proposal): boolean {
  return plan !== null && problem === null;
}

/** What was started, and what was not and why. */
function tell(out: Output, all: readonly Approved[]): void {
  const started = all.flatMap(({ outcome }) => ('worker' in outcome ? [outcome.worker] : []));
  const left = all.flatMap(({ proposal: { n, draft }, outcome }) =>
    'problem' in outcome ? [{ n, worker: draftId(draft), error: outcome.problem }] : [],
  );
  const lines = [
    ...started.map(({ id, worktree }) => `Started ${id} in ${worktree}.`),
    ...left.map(({ n, worker, error }) => `Not started: #${n} ${worker}: ${error.message}`),
  ];
  out.result(
    { started: started.map(workerJson), left },
    lines.length === 0 ? 'Nothing is proposed.' : lines.join('\n'),
  );
  if (left.length > 0) process.exitCode = exitCodes.refused;
}

/** All that each approval lets happen, and below them what speaks against several at once. */
function listText(facts: Facts, proposals: readonly Proposal[]): string {
  const now = Date.now();
  const each = proposals.map((proposal) => proposalText(proposal, now, process.stdout.columns));
  const beyond = [...selectBeyond({ facts }, proposals)].map(
    (n) => `! #${n}: ${beyondText(facts.workspace.mostWorkers ?? 0)}`,
  );
  return [each.join('\n\n'), ...beyond].join('\n');
}
