import { workerId } from '../../core/ids.ts';
import type { Proposal, ProposalDraft, Proposer } from '../../core/proposal.ts';
import { type Slice, unchanged, withEntry, without } from '../../core/slice.ts';
import { integer, listOf, natural, string } from '../../lib/shape.ts';
import { proposalDraft, proposalKind, proposer } from './eventShapes.ts';
import type { OpenProposal, StartEvent } from './workerState.ts';

/** Events of proposals, as the log keeps them. */
type ProposalEvent =
  | {
      readonly type: 'proposed';
      readonly n: number;
      readonly kind: Proposal['kind'];
      readonly by: Proposer;
      readonly draft: ProposalDraft;
      readonly sessionId: string;
    }
  | { readonly type: 'edited'; readonly n: number; readonly draft: ProposalDraft }
  | { readonly type: 'rejected'; readonly n: number; readonly why: string }
  /** A person approved exactly this plan. */
  | {
      readonly type: 'approved';
      readonly n: number;
      readonly digest: string;
      readonly command: readonly string[];
      readonly byPid: number;
    };

interface ProposalState {
  readonly lastProposal: number;
  readonly proposals: ReadonlyMap<number, OpenProposal>;
}

/** The log's state of proposals. */
export const proposalSlice: Slice<ProposalState, ProposalEvent, StartEvent> = {
  start: { lastProposal: 0, proposals: new Map() },
  fields: {
    proposed: { n: natural, kind: proposalKind, by: proposer, draft: proposalDraft, sessionId: string },
    edited: { n: natural, draft: proposalDraft },
    rejected: { n: natural, why: string },
    approved: { n: natural, digest: string, command: listOf(string), byPid: integer },
  },
  on: {
    proposed: ({ lastProposal, proposals }, { n, kind, by, draft, sessionId, at }) => ({
      lastProposal: Math.max(lastProposal, n),
      proposals: withEntry(proposals, n, { n, kind, by, at, draft, sessionId }),
    }),
    edited: ({ proposals }, { n, draft }) => {
      const proposal = proposals.get(n);
      return proposal ? { proposals: withEntry(proposals, n, { ...proposal, draft }) } : {};
    },
    rejected: ({ proposals }, { n }) => ({ proposals: without(proposals, n) }),
    // The start that follows closes the proposal: if the log is cut off in between, it stays open.
    approved: unchanged,
    started: (state, { id }) => withoutWish(state, 'start', id),
    resumed: (state, { id }) => withoutWish(state, 'resume', id),
    'start-failed': ({ proposals }, { proposal }) => ({
      proposals: withEntry(proposals, proposal.n, proposal),
    }),
  },
};

/** Closes proposals of a worker that has been started or resumed. */
function withoutWish(
  { proposals }: ProposalState,
  kind: OpenProposal['kind'],
  id: string,
): Partial<ProposalState> {
  const open = [...proposals].filter(
    ([, { kind: wished, draft }]) => wished !== kind || workerId(draft.repo, draft.task) !== id,
  );
  return { proposals: new Map(open) };
}
