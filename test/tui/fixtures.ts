import type { Facts } from '../../src/core/facts.ts';
import type { CleanPreview, FinishPreview, Proposal, StartPlan } from '../../src/core/proposal.ts';
import { queueOf } from '../../src/core/queue.ts';
import type { RepoStatus } from '../../src/core/repo.ts';
import { holdsLimit } from '../../src/core/usage.ts';
import type { Worker } from '../../src/core/worker.ts';
import type { TerminalRecord } from '../../src/ipc/hostApi.ts';
import type { KeyToken, Token } from '../../src/terminal/input.ts';
import type { Dialog } from '../../src/tui/definitions.ts';
import { updateApp } from '../../src/tui/update.ts';
import { type AppState, initialAppState, type ScreenSize, shownDialog } from '../../src/ui/state.ts';
import type { ScreenEffect, ScreenMessage } from '../../src/ui/step.ts';

/** The current time of these tests. */
export const now = Date.parse('2026-11-20T14:32:00.000Z');

export function minutesAgo(minutes: number): string {
  return new Date(now - minutes * 60_000).toISOString();
}

export function repo(name: string, change: Partial<RepoStatus> = {}): RepoStatus {
  return {
    name,
    path: `/code/shop/${name}`,
    branch: 'develop',
    ahead: 0,
    behind: 0,
    dirty: 0,
    untracked: 0,
    stashes: 0,
    operation: null,
    last: null,
    aheadOfBase: null,
    behindBase: null,
    base: 'develop',
    hasDevelop: true,
    problem: null,
    ...change,
  };
}

export function worker(id: string, change: Partial<Worker> = {}): Worker {
  const [repoName = '', task = ''] = id.split('/');
  return {
    id,
    repo: repoName,
    task,
    branch: `feature/${task}`,
    worktree: `/code/shop/.worktrees/${repoName}-${task}`,
    base: { branch: 'develop', commit: '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d' },
    agent: 'claude',
    brief: `Do ${task}.`,
    state: 'working',
    asks: null,
    questions: [],
    hasConversation: true,
    sessionId: '6f1c1f7e-3f0a-4f57-9f0e-0b8f5b1f2a11',
    startedAt: minutesAgo(60),
    stateSince: minutesAgo(12),
    run: 1,
    exitCode: null,
    said: null,
    update: null,
    finishWish: null,
    ...change,
  };
}

export function plan(id: string, change: Partial<StartPlan> = {}): StartPlan {
  const [repoName = '', task = ''] = id.split('/');
  return {
    digest: `digest of ${id}`,
    id,
    agent: 'claude',
    branch: `feature/${task}`,
    base: {
      branch: 'origin/develop',
      commit: '9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d',
      subject: 'Sign tokens with the new key',
      committedAt: minutesAgo(3 * 24 * 60),
    },
    worktree: `/code/shop/.worktrees/${repoName}-${task}`,
    command: ['claude', '--session-id', '0d9c1a52-8a51-4c0a-b5a8-3f4f9f0f3c21', '--settings', '{"hooks":{}}'],
    environment: ['HOME', 'LANG', 'PATH', 'TERM'],
    sessionId: '0d9c1a52-8a51-4c0a-b5a8-3f4f9f0f3c21',
    warnings: [],
    ...change,
  };
}

export function proposal(n: number, id: string, change: Partial<Proposal> = {}): Proposal {
  const [repoName = '', task = ''] = id.split('/');
  return {
    n,
    kind: 'start',
    by: 'orchestrator',
    at: minutesAgo(2),
    draft: {
      repo: repoName,
      task,
      brief: `Limit requests to 100 a minute.\nAnswer 429 beyond it.`,
      agent: null,
    },
    plan: plan(id),
    problem: null,
    ...change,
  };
}

export function facts(change: Partial<Facts> = {}): Facts {
  const { workers = [], proposals = [] } = change;
  const held = workers.filter((one) => holdsLimit(one, now)).map(({ id }) => id);
  return {
    ...(held.length > 0 && { heldByLimit: held }),
    queue: queueOf({ workers, proposals, requests: [], setAside: new Map(), now }),
    workspace: {
      name: 'shop',
      root: '/code/shop',
      defaultAgent: 'claude',
      agents: ['claude', 'demo'],
      mostWorkers: 8,
    },
    repos: [],
    workers: [],
    proposals: [],
    ended: [],
    notices: [],
    ...change,
  };
}

