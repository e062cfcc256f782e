import type { WorkerState } from './worker.ts';

/** What a hook says happened inside an agent, in words that every agent shares. */
export type Report =
  | { readonly kind: 'session-started'; readonly sessionId: string }
  | { readonly kind: 'prompted' }
  | { readonly kind: 'tool-started' }
  | { readonly kind: 'tool-ended' }
  | { readonly kind: 'asked'; readonly what: string }
  | { readonly kind: 'turn-ended'; readonly said: string | null }
  | { readonly kind: 'turn-failed'; readonly error: string; readonly limited: boolean }
  | { readonly kind: 'session-ended' };

/** One piece of evidence about a worker, most trusted first. */
export type Sign =
  | { readonly source: 'process'; readonly alive: false }
  | { readonly source: 'hook'; readonly report: Report }
  | { readonly source: 'title'; readonly says: 'working' | 'resting' }
  | { readonly source: 'screen'; readonly says: 'trust-question' }
  /** Only for agents without hooks: output flows, or has stopped. */
  | { readonly source: 'output'; readonly flowing: boolean };

/** State and question after a sign. Every state but `lost` has an exit edge that needs no hook. */
export interface Observation {
  readonly state: WorkerState;
  readonly asks: string | null;
}

/** The one state machine of workers. Pure and total: a sign that says nothing new returns the same object. */
export function observe(now: Observation, sign: Sign): Observation {
  const next = nextState(now, sign);
  return next.state === now.state && next.asks === now.asks ? now : next;
}

function nextState(now: Observation, sign: Sign): Observation {
  if (sign.source === 'process') return to('exited');
  if (now.state === 'exited' || now.state === 'lost') return now;
  switch (sign.source) {
    case 'hook':
      return afterReport(now, sign.report);
    case 'title':
      return afterTitle(now, sign.says);
    case 'screen':
      return now.state === 'starting' ? to('needs-trust') : now;
    case 'output':
      return afterOutput(now, sign.flowing);
  }
}

function afterReport(now: Observation, report: Report): Observation {
  switch (report.kind) {
    case 'session-started':
      return now.state === 'starting' || now.state === 'needs-trust' ? to('idle') : now;
    case 'prompted':
    case 'tool-started':
    case 'tool-ended':
      return to('working');
    case 'asked':
      return { state: 'waiting', asks: report.what };
    case 'turn-ended':
      return to('idle');
    case 'turn-failed':
      return to(report.limited ? 'limited' : 'idle');
    case 'session-ended':
      return now;
  }
}

/** No hook fires when a person presses Esc; the title does change. A waiting agent's title rests, too. */
function afterTitle(now: Observation, says: 'working' | 'resting'): Observation {
  if (says === 'working') return now.state === 'starting' ? now : to('working');
  return now.state === 'working' ? to('idle') : now;
}

function afterOutput(now: Observation, flowing: boolean): Observation {
  if (flowing) return now.state === 'starting' || now.state === 'idle' ? to('working') : now;
  return now.state === 'starting' || now.state === 'working' ? to('idle') : now;
}

function to(state: WorkerState): Observation {
  return { state, asks: null };
}
