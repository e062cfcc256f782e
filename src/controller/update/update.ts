import { type TrustFacts, unknownSetting, untrustedProblem } from '../../core/workspace.ts';
import { requestReceived, requestWithdrawn } from '../../features/attention/attention.ts';
import { timeEntered } from '../../features/invoices/timeEntries.ts';
import type { Message, MessageOf } from '../../features/messages.ts';
import { workerWanted } from '../../features/notion/wantedCards.ts';
import { radarLooked } from '../../features/radar/radar.ts';
import { addNotice, type ControllerState, type Decision, onlyState, withBusy } from '../../features/state.ts';
import { slotAvailable } from '../../features/usage/goOn.ts';
import { clockRead, spent, tokensCounted } from '../../features/usage/usage.ts';
import { cleanEnded, finishEnded, undoEnded } from '../../features/workers/removal.ts';
import {
  branchRenamed,
  conversationFound,
  conversationMissing,
  hostConnected,
  hostLost,
  setupFailed,
  signalReceived,
  snapshotEnded,
  terminalChanged,
  toolsMet,
  toolsOverdue,
} from '../../features/workers/signals.ts';
import { launched, launchFailed, planned, switchEnvironment } from '../../features/workers/start.ts';
import { processEnded } from '../../features/workers/workerCommands.ts';
import type { Problem } from '../../lib/result.ts';
import { react } from './reactions.ts';
import { requested, sessionAsked } from './requests.ts';

/** Returns the next state, the events for the log and the effects that follow from a message. Pure, synchronous, total. */
export function update(state: ControllerState, message: Message): Decision {
  return react(state, message, decide(state, message));
}

/** Returns the decision on a message, by its type. */
function decide<T extends Message['type']>(state: ControllerState, message: MessageOf<T>): Decision {
  const decider: Decider<T> = deciders[message.type as T];
  return decider(state, message);
}

type Decider<T extends Message['type']> = (state: ControllerState, message: MessageOf<T>) => Decision;

/** Decisions by the type of the message. Every type has a row. */
const deciders: { readonly [T in Message['type']]: Decider<T> } = {
  requested,
  'session-asked': sessionAsked,
  'tools-met': (state, message) => only(toolsMet(state, message.id, message.listed)),
  'tools-overdue': (state, message) => only(toolsOverdue(state, message.id, message.run)),
  'notes-delivered': (state, message) => ({ state, events: [message], effects: [] }),
  planned,
  launched,
  'launch-failed': launchFailed,
  'process-ended': processEnded,
  'finish-ended': finishEnded,
  'clean-ended': cleanEnded,
  'undo-ended': undoEnded,
  'checks-begun': (state, message) =>
    only({ ...state, busy: withBusy(state.busy, message.id, { kind: 'checking' }) }),
  'checks-ended': (state, message) =>
    only({ ...state, busy: withBusy(state.busy, message.id, { kind: 'finishing' }) }),
  signing: (state, message) => {
    const { [message.id]: _, ...others } = state.signing;
    const { id, program } = message;
    return only({ ...state, signing: program === null ? others : { ...others, [id]: program } });
  },
  'turn-came': (state, message) => slotAvailable(only(state), message),
  'snapshot-ended': snapshotEnded,
  'backups-expired': (state, message) => {
    const { repo, refs } = message;
    return { state, events: [{ type: 'backups-expired', repo, refs }], effects: [] };
  },
  'host-connected': (state, message) => hostConnected(state, message.terminals),
  'host-lost': (state) => hostLost(state),
  'terminal-changed': (state, message) => terminalChanged(state, message.terminal),
  signed: signalReceived,
  'request-received': requestReceived,
  'request-withdrawn': (state, message) => requestWithdrawn(state, message.request),
  'branch-renamed': branchRenamed,
  'setup-failed': setupFailed,
  'conversation-missing': conversationMissing,
  'conversation-found': conversationFound,
  denied: (state, message) => {
    const { id, what, why } = message;
    if (!state.log.workers.has(id)) return only(state);
    return { state, events: [{ type: 'denied', id, what, why }], effects: [] };
  },
  spent,
  'transcript-grew': (state, message) => {
    const { id, session, path } = message;
    return { state, events: [], effects: [{ type: 'count-tokens', id, session, path }] };
  },
  'tokens-counted': tokensCounted,
  'left-found': (state, message) => only({ ...state, left: message.left }),
  'memory-measured': (state, message) => only({ ...state, memory: message.memory }),
  'prompt-typed': (state) => only(state),
  'brief-overdue': (state) => only(state),
  'clock-read': (state, message) => only(clockRead(state, message.now)),
  'repos-looked-at': (state, message) => only({ ...state, repos: message.repos }),
  'radar-looked': (state, message) => radarLooked(state, message.radar),
  'board-read': (state, message) =>
    only({ ...state, documents: { ...state.documents, board: message.board } }),
  'invoices-read': (state, message) =>
    only({ ...state, documents: { ...state.documents, invoices: message.invoices } }),
  'notion-looked': (state, message) => only({ ...state, notion: message.notion }),
  'worker-wanted': workerWanted,
  documented: (state, message) => ({ state, events: [message.happening], effects: [] }),
  'time-entered': timeEntered,
  'environment-lent': (state, message) => switchEnvironment(state, message.environment),
  'config-read': configRead,
  'trust-read': (state, message) => trustRead(state, message.trust),
  'config-refused': (state, message) => only(configRefused(state, message.problem)),
  noticed: (state, message) => only(addNotice(state, message.problem)),
};

/** Adds the problem once, in place of an earlier fault of the configuration. */
function configRefused(state: ControllerState, problem: Problem): ControllerState {
  if (state.notices.some(({ message }) => message === problem.message)) return state;
  return addNotice({ ...state, notices: withoutFault(state) }, problem);
}

function withoutFault({ notices }: ControllerState): readonly Problem[] {
  return notices.filter(({ code }) => code !== 'config_invalid');
}

/** Applies a changed configuration: drops plans made under the old one, and notices of its faults. */
function configRead(state: ControllerState, { config, unknown }: MessageOf<'config-read'>): Decision {
  const notices = withoutFault(state).filter(({ code }) => !unknown || code !== unknownSetting);
  const effects = [...state.log.proposals.keys()].map((n) => ({ type: 'plan', n }) as const);
  const next = (unknown ?? []).reduce(addNotice, { ...state, config, notices, plans: new Map() });
  return { state: next, events: [], effects };
}

/** Adds a notice while a changed configuration is not trusted. Once it is, plans the waiting proposals. */
function trustRead(state: ControllerState, trust: TrustFacts): Decision {
  const notices = state.notices.filter(({ code }) => code !== 'untrusted_workspace');
  const next = { ...state, trust, notices };
  if (trust.configuration !== 'trusted')
    return only(addNotice(next, untrustedProblem(state.config.root, trust)));
  const waiting = [...state.log.proposals.keys()].filter((n) => {
    const plan = state.plans.get(n);
    return plan && !plan.ok && plan.problem.code === 'untrusted_workspace';
  });
  return { state: next, events: [], effects: waiting.map((n) => ({ type: 'plan', n })) };
}

function only(state: ControllerState): Decision {
  return onlyState(state);
}
