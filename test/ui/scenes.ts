import type { FinishPreview } from '../../src/core/proposal.ts';
import { type AgentRequest, queueOf } from '../../src/core/queue.ts';
import { updateApp } from '../../src/tui/update.ts';
import { type AppState, initialAppState, type ScreenSize } from '../../src/ui/state.ts';
import { withDetails } from '../features/repos/repoFixtures.ts';
import {
  busyFacts,
  cleanPreview,
  facts,
  finishPreview,
  minutesAgo,
  now,
  plan,
  press,
  proposal,
  repo,
  room,
  type,
  worker,
} from '../tui/fixtures.ts';

export const least = { cols: 60, rows: 16 };
export const small = { cols: 80, rows: 24 };
export const medium = { cols: 120, rows: 36 };
export const roomy = { cols: 200, rows: 50 };
export const large = { cols: 220, rows: 60 };

const long = 'a-name-of-exactly-sixty-characters-that-somebody-really-chose';
const wide = '日本語のとても長いブランチ名の件';

/** The longest names, wide characters, and every state. */
export const crowdedFacts = facts({
  workspace: { name: `${wide} & ${long}`, root: '/code/店', defaultAgent: 'claude', agents: ['claude'] },
  repos: [
    repo(long, { branch: `feature/${wide}`, dirty: 12, untracked: 4, ahead: 103, behind: 7 }),
    repo('店', { problem: 'The folder is missing.', branch: null }),
    repo('web', { branch: null }),
  ],
  workers: [
    worker(`${long}/${long}`, { state: 'waiting', asks: `Bash echo ${wide}` }),
    worker(`店/${wide}`, { state: 'needs-trust', stateSince: minutesAgo(0) }),
    worker('web/a', { state: 'starting', stateSince: minutesAgo(0) }),
    worker('web/👩‍👩‍👧', { state: 'limited', stateSince: minutesAgo(2000) }),
    worker('web/c', { state: 'exited', exitCode: 137 }),
    worker('web/d', { state: 'lost' }),
    worker('web/e', { state: 'idle' }),
    worker('gone/f', { state: 'working' }),
  ],
  proposals: [
    proposal(1, `${long}/${long}`, { kind: 'resume' }),
    proposal(2, `web/${wide}`, { plan: null, problem: { code: 'x', message: 'The branch exists.' } }),
  ],
});

export function busy(size: ScreenSize): AppState {
  return room(busyFacts(), size);
}

/** Ten workers, for nine panes and one more. */
export function many(size: ScreenSize): AppState {
  const more = ['search', 'sitemap', 'invoices', 'e-mail', 'exports'].map((task, index) =>
    worker(`web/${task}`, index === 3 ? { state: 'limited', stateSince: minutesAgo(90) } : {}),
  );
  return room(busyFacts({ workers: [...busyFacts().workers, ...more] }), size);
}

export function finishing(size: ScreenSize, change: Partial<FinishPreview> = {}): AppState {
  const id = 'backend/user-auth';
  const asked = press(busy(size), 'f').state;
  const result = { ok: true, value: { ...finishPreview, ...change } } as const;
  return updateApp(asked, {
    type: 'answered',
    method: 'previewFinish',
    params: { id },
    tag: asked.nextTag - 1,
    result,
  }).state;
}

export function cleaning(size: ScreenSize): AppState {
  const id = 'backend/user-auth';
  const asked = press(busy(size), 'x').state;
  const result = { ok: true, value: cleanPreview } as const;
  return updateApp(asked, {
    type: 'answered',
    method: 'previewClean',
    params: { id },
    tag: asked.nextTag - 1,
    result,
  }).state;
}

/** Details of a repository with an operation under way. */
export function showingRepo(size: ScreenSize): AppState {
  const last = { commit: '1a2b3c4d5e6f', subject: 'Sign tokens with the new key', at: minutesAgo(200) };
  const backend = repo('backend', { dirty: 3, untracked: 1, ahead: 2, operation: 'merge', last });
  return withDetails(press(room(busyFacts({ repos: [backend] }), size), 'g', 'enter').state);
}

export function card(size: ScreenSize): AppState {
  const warnings = ['origin could not be reached: the base may be out of date (fetched 2 days ago).'];
  const planned = proposal(7, 'backend/rate-limits', { plan: plan('backend/rate-limits', { warnings }) });
  return press(room(busyFacts({ proposals: [planned] }), size), 'tab', 'enter').state;
}

export function changedCard(size: ScreenSize): AppState {
  const other = proposal(7, 'backend/rate-limits', {
    plan: plan('backend/rate-limits', { digest: 'another' }),
  });
  return updateApp(card(size), { type: 'factsArrived', facts: busyFacts({ proposals: [other] }) }).state;
}

/** A repository without a develop branch, and the card with its offer. */
export function withoutDevelop(size: ScreenSize): AppState {
  const warnings = ['There is no develop branch; main is used.'];
  const { base: develop } = plan('web/checkout');
  const base = develop && { ...develop, branch: 'main' };
  const planned = proposal(3, 'web/checkout', { plan: plan('web/checkout', { base, warnings }) });
  const web = repo('web', { branch: 'main', base: 'main', hasDevelop: false });
  return press(room(facts({ repos: [web], proposals: [planned] }), size), 'tab', 'enter').state;
}

