import type { Problem } from '../domain/problem.ts';
import { cleanEnded, finishEnded, processEnded } from './ending.ts';
import type { Message } from './messages.ts';
import { hostConnected, hostLost, signed, terminalChanged } from './observing.ts';
import { requested } from './requests.ts';
import { launched, launchFailed, planned } from './starting.ts';
import type { ControllerState, Decision } from './state.ts';

/** The fact loop: what a message changes, what goes into the log, what is to be done. Pure, synchronous, total. */
export function update(state: ControllerState, message: Message): Decision {
  switch (message.type) {
    case 'requested':
      return requested(state, message);
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
    case 'host-connected':
      return hostConnected(state, message.terminals);
    case 'host-lost':
      return hostLost(state);
    case 'terminal-changed':
      return terminalChanged(state, message.terminal);
    case 'signed':
      return signed(state, message);
    case 'repos-looked-at':
      return only({ ...state, repos: message.repos });
    case 'config-read': {
      const effects = [...state.log.proposals.keys()].map((n) => ({ type: 'plan', n }) as const);
      return { state: { ...state, config: message.config }, happenings: [], effects };
    }
    case 'noticed':
      return only({ ...state, notices: addNotice(state.notices, message.problem) });
  }
}

function only(state: ControllerState): Decision {
  return { state, happenings: [], effects: [] };
}

/** The same notice twice is one notice, the later one. */
function addNotice(notices: readonly Problem[], problem: Problem): readonly Problem[] {
  return [...notices.filter((known) => known.message !== problem.message), problem].slice(-20);
}
