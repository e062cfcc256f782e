import { readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Facts } from '../../src/core/facts.ts';
import {
  busyFacts,
  cleanPreview,
  facts,
  finishPreview,
  minutesAgo,
  now,
  plan,
  proposal,
  worker,
} from '../tui/fixtures.ts';
import { type Answers, InTurn, Refused, StandInController } from './standInController.ts';

// Requests and output of every verb, for people and as JSON, byte for byte, because programs rely on it.

let controller: StandInController;
const { TZ, XDG_RUNTIME_DIR } = process.env;

beforeAll(async () => {
  controller = await StandInController.open();
  process.env.TZ = 'UTC';
  vi.useFakeTimers({ now, toFake: ['Date'] });
});

afterAll(async () => {
  vi.useRealTimers();
  await controller.close();
  for (const [name, value] of Object.entries({ TZ, XDG_RUNTIME_DIR }))
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
});

type Lines = readonly (readonly [line: string, answers: Answers & { readonly facts?: Facts }])[];

/** Runs each line for people and with `--json`, and compares the results with a golden file. */
async function holds(name: string, lines: Lines): Promise<void> {
  const seen: string[] = [];
  for (const [line, answers] of lines)
    for (const argv of [wordsOf(line), [...wordsOf(line), '--json']])
      seen.push(await controller.run(argv, answers));
  await expect(`${seen.join('\n\n')}\n`).toMatchFileSnapshot(`verbs/${name}.txt`);
}

