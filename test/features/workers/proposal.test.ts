import { expect, test } from 'vitest';
import { proposalRows, proposalText } from '../../../src/features/workers/describe.ts';
import { minutesAgo, now, plan, proposal } from '../../tui/fixtures.ts';

const id = 'backend/rate-limits';

test('a card shows the place, the warnings, the exact command, and the brief last', () => {
  const command = ['claude', '--append-system-prompt', 'You are a worker.\nDo one task.'];
  const limit = { code: 'limit_reached', message: '4 workers run, 4 are wanted at the most.' };
  const made = plan(id, {
    ...{ command, warnings: ['There is no develop branch.'], ports: { first: 20000, count: 10 } },
    copies: [{ path: '.env', bytes: 12 }],
    setup: { commands: [['npm', 'ci']], timeoutMs: 600_000 },
  });
  expect(proposalText(proposal(7, id, { plan: made, limit }), now)).toBe(
    `#7 start backend/rate-limits (proposed by the orchestrator 2 minutes ago)
  branch       feature/rate-limits
  from         origin/develop 9c8d7e6f5a “Sign tokens with the new key”, committed 3 days ago
  worktree     /code/shop/.worktrees/backend-rate-limits
  agent        claude
  ports        20000–20009
  warning      There is no develop branch.
  warning      4 workers run, 4 are wanted at the most.
  copied       .env (12 B)
  setup        npm ci
  environment  HOME LANG PATH TERM
  command      claude --append-system-prompt $'You are a worker.\\nDo one task.'
  brief        │ Limit requests to 100 a minute.
               │ Answer 429 beyond it.`,
  );
});

test('a card without a plan shows the problem, or that it is being worked out', () => {
  const problem = { code: 'branch_exists', message: 'The branch exists.', hint: 'Choose another name.' };
  const text = (change: Parameters<typeof proposal>[2]) =>
    proposalText(proposal(7, id, { by: 'person', plan: null, ...change }), now);
  expect(text({ problem })).toBe(
    `#7 start ${id}\n  cannot be started: The branch exists. Choose another name.`,
  );
  expect(text({})).toBe(`#7 start ${id}\n  is being worked out`);
});

test('the orchestrator is shown by its role and folder, without any control character', () => {
  const draft = {
    role: 'orchestrator',
    repo: '',
    task: 'orchestrator',
    brief: 'a\u001b[2Jb\u0007',
    agent: null,
  } as const;
  const made = plan(id, { base: null, branch: '', worktree: '/code/shop', warnings: ['\u001b]0;x\u0007'] });
  const text = proposalText(proposal(1, id, { draft, plan: made, by: 'person' }), now);
  expect(text).toContain('  role         orchestrator: keeps the board');
  expect(text).not.toContain('  branch ');
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

test('a list shows a proposal as a row with the first line of its brief', () => {
  const resume = proposal(12, 'web/cart', { kind: 'resume', at: minutesAgo(1) });
  expect(proposalRows([proposal(7, id), resume])).toBe(
    [
      '#7   start   backend/rate-limits  Limit requests to 100 a minute.',
      '#12  resume  web/cart             Limit requests to 100 a minute.',
    ].join('\n'),
  );
});

test('no line of a brief or a command can be taken for a field, however wide the terminal is', () => {
  const fake = `Do it.${' '.repeat(200)}  command      claude --safe\n  worktree     /tmp/harmless\n│ command x\n\u202ednammoc`;
  const command = [
    'claude',
    '--append-system-prompt',
    `${'x '.repeat(60)}  command      claude --safe`,
    fake,
  ];
  const made = plan(id, { command });
  const names = /^ {2}(branch|from|worktree|agent|warning|environment|command|brief) {2,}\S/;
  for (const columns of [undefined, 40, 80, 200]) {
    const draft = { ...proposal(7, id).draft, brief: fake };
    const rows = proposalText(proposal(7, id, { draft, plan: made }), now, columns).split('\n');
    if (columns) for (const row of rows.slice(1)) expect(row.length).toBeLessThanOrEqual(columns);
    const fields = rows.filter((row) => names.test(row)).map((row) => row.trim().split(' ')[0]);
    expect(fields).toEqual(['branch', 'from', 'worktree', 'agent', 'environment', 'command', 'brief']);
    const from = rows.findIndex((row) => row.startsWith('  brief'));
    expect(rows.slice(from).every((row) => row[15] === '│')).toBe(true);
    expect(rows.join('')).not.toContain('\u202e');
    expect(rows.map((row) => row.trim()).join(' ')).toContain('‹the brief›');
  }
});
