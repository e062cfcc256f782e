import { slugFrom, workerOn } from '../../core/board.ts';
import type { WantedCard } from '../../core/notion.ts';
import type { ProposalDraft } from '../../core/proposal.ts';
import { failure, type Problem, problemOf, type Result, success } from '../../lib/result.ts';
import { oneLine, paragraphs, withoutHidden } from '../../lib/sanitize.ts';
import type { Message } from '../messages.ts';
import { addNotice, type ControllerState, type Decision, onlyState } from '../state.ts';
import { checkDraft } from '../workers/start.ts';

/** Most open proposals of the board, because all cards may be moved there at once. */
const mostProposals = 20;

/** Characters of a card's text that become a brief: Notion's titles have any length. */
const longestBrief = 20_000;

/** Proposes a worker for a card that requests one in Notion, or reports why not. Pure. */
export function workerWanted(
  state: ControllerState,
  { card, sessionId }: Extract<Message, { type: 'worker-wanted' }>,
): Decision {
  const draft = draftOf(state, card);
  if (!draft.ok) return notProposed(state, card, draft.problem);
  // A sync that was killed may report a card twice.
  if (isProposed(state, draft.value)) return onlyState(state);
  const checked = checkWanted(state, card, draft.value);
  if (!checked.ok) return notProposed(state, card, checked.problem);
  const n = state.log.lastProposal + 1;
  return {
    state,
    events: [{ type: 'proposed', n, kind: 'start', by: 'board', draft: draft.value, sessionId }],
    effects: [{ type: 'plan', n }],
  };
}

/** Adds a notice with the reason; for many cards at once only one that they are too many. */
function notProposed(state: ControllerState, { id, task }: WantedCard, problem: Problem): Decision {
  const { code, message, hint } = problem;
  const name = oneLine([id ?? '', `“${oneLine(task, 60)}”`].join(' '), 100);
  const told = `${name} asks for a worker in Notion, but none is proposed: ${message}`;
  const notice = problem === tooMany ? tooMany : problemOf(code, told, hint);
  return { state: addNotice(state, notice), events: [], effects: [] };
}

/**
 * Returns the draft that the key `n` on the card would create, by which the worker is later matched to it.
 */
function draftOf({ config }: ControllerState, { id, task, repo }: WantedCard): Result<ProposalDraft> {
  const [only, ...others] = config.repos;
  const known = repo ?? (others.length === 0 ? only?.name : undefined);
  if (known === undefined)
    return failure(
      'wanted_without_repo',
      'no repository set on the card.',
      'Set it on the card, and press n there.',
    );
  const brief = paragraphs(withoutHidden(task), longestBrief);
  const name = slugFrom(brief) || slugFrom(id ?? '');
  if (name === '')
    return failure('wanted_without_name', 'its text gives no task name.', 'Press n on the card.');
  return success({ repo: known, task: name, brief, agent: null });
}

function isProposed({ log }: ControllerState, { repo, task }: ProposalDraft): boolean {
  return [...log.proposals.values()].some(
    ({ by, draft }) => by === 'board' && draft.repo === repo && draft.task === task,
  );
}

function checkWanted(state: ControllerState, { id }: WantedCard, draft: ProposalDraft): Result<null> {
  const { documents, log } = state;
  const cards = documents.board?.cards ?? [];
  const card = cards.find((one) => id !== null && one.id === id);
  const worker = card && workerOn(cards, card, log.workers.values());
  if (worker)
    return failure(
      'worker_exists',
      `${worker.id} is on it already.`,
      `Resume, finish or clean ${worker.id}.`,
    );
  const waiting = [...log.proposals.values()].filter(({ by }) => by === 'board');
  if (waiting.length >= mostProposals) return { ok: false, problem: tooMany };
  return checkDraft(state, draft, null);
}

const tooMany = problemOf(
  'too_many_wanted',
  `More cards ask for a worker in Notion, but ${mostProposals} proposals of the board wait already.`,
  'Decide about those; then press n on each card.',
);