/** Splits a line into words; double quotes keep a word together. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

const id = 'backend/user-auth';
const ended = { id: 'web/gone', how: 'finished', at: minutesAgo(30), backup: 'refs/orch/backup/gone/1' };
const busy = busyFacts({
  ended: [ended] as unknown as Facts['ended'],
  operations: [
    { id: 'web/checkout', kind: 'checking', ahead: 0 },
    { id: 'web/old-cart', kind: 'queued', ahead: 2 },
  ],
  notices: [{ code: 'log_damaged', message: 'One line of the log was set aside.' }],
  memory: { free: 3_200_000_000, workers: { [id]: 400_000_000 } } as unknown as NonNullable<Facts['memory']>,
  undelivered: [id],
});
const problem = new Refused('no_such_worker', 'There is no worker "web/none".', 'See: orch-tui worker list');

test('workers', () =>
  holds('workers', [
    ['worker list', { facts: busy }],
    ['worker list', { facts: facts() }],
    [`worker show ${id}`, { facts: busy }],
    ['worker show web/gone', { facts: busy }],
    ['worker show web/none', { facts: busy }],
    ['worker log web/gone', { facts: busy, log: [] }],
    [
      `worker log ${id}`,
      {
        log: [
          { seq: 1, at: minutesAgo(9), type: 'resumed', id },
          { seq: 2, at: minutesAgo(8), type: 'exited', id, exitCode: 3, signal: 0, wanted: false },
          { seq: 3, at: minutesAgo(7), type: 'of-tomorrow', id },
        ],
      },
    ],
    [`worker send ${id} "go on"`, { send: null }],
    [`worker send ${id} /clear --command`, { send: null }],
    [`worker send ${id} /clear`, { send: new Refused('looks_like_command', 'It looks like a command.') }],
    [`worker stop ${id}`, { stop: worker(id, { state: 'exited', exitCode: 0 }) }],
    ['worker stop web/none', { stop: problem }],
    [`worker cancel ${id}`, { cancel: null }],
    [`worker leave-unfinished ${id}`, { leaveUnfinished: null }],
    [`worker rename ${id} Login`, { rename: { id, title: 'Login' } }],
    [`worker time ${id} 1h30m`, { weighTime: { id, minutes: 90 } }],
    [`worker time ${id} --undo`, { weighTime: { id, minutes: null } }],
    [`worker time ${id} "3 units"`, {}],
    [`worker time ${id}`, {}],
    [`worker rename ${id} --undo`, { rename: { id, title: 'user-auth' } }],
  ]));

const finished = { id, into: 'develop', merge: 'abcdef0123456789', backup: 'refs/orch/backup/user-auth/1' };
const warned = { ...finished, warnings: ['A folder was left behind.'] };
const blocked = { ...finishPreview, blockers: ['It has uncommitted changes.'], conflicts: ['a.ts'] };
const losing = {
  ...finishPreview,
  ignored: ['.env'],
  conflictsAfter: ['web/x'],
  checks: ['npm', 'run test it'],
};
const harmless = { ...cleanPreview, unmerged: [], uncommitted: [], ignored: [], wantsTypedName: false };

test('ends of workers', () =>
  holds('ends', [
    [`worker finish ${id} --dry-run`, { previewFinish: losing }],
    [`worker finish ${id}`, { previewFinish: finishPreview }],
    [`worker finish ${id} --yes`, { previewFinish: finishPreview, finish: finished }],
    [`worker finish ${id} --yes`, { previewFinish: losing, finish: warned }],
    [`worker finish ${id} --yes --confirm user-auth`, { previewFinish: losing, finish: warned }],
    [`worker finish ${id} --yes --confirm other`, { previewFinish: finishPreview }],
    [`worker finish ${id} --confirm user-auth --no-verify`, { previewFinish: losing, finish: warned }],
    [`worker finish ${id} --yes`, { previewFinish: blocked }],
    [`worker finish ${id} --yes`, { previewFinish: { ...blocked, conflicts: [] } }],
    ['worker finish web/none', { previewFinish: problem }],
    [`worker clean ${id} --dry-run`, { previewClean: cleanPreview }],
    [`worker clean ${id}`, { previewClean: cleanPreview }],
    [`worker clean ${id} --yes`, { previewClean: cleanPreview }],
    [`worker clean ${id} --confirm user-auth`, { previewClean: cleanPreview, clean: warned }],
    [`worker clean ${id} --yes`, { previewClean: harmless, clean: finished }],
    [`worker clean ${id}`, { previewClean: harmless }],
    [`worker undo ${id}`, { check: null }],
    [`worker undo ${id} --yes`, { check: problem }],
    [
      `worker undo ${id} --yes`,
      {
        check: null,
        undo: {
          id,
          branch: 'feature/user-auth',
          uncommitted: true,
          takenBackFrom: 'develop',
          mergeStays: null,
        },
      },
    ],
    [
      `worker undo ${id} --yes --keep-merge`,
      {
        check: null,
        undo: {
          ...{ id, branch: 'feature/user-auth', uncommitted: false, takenBackFrom: null },
          mergeStays: { why: 'It was pushed.', revert: 'git revert abc' },
        },
      },
    ],
    [
      `worker update ${id}`,
      { bringBase: { id, base: 'develop', commit: 'abcdef0123456789', conflicts: [], told: false } },
    ],
    [
      `worker update ${id}`,
      { bringBase: { id, base: 'develop', commit: null, conflicts: ['a.ts', 'b.ts'], told: false } },
    ],
    [
      `worker update ${id} --tell`,
      { bringBase: { id, base: 'develop', commit: null, conflicts: ['a.ts'], told: true } },
    ],
  ]));

function kept(n: number, kind: 'branch' | 'work', minutes: number) {
  return {
    ...{ repo: 'backend', task: 'user-auth', ref: `refs/orch/work/user-auth/${n}`, kind },
    ...{ commit: `${n}`.repeat(40), subject: `Snapshot ${n}`, at: minutesAgo(minutes) },
  };
}
const snapshots = [kept(1, 'work', 1), kept(2, 'work', 130), kept(3, 'work', 4000)];

test('snapshots and backups', () =>
  holds('snapshots', [
    [`worker snapshots ${id}`, { snapshots }],
    [`worker snapshots ${id}`, { snapshots: [] }],
    [`worker snapshots diff ${id}`, { snapshots, diffSnapshot: 'diff --git a/a b/a\n+one\n' }],
    [`worker snapshots diff ${id} 3`, { snapshots, diffSnapshot: 'diff' }],
    [`worker snapshots diff ${id} 4`, { snapshots }],
    [`worker snapshots diff ${id} x`, {}],
    [`worker snapshots restore ${id} 2`, { snapshots }],
    [
      `worker snapshots restore ${id} 2 --yes --exact`,
      { snapshots, restoreSnapshot: { before: 'refs/x', restored: ['a', 'b'], deleted: ['c'] } },
    ],
    [
      `worker snapshots restore ${id} 1 --yes`,
      { snapshots, restoreSnapshot: { before: null, restored: ['a'], deleted: [] } },
    ],
    ['backups', { backups: [kept(1, 'branch', 59), kept(2, 'work', 3000)] }],
    ['backups backend', { backups: [] }],
  ]));

const working = facts({ proposals: [proposal(7, 'backend/rate-limits', { plan: null })] });
const planned = facts({ proposals: [proposal(7, 'backend/rate-limits')] });
const unplanned = (code: string) =>
  facts({
    proposals: [
      proposal(7, 'backend/rate-limits', {
        plan: null,
        problem: { code, message: 'Claude is missing.', hint: 'Install it.' },
      }),
    ],
  });
const two = facts({
  proposals: [
    proposal(7, 'backend/rate-limits'),
    proposal(8, 'web/cart', {
      plan: plan('web/cart', { warnings: ['It is stale.'], setup: { commands: [['npm', 'ci']] } as never }),
    }),
    proposal(9, 'web/none', { plan: null, problem: { code: 'no_repo', message: 'No repository.' } }),
  ],
});
const limited = new Refused('limit_reached', 'Eight workers run.');
const started = worker('backend/rate-limits', { state: 'starting' });
const start = 'worker start backend rate-limits --brief "Limit them."';

test('starts', () =>
  holds('starts', [
    [start, { check: null }],
    [start, { check: new Refused('unknown_repo', 'There is no repository "backend" here.') }],
    [`${start} --yes`, { propose: { n: 7 }, facts: planned, approve: started }],
    [`${start} --yes --agent demo --over-limit`, { propose: { n: 7 }, facts: planned, approve: started }],
    [`${start} --yes`, { propose: { n: 7 }, facts: planned, approve: limited }],
    [`${start} --yes`, { propose: { n: 7 }, facts: planned, reject: null, approve: problem }],
    [`${start} --yes`, { propose: { n: 7 }, facts: unplanned('agent_missing'), reject: null }],
    [`${start} --yes`, { propose: { n: 7 }, facts: unplanned('other'), reject: null }],
    [`${start} --yes`, { propose: { n: 8 }, facts: working, approve: started }],
    [`worker resume ${id}`, { check: null }],
    [`worker resume ${id} --yes`, { proposeResume: { n: 7 }, facts: planned, approve: started }],
    [
      `worker resume ${id} --yes`,
      {
        proposeResume: { n: 7 },
        facts: planned,
        reject: null,
        approve: new Refused('budget_spent', 'The budget is spent.'),
      },
    ],
    ['orchestrator', { facts: facts(), check: null }],
    ['orchestrator --yes --brief Begin', { facts: orchestrating(), propose: { n: 3 }, approve: started }],
    ['orchestrator', { facts: facts({ workers: [worker('orchestrator')] }), check: null }],
    ['orchestrator', { facts: facts({ workers: [worker('orchestrator', { state: 'lost' })] }), check: null }],
    ['proposals', { facts: two }],
    ['proposals', { facts: facts() }],
    ['approve', {}],
    ['approve 7 --all', {}],
    ['approve 7', { facts: planned, approve: started }],
    ['approve 6', { facts: planned }],
    ['approve 7 8 9 8', { facts: two, approve: new InTurn(started, limited) }],
    ['approve --all', { facts: two }],
    ['approve --all --yes --over-limit', { facts: two, approve: started }],
    ['approve --all --yes', { facts: facts() }],
    ['reject 7', { reject: null }],
    ['reject 7 --why "too early"', { reject: null }],
    [`worker go-on`, {}],
    [`worker go-on ${id} --all`, {}],
    [
      `worker go-on ${id} web/x`,
      {
        facts: busy,
        goOn: { going: [id], left: [{ id: 'web/x', problem: { code: 'c', message: 'It runs.' } }] },
      },
    ],
    ['worker go-on --all', { facts: stopped() }],
    ['worker go-on --all --yes', { facts: stopped(), goOn: { going: ['web/first'], left: [] } }],
    ['worker go-on --all --yes', { facts: facts(), goOn: { going: [], left: [] } }],
  ]));

function orchestrating(): Facts {
  const open = proposal(3, 'workspace/orchestrator');
  return facts({ proposals: [{ ...open, draft: { ...open.draft, role: 'orchestrator' } }] });
}

function stopped(): Facts {
  const limitedUntil = minutesAgo(5);
  return facts({
    workers: [
      worker('web/first', { state: 'limited', limitedUntil }),
      worker('web/held', { state: 'limited', limitedUntil: minutesAgo(-60) }),
      worker('web/ended', { state: 'exited', exitCode: 1, limitedUntil }),
    ],
  });
}

const request = {
  ...{ id: 'r1', worker: id, kind: 'permission', since: minutesAgo(4), text: 'Bash npm run build' },
  ...{ detail: 'npm run build', isWhole: true, isCut: false, questions: [] },
};
const queue = [
  { id: 'a', kind: 'permission', worker: id, since: minutesAgo(4), text: 'Bash npm run build', request },
  { id: 'b', kind: 'proposal', worker: 'web/cart', since: minutesAgo(2), text: 'start', proposal: 8 },
  { id: 'c', kind: 'idle', worker: 'web/x', since: minutesAgo(1), text: 'waits' },
] as unknown as Facts['queue'];

test('the queue', () =>
  holds('queue', [
    ['queue', { facts: facts({ queue }) }],
    ['queue', { facts: facts() }],
    ['answer r1 allow', { answer: null }],
    ['answer r1 deny', { answer: null }],
    ['answer r1 deny --why "not now"', { answer: null }],
    ['answer r1 2', { answer: null }],
    ['answer r1 1,3 2', { answer: null }],
    ['answer r1 maybe', {}],
    ['answer r1 allow', { answer: new Refused('no_such_request', 'It waits no more.') }],
  ]));

const update = {
  ...{ worker: id, at: minutesAgo(3), status: 'working', summary: 'Tests pass', done: ['a'], next: ['b'] },
  ...{ blockers: [], minutes: 20, percent: 80, readyToMerge: false },
};
const updates = [
  update,
  { ...update, status: 'blocked', blockers: ['No key', 'No net'], percent: null },
  { ...update, status: 'blocked', percent: null, minutes: null },
  { ...update, status: 'done', readyToMerge: true },
];
const notes = [
  { n: 1, from: id, to: 'web/checkout', at: minutesAgo(9), text: 'Hello', deliveredAt: minutesAgo(8) },
  { n: 2, from: 'web/checkout', to: 'orchestrator', at: minutesAgo(7), text: 'Hi', deliveredAt: null },
] as unknown as NonNullable<Facts['notes']>;
const memory = {
  ...{ id: 'orch-1', by: 'person', at: minutesAgo(5), kind: 'lesson', content: 'Use the key.' },
  ...{ tags: ['auth'], metadata: {} },
};

test('what sessions say', () =>
  holds('talk', [
    ['updates', { updates }],
    [`updates ${id}`, { updates: [update] }],
    [`updates ${id}`, { updates: [], facts: busy }],
    ['updates web/none', { updates: [], facts: busy }],
    ['updates', { updates: [] }],
    ['updates --blocks', { updates }],
    ['updates --blocks', { updates: [] }],
    ['messages', { facts: facts({ notes }) }],
    [`messages ${id}`, { facts: facts({ notes }) }],
    ['messages', { facts: facts() }],
    [`messages mute ${id}`, { muteNotes: null }],
    [`messages unmute ${id}`, { muteNotes: null }],
    ['memory search', { searchMemory: [{ memory, distance: 0.5 }] }],
    ['memory search key --kind lesson --limit 3', { searchMemory: [] }],
    ['memory store "Use the key." --kind lesson --tag auth', { remember: { id: 'orch-1' } }],
  ]));

const used = {
  repo: 'backend',
  task: 'user-auth',
  input: 120_000,
  output: 4000,
  cacheRead: 5,
  cacheWrite: 6,
};
const usage = [
  { ...used, worker: id, day: '2026-11-19', dollars: 1.5 },
  { ...used, worker: id, day: '2026-11-20', dollars: 2 },
  { ...used, worker: 'web/x', repo: 'web', day: '2026-11-20', dollars: 1200 },
];
const ranges = { a: [{ from: 3, to: 3 }], b: [{ from: 4, to: 9 }] };
const radar = {
  ...{ repo: 'backend', into: 'develop', baseProblem: null, order: ['backend/a', 'backend/b'] },
  steps: [{ id: 'backend/a', why: 'alone' }],
  worktrees: [
    { id: 'backend/c', problem: { code: 'c', message: 'It is gone.' }, limits: ['A file is large.'] },
  ],
  pairs: [
    {
      ...{ repo: 'backend', a: 'backend/a', b: 'backend/b', verdict: 'conflict' },
      files: [
        { path: 'x.ts', kind: 'content', ranges },
        { path: 'y.ts', kind: 'rename/delete', ranges: { a: [], b: [] } },
      ],
    },
    { repo: 'backend', a: 'backend/a', b: 'backend/c', verdict: 'overlap', files: [] },
  ],
  base: [{ repo: 'backend', worker: 'backend/a', verdict: 'clean', files: [] }],
};

test('the workspace', () =>
  holds('workspace', [
    ['status', { facts: busy }],
    ['status web', { facts: busy }],
    ['status none', { facts: busy }],
    ['status', { facts: facts() }],
    ['usage', { usage }],
    ['usage web', { usage }],
    ['usage none', { usage }],
    ['conflicts', { conflicts: [radar] }],
    ['conflicts backend', { conflicts: [{ ...radar, pairs: [], into: null, order: [] }] }],
    ['conflicts', { conflicts: [] }],
    ['conflicts web --wait', { facts: facts({ workers: [worker(id)] }), conflicts: [] }],
  ]));

const card = {
  ...{ id: 'ORC-1', line: 5, column: 'To Do', task: 'Log in', repo: 'backend', worker: null, branch: null },
  ...{
    priority: 'High',
    pr: null,
    blockers: null,
    progress: null,
    started: null,
    completed: null,
    problem: null,
  },
};
const board = {
  ...{ file: 'SPRINT_BOARD.md', counts: { 'To Do': 2, 'In Progress': 0, Review: 0, Done: 1 }, withoutId: 1 },
  cards: [
    card,
    { ...card, id: null, line: 6, task: 'Log\nout', worker: id, progress: '60%', blockers: 'key' },
    {
      ...card,
      id: 'ORC-3',
      line: 9,
      column: 'Done',
      branch: 'feature/x',
      repo: null,
      problem: 'No such repo.',
    },
  ],
  flaws: [{ line: 12, code: 'odd', message: 'Line 12 is no card.' }],
};
const changed = { id: 'ORC-1', left: {} };

test('the board', () =>
  holds('board', [
    ['board', { board }],
    ['board show', { board: { ...board, cards: [], flaws: [], withoutId: 0 } }],
    ['board', { board: new Refused('no_board', 'There is no board.') }],
    ['board add "Log in"', { addCard: changed }],
    [
      'board add "Log in" --column review --repo web --priority ""',
      { addCard: { id: null, left: { priority: 'High', pr: 'x' } } },
    ],
    ['board move ORC-1 done', { board, changeCard: changed }],
    ['board move :6 "in progress"', { board, changeCard: { id: null, left: { progress: '1' } } }],
    ['board move ORC-9 done', { board }],
    ['board move ORC-1 nowhere', { board }],
    ['board edit ORC-1 --task Other --repo ""', { board, changeCard: changed }],
    ['board edit ORC-1', { board }],
    ['board ids', { board }],
    ['board ids --yes', { board, giveCardIds: { given: 1 } }],
    ['board ids', { board: { ...board, withoutId: 0 }, giveCardIds: { given: 0 } }],
  ]));

const entry = {
  ...{ id: 'INV-1', line: 4, date: '2026-11-18', task: 'Log\nin', repo: 'backend', worker: id, minutes: 90 },
  ...{ rateCents: 8000, amountCents: 12_000, currency: 'EUR', status: 'draft', measured: 80, claimed: 100 },
};
const totals = {};
const invoices = {
  ...{ file: 'INVOICES.md', currency: 'EUR', unwritten: 1, clients: [], totals },
  entries: [
    entry,
    { ...entry, id: null, line: 5, status: 'paid', measured: null, claimed: null, date: '2026-11-19' },
  ],
  flaws: [
    { line: 7, code: 'stale_total', message: 'The total on line 7 is stale.' },
    { line: 8, code: 'odd', message: 'Line 8 is no entry.' },
  ],
};

test('invoices', async () => {
  await holds('invoices', [
    ['invoice', { invoices }],
    ['invoice show --from 2026-11-19 --status paid', { invoices }],
    ['invoice --repo none', { invoices: { ...invoices, unwritten: 0, flaws: [] } }],
    ['invoice --from 2026-02-30', { invoices }],
    ['invoice add Work --time 1h', { invoices, addEntry: { id: 'INV-9' } }],
    [
      'invoice add Work --time "1h 30m" --repo web --worker web/x --date 2026-11-01 --rate 80.50',
      { invoices, addEntry: { id: 'INV-9' } },
    ],
    [
      'invoice add Work --time 1h --worker web/x',
      { invoices, addEntry: { id: 'INV-9', left: { worker: 'web/x' } } },
    ],
    ['invoice add Work --time 1h --rate much', { invoices }],
    ['invoice add Work', {}],
    ['invoice mark paid INV-1 INV-2', { markEntries: { invoices: [], left: {} } }],
    ['invoice mark paid INV-1 INV-2', { markEntries: new Refused('locked', 'INV-2 is locked.') }],
    ['invoice mark invoiced :99', { invoices }],
    [
      'invoice mark invoiced INV-1 --number 7',
      { markEntries: { invoices: ['7'], left: { date: '2026-11-20' } } },
    ],
    ['invoice totals', { invoices }],
    ['invoice totals --write --repo backend', { invoices, correctTotals: { corrected: [7, 9] } }],
    ['invoice ids', { invoices }],
    ['invoice ids --yes', { invoices, giveEntryIds: { given: 1 } }],
    ['invoice ids', { invoices: { ...invoices, entries: [] }, giveEntryIds: { given: 0 } }],
    ['invoice export', { exportEntries: { text: '[1]', entries: 1 } }],
    ['invoice export --csv --html', {}],
    ['invoice export --csv --client shop --number 7', { exportEntries: { text: '[1]', entries: 1 } }],
    ['invoice export --html', { exportEntries: { text: '<p>One</p>\n', entries: 1 } }],
  ]);
  rmSync('new.csv', { force: true });
  const csv = { exportEntries: { text: 'a,b\n', entries: 2 } };
  const written = await controller.run(['invoice', 'export', '--csv', '--out', 'new.csv'], csv);
  expect(written).toContain('| 2 entries in new.csv.');
  expect(readFileSync('new.csv', 'utf8')).toBe('a,b\n');
  const refused = await controller.run(['invoice', 'export', '--csv', '--out', 'new.csv'], csv);
  expect(refused).toContain('new.csv was not written: it exists. Name another file.');
});

const proposals = [
  { table: 'board', fields: [{ field: 'task', property: 'Name' }], notes: ['Status is new.'] },
  { table: 'invoices', fields: [], notes: [] },
];
const tokened = {
  ...{ token: { source: 'keyring', lastFour: 'abcd' }, integration: 'Orch', tables: ['board'], pending: 1 },
  ...{ conflicts: 2, suggestion: 'cards', problems: [{ code: 'p', message: 'Slow.', hint: 'Wait.' }] },
};
const tokenless = { token: null, integration: null, tables: [], pending: 0, conflicts: 0, problems: [] };
const conflict = {
  ...{ table: 'board', id: 'ORC-1', field: 'task', base: 'A', ours: 'B', theirs: null, isDecided: false },
};
const conflicts = [
  conflict,
  { ...conflict, field: 'row', base: null, ours: 'edited', theirs: 'gone', isDecided: true },
  { ...conflict, field: 'minutes', base: null, ours: 5, theirs: 6, isDecided: true },
];
const outcome = {
  ...{ created: 1, updated: 2, pulled: 3, conflicts, wanted: ['Log in'] },
  problems: [
    { code: 'p', message: 'Slow.', hint: 'Wait.' },
    { code: 'q', message: 'Odd.' },
  ],
};

test('Notion', () =>
  holds('notion', [
    ['notion connect --yes', { notionStatus: tokenless }],
    ['notion connect', { notionStatus: tokenless }],
    ['notion connect', { notionStatus: tokened, proposeNotion: { integration: 'Orch', proposals } }],
    [
      'notion connect --yes --board b --invoices i --page p --map a=b --map c=d --wanted Ready --comment',
      {
        notionStatus: tokened,
        proposeNotion: { integration: 'Orch', proposals },
        connectNotion: { proposals, token: 'keyring' },
      },
    ],
    ['notion status', { notionStatus: tokenless }],
    ['notion status', { notionStatus: tokened }],
    ['sync', { sync: outcome }],
    ['sync --dry-run', { sync: outcome }],
    [
      'sync',
      {
        sync: {
          ...{ ...outcome, conflicts: [], problems: [], wanted: [] },
          withoutId: [
            ...['Log in', 'B', 'C', 'D', 'E', 'F'].map((task) => ({ table: 'board', task })),
            ...[
              { table: 'invoices', task: 'Mails' },
              { table: 'invoices', task: 'Search', isBilled: true },
            ],
          ],
        },
      },
    ],
    ['sync board --allow-mass-delete', { sync: { ...outcome, conflicts: [], problems: [], wanted: [] } }],
    ['sync --dry-run invoices', { sync: outcome }],
    ['sync', { sync: new Refused('notion_unconnected', 'Nothing is connected.') }],
    ['sync --rebuild --dry-run', {}],
    ['sync --rebuild', {}],
    ['sync --rebuild --yes', { rebuildSync: { rows: 3, conflicts, problems: [], setAside: ['/x.bad'] } }],
    [
      'sync board --rebuild --yes',
      { rebuildSync: { rows: 1, conflicts: [], problems: [{ code: 'q', message: 'Odd.' }], setAside: [] } },
    ],
    ['sync conflicts', { syncConflicts: conflicts }],
    ['sync conflicts', { syncConflicts: [] }],
    ['sync resolve ORC-1 task mine', { syncConflicts: conflicts, resolveSync: conflict }],
    ['sync resolve ORC-1 task theirs', { syncConflicts: conflicts, resolveSync: conflict }],
    ['sync resolve ORC-1 task --value Z', { syncConflicts: conflicts, resolveSync: conflict }],
    ['sync resolve ORC-1 task --value ""', { syncConflicts: conflicts, resolveSync: conflict }],
    ['sync resolve ORC-1 minutes --value 7', { syncConflicts: conflicts, resolveSync: conflict }],
    ['sync resolve ORC-1 minutes --value x', { syncConflicts: conflicts }],
    ['sync resolve ORC-1 task', {}],
    ['sync resolve ORC-1 task mine --value x', {}],
    ['sync resolve ORC-1 task else', {}],
  ]));