/** Notices of the controller. */
export function told(size: ScreenSize): AppState {
  const notices = [
    { code: 'log_damaged', message: 'Line 7 of .orch/log.jsonl cannot be read and was set aside.' },
    { code: 'worktree_missing', message: 'The worktree of web/a is gone.', hint: 'Resuming makes it again.' },
  ];
  return updateApp(busy(size), { type: 'factsArrived', facts: busyFacts({ notices }) }).state;
}

export function resumeCard(size: ScreenSize): AppState {
  const resume = proposal(9, 'web/old-cart', { kind: 'resume', by: 'person' });
  return press(room(busyFacts({ proposals: [resume] }), size), 'tab', 'enter').state;
}

export function form(size: ScreenSize): AppState {
  const task = press(type(press(busy(size), 'n').state, 'fix-migration').state, 'enter').state;
  return type(
    task,
    'The migration of orders fails on an empty table. Find out why, and add a test for 日本語 names.',
  ).state;
}

export function refusedForm(size: ScreenSize): AppState {
  const sent = press(form(size), 'enter').state;
  const problem = {
    code: 'git_refused',
    message: "fatal: cannot lock ref 'refs/heads/feature/fix-migration': 'refs/heads/feature' exists",
    hint: 'Rename the branch feature, or choose another prefix.',
  };
  const params = { repo: 'backend', task: 'fix-migration', brief: '', agent: null };
  const tag = sent.nextTag - 1;
  return updateApp(sent, { type: 'answered', method: 'propose', params, tag, result: { ok: false, problem } })
    .state;
}

export function empty(size: ScreenSize): AppState {
  return room(facts({ repos: [repo('backend'), repo('web')] }), size);
}

export function noRepos(size: ScreenSize): AppState {
  return room(facts(), size);
}

export function connecting(size: ScreenSize): AppState {
  return initialAppState(size, now);
}

export function lost(size: ScreenSize): AppState {
  const problem = { code: 'disconnected', message: 'The connection was lost.' };
  return updateApp(busy(size), { type: 'connectionChanged', connection: { status: 'lost', problem } }).state;
}

export function problem(size: ScreenSize): AppState {
  const asked = press(busy(size), 'R').state;
  const said = {
    code: 'git_refused',
    message: 'fatal: bad object HEAD\nfatal: could not parse',
    hint: 'Run git fsck.',
  };
  const params = { refresh: true };
  const tag = asked.nextTag - 1;
  return updateApp(asked, {
    type: 'answered',
    method: 'facts',
    params,
    tag,
    result: { ok: false, problem: said },
  }).state;
}

/** Several proposals: one that exceeds the limit, one to resume, one without a plan. */
export function startingSeveral(size: ScreenSize): AppState {
  const warnings = ['origin could not be reached: the base may be out of date (fetched 2 days ago).'];
  const limit = {
    code: 'limit_reached',
    message: '4 workers run already; this workspace wants at most 4 at the same time.',
  };
  const resume = { kind: 'resume', by: 'person', limit } as const;
  const proposals = [
    proposal(7, 'backend/rate-limits', { plan: plan('backend/rate-limits', { warnings }) }),
    proposal(11, 'web/seo', { plan: plan('web/seo', { agent: 'codex' }) }),
    proposal(9, 'web/old-cart', resume),
    proposal(12, 'web/sitemap', { plan: null, problem: { code: 'x', message: 'The branch exists.' } }),
  ];
  return press(room(busyFacts({ proposals }), size), 'A').state;
}

/** Workers that stopped at a usage limit: over, without a time, ended, and still in force. */
export function stoppedByLimit(size: ScreenSize): AppState {
  const limited = (until: string | null) => ({ state: 'limited', limitedUntil: until }) as const;
  const over = minutesAgo(5);
  // The same on the clock of any zone.
  const tonight = new Date(new Date(now).setHours(23, 59)).toISOString();
  const workers = [
    worker('backend/user-auth', limited(over)),
    worker('admin/dashboard', limited(null)),
    worker('web/checkout', { state: 'lost', limitedUntil: over, wasLimited: true }),
    worker('backend/api-v2', limited(tonight)),
  ];
  return press(room(busyFacts({ workers, proposals: [] }), size), 'tab').state;
}

/** A question with several choices, of which two are marked. */
export function severalChoices(size: ScreenSize): AppState {
  const options = [
    ['Unit tests', 'Fast, and nothing outside of the process.'],
    ['End to end', 'The real program in a real terminal; takes minutes, and finds what the others cannot.'],
    ['日本語 names', ''],
  ].map(([label = '', description = '']) => ({ label, description }));
  const request: AgentRequest = {
    ...{ id: 'q', worker: 'admin/dashboard', kind: 'question', since: minutesAgo(8) },
    ...{ text: 'Which tests do you want?', detail: '', isWhole: false, isCut: false },
    questions: [{ text: 'Which tests do you want?', options, several: true }],
  };
  const asking = busyFacts({
    workers: [worker('admin/dashboard', { state: 'waiting', asks: request.text })],
    proposals: [],
  });
  const { workers, proposals } = asking;
  const queue = queueOf({ workers, proposals, requests: [request], setAside: new Map(), now });
  return press(room({ ...asking, queue }, size), 'tab', 'y', '1', '3').state;
}
