import { type TrustFacts, unknownSetting, untrustedProblem } from '../../core/workspace.ts';
import { requestReceived, requestWithdrawn } from '../../features/attention/holding.ts';
import { timeEntered } from '../../features/invoices/entering.ts';
import type { Message, Told } from '../../features/messages.ts';
import { workerWanted } from '../../features/notion/wanting.ts';
import { radarLooked } from '../../features/radar/radar.ts';
import { addNotice, type ControllerState, type Decision } from '../../features/state.ts';
import { slotAvailable } from '../../features/usage/goOn.ts';
import { clockRead, spent, tokensCounted } from '../../features/usage/using.ts';
import { withBusy } from '../../features/workers/checks.ts';
import { cleanEnded, finishEnded } from '../../features/workers/ending.ts';
import {
  branchRenamed,
  conversationFound,
  conversationMissing,
  hostConnected,
  hostLost,
  setupFailed,
  signed,
  snapshotEnded,
  terminalChanged,
  toolsMet,
  toolsOverdue,
} from '../../features/workers/observing.ts';
import { launched, launchFailed, planIn, planned } from '../../features/workers/starting.ts';
import { processEnded } from '../../features/workers/stop.ts';
import { undoEnded } from '../../features/workers/undo.ts';
import type { Problem } from '../../lib/result.ts';
import { react } from './reactions.ts';
import { requested, sessionAsked } from './requests.ts';

/** The fact loop: what a message changes, what goes into the log, what is to be done. Pure, synchronous, total. */
export function update(state: ControllerState, message: Message): Decision {
  return react(state, message, decide(state, message));
}

function decide(state: ControllerState, message: Message): Decision {
  switch (message.type) {
    case 'requested':
      return requested(state, message);
    case 'session-asked':
      return sessionAsked(state, message);
    case 'tools-met':
      return only(toolsMet(state, message.id, message.listed));
    case 'tools-overdue':
      return only(toolsOverdue(state, message.id, message.run));
    case 'notes-delivered':
      return { state, happenings: [message], effects: [] };
    case 'planned':
      return planned(state, message);
    case 'launched':
      return launched(state, message);
    case 'launch-failed':
      return launchFailed(state, message);
    case 'process-ended':
      return processEnded(state, message);
    case 'finish-ended':
      return finishEnded(state, message);
    case 'clean-ended':
      return cleanEnded(state, message);
    case 'undo-ended':
      return undoEnded(state, message);
    case 'checks-begun':
      return only({ ...state, busy: withBusy(state.busy, message.id, { kind: 'checking' }) });
    case 'checks-ended':
      return only({ ...state, busy: withBusy(state.busy, message.id, { kind: 'finishing' }) });
    case 'signing': {
      const { [message.id]: _, ...others } = state.signing;
      const { id, program } = message;
      return only({ ...state, signing: program === null ? others : { ...others, [id]: program } });
    }
    case 'turn-came':
      return slotAvailable(only(state), message);
    case 'snapshot-ended':
      return snapshotEnded(state, message);
    case 'backups-expired': {
      const { repo, refs } = message;
      return { state, happenings: [{ type: 'backups-expired', repo, refs }], effects: [] };
    }
    case 'host-connected':
      return hostConnected(state, message.terminals);
    case 'host-lost':
      return hostLost(state);
    case 'terminal-changed':
      return terminalChanged(state, message.terminal);
    case 'signed':
      return signed(state, message);
    case 'request-received':
      return requestReceived(state, message);
    case 'request-withdrawn':
      return requestWithdrawn(state, message.request);
    case 'branch-renamed':
      return branchRenamed(state, message);
    case 'setup-failed':
      return setupFailed(state, message);
    case 'conversation-missing':
      return conversationMissing(state, message);
    case 'conversation-found':
      return conversationFound(state, message);
    case 'denied': {
      const { id, what, why } = message;
      if (!state.log.workers.has(id)) return only(state);
      return { state, happenings: [{ type: 'denied', id, what, why }], effects: [] };
    }
    case 'spent':
      return spent(state, message);
    case 'transcript-grew': {
      const { id, session, path } = message;
      return { state, happenings: [], effects: [{ type: 'count-tokens', id, session, path }] };
    }
    case 'tokens-counted':
      return tokensCounted(state, message);
    case 'left-found':
      return only({ ...state, left: message.left });
    case 'memory-measured':
      return only({ ...state, memory: message.memory });
    case 'prompt-typed':
    case 'brief-overdue':
      return only(state);
    case 'clock-read':
      return only(clockRead(state, message.now));
    case 'repos-looked-at':
      return only({ ...state, repos: message.repos });
    case 'radar-looked':
      return radarLooked(state, message.radar);
    case 'board-read':
      return only({ ...state, documents: { ...state.documents, board: message.board } });
    case 'invoices-read':
      return only({ ...state, documents: { ...state.documents, invoices: message.invoices } });
    case 'notion-looked':
      return only({ ...state, notion: message.notion });
    case 'worker-wanted':
      return workerWanted(state, message);
    case 'documented':
      return { state, happenings: [message.happening], effects: [] };
    case 'time-entered':
      return timeEntered(state, message);
    case 'environment-lent':
      return planIn(state, message.environment);
    case 'config-read':
      return configRead(state, message);
    case 'trust-read':
      return trustRead(state, message.trust);
    case 'config-refused':
      return only(configRefused(state, message.problem));
    case 'noticed':
      return only(addNotice(state, message.problem));
  }
}

/** Said once, and in place of what was wrong with it before. */
function configRefused(state: ControllerState, problem: Problem): ControllerState {
  if (state.notices.some(({ message }) => message === problem.message)) return state;
  return addNotice({ ...state, notices: withoutFault(state) }, problem);
}

function withoutFault({ notices }: ControllerState): readonly Problem[] {
  return notices.filter(({ code }) => code !== 'config_invalid');
}

/** Plans made under another configuration hold no more, and what was wrong with it is mended. */
function configRead(state: ControllerState, { config, unknown }: Told<'config-read'>): Decision {
  const notices = withoutFault(state).filter(({ code }) => !unknown || code !== unknownSetting);
  const effects = [...state.log.proposals.keys()].map((n) => ({ type: 'plan', n }) as const);
  const next = (unknown ?? []).reduce(addNotice, { ...state, config, notices, plans: new Map() });
  return { state: next, happenings: [], effects };
}

/** A changed configuration waits with a notice. Once it is trusted, what could not be planned meanwhile is planned. */
function trustRead(state: ControllerState, trust: TrustFacts): Decision {
  const notices = state.notices.filter(({ code }) => code !== 'untrusted_workspace');
  const next = { ...state, trust, notices };
  if (trust.configuration !== 'trusted')
    return only(addNotice(next, untrustedProblem(state.config.root, trust)));
  const waiting = [...state.log.proposals.keys()].filter((n) => {
    const plan = state.plans.get(n);
    return plan && !plan.ok && plan.problem.code === 'untrusted_workspace';
  });
  return { state: next, happenings: [], effects: waiting.map((n) => ({ type: 'plan', n })) };
}

function only(state: ControllerState): Decision {
  return { state, happenings: [], effects: [] };
}