/** Three repositories, five workers in different states, one proposal. */
export function busyFacts(change: Partial<Facts> = {}): Facts {
  return facts({
    repos: [
      repo('backend'),
      repo('admin', { branch: 'main', dirty: 3, ahead: 2 }),
      repo('web', { behind: 1, untracked: 1 }),
    ],
    workers: [
      worker('backend/user-auth'),
      worker('admin/dashboard', { state: 'waiting', asks: 'Bash npm run build', stateSince: minutesAgo(8) }),
      worker('web/checkout', { stateSince: minutesAgo(3) }),
      worker('backend/api-v2', { state: 'idle', stateSince: minutesAgo(75) }),
      worker('web/old-cart', { state: 'exited', exitCode: 1, stateSince: minutesAgo(200) }),
    ],
    proposals: [proposal(7, 'backend/rate-limits')],
    ...change,
  });
}

export function terminal(id: string, change: Partial<TerminalRecord> = {}): TerminalRecord {
  return {
    id,
    pid: 100,
    cols: 220,
    rows: 60,
    title: '',
    progress: null,
    flowing: false,
    mouse: false,
    fullScreen: false,
    startedAt: minutesAgo(60),
    exit: null,
    ...change,
  };
}

export const finishPreview: FinishPreview = {
  id: 'backend/user-auth',
  branch: 'feature/user-auth',
  into: 'develop',
  tip: 'f00dfeed',
  commits: ['3f2a1b0 Add the JWT module', '7c6d5e4 Test expiry of tokens'],
  diffstat: [
    ' src/auth/jwt.ts  | 84 ++++++++++++++++',
    ' test/auth.test.ts | 41 ++++++++',
    ' 2 files changed, 125 insertions(+)',
  ],
  uncommitted: [],
  ignored: [],
  conflicts: [],
  blockers: [],
};

export const cleanPreview: CleanPreview = {
  id: 'backend/user-auth',
  branch: 'feature/user-auth',
  tip: 'f00dfeed',
  unmerged: ['3f2a1b0 Add the JWT module'],
  uncommitted: ['src/auth/jwt.ts'],
  ignored: ['.env'],
  wantsTypedName: true,
};

/** A live room with these facts, and screens for all live workers. */
export function room(given: Facts = busyFacts(), size: ScreenSize = { cols: 120, rows: 36 }): AppState {
  const records = given.workers.filter(({ state }) => state !== 'lost').map(({ id }) => terminal(id));
  const start = initialAppState(size, now);
  return after(start, [
    { type: 'connectionChanged', connection: { status: 'live' } },
    { type: 'factsArrived', facts: given },
    ...records.map((record): ScreenMessage => ({ type: 'terminalChanged', record })),
  ]).state;
}

/** Returns the state after all messages, and their effects in order. */
export function after(
  state: AppState,
  messages: readonly ScreenMessage[],
): { state: AppState; effects: ScreenEffect[] } {
  const effects: ScreenEffect[] = [];
  let now = state;
  for (const message of messages) {
    const step = updateApp(now, message);
    now = step.state;
    effects.push(...step.effects);
  }
  return { state: now, effects };
}

/** Returns the open dialog with its own type. */
export function dialogOf(state: AppState): Dialog | null {
  return shownDialog(state) as Dialog | null;
}

/** Presses keys by name, such as `y`, `ctrl-q` or `shift-tab`. */
export function press(state: AppState, ...names: string[]): { state: AppState; effects: ScreenEffect[] } {
  return after(
    state,
    names.map((name) => ({ type: 'tokenArrived', token: key(name) })),
  );
}

/** Types every character as a key. */
export function type(state: AppState, text: string): { state: AppState; effects: ScreenEffect[] } {
  return press(state, ...Array.from(text, (character) => (character === ' ' ? 'space' : character)));
}

export function key(name: string): KeyToken {
  const [, held = '', base = name] = /^((?:ctrl-|alt-|shift-)*)(.+)$/s.exec(name) ?? [];
  const has = (modifier: string) => held.includes(modifier);
  return {
    kind: 'key',
    name: base,
    ctrl: has('ctrl-'),
    alt: has('alt-'),
    shift: has('shift-'),
    raw: rawKeys[name] ?? name,
  };
}

const rawKeys: Readonly<Record<string, string>> = {
  enter: '\r',
  tab: '\t',
  space: ' ',
  escape: '\u001b',
  backspace: '\u007f',
  'ctrl-q': '\u0011',
  'ctrl-c': '\u0003',
};

export function paste(text: string, last = true): Token {
  return { kind: 'paste', text, last };
}

export function click(x: number, y: number): Token {
  const held = { ctrl: false, alt: false, shift: false };
  return { kind: 'mouse', action: 'press', button: 'left', x, y, ...held, raw: '' };
}
