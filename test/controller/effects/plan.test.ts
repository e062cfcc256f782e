import { expect, test } from 'vitest';
import { makePlan } from '../../../src/controller/effects/plan.ts';
import type { Tools } from '../../../src/controller/effects/tools.ts';
import type { StartPlan } from '../../../src/core/proposal.ts';
import type { Worker } from '../../../src/core/worker.ts';
import type { AgentPreset } from '../../../src/core/workspace.ts';
import type { OpenProposal } from '../../../src/features/workers/workerState.ts';
import { createPlace, expectProblem, expectValue } from '../../support/gitPlace.ts';
import { worker } from '../../tui/fixtures.ts';

const cat: AgentPreset = { command: ['cat'], env: {}, pass: [], speaks: 'none' };

async function scene() {
  const place = await createPlace();
  const repo = await place.repo();
  const tools = (agents: Record<string, AgentPreset>): Tools => ({
    git: place.git,
    ambient: place.env,
    config: { name: 'shop', root: place.root, repos: [repo], agents, defaultAgent: 'cat' },
  });
  const plan = (draft: Partial<OpenProposal['draft']> = {}, agents: Record<string, AgentPreset> = { cat }) =>
    makePlan(tools(agents), proposal(draft), null);
  const resume = (draft: Partial<OpenProposal['draft']>, known: Partial<Worker>, preset = cat) =>
    makePlan(tools({ cat: preset }), { ...proposal(draft), kind: 'resume' }, worker('backend/auth', known));
  return { place, repo, plan, resume };
}

function proposal(draft: Partial<OpenProposal['draft']>): OpenProposal {
  return {
    ...{ n: 1, kind: 'start', by: 'person', at: '2026-11-22T10:00:00.000Z', sessionId: 'session-1' },
    draft: { repo: 'backend', task: 'auth', brief: 'do it', agent: null, ...draft },
  } as const;
}

test('a plan names branch, base, worktree and command, and looking for it changes nothing', async () => {
  const { place, repo, plan } = await scene();
  const before = await place.sh(repo.path, 'for-each-ref');
  const made: StartPlan = expectValue(await plan());
  expect(made).toMatchObject({
    id: 'backend/auth',
    branch: 'feature/auth',
    base: { branch: 'develop', commit: await place.sh(repo.path, 'rev-parse', 'develop') },
    worktree: `${place.root}/.worktrees/backend-auth`,
    command: ['cat'],
    sessionId: 'session-1',
  });
  expect(made.environment).toEqual(expect.arrayContaining(['ORCH_BRIEF', 'ORCH_WORKER', 'PATH']));
  expect(await place.sh(repo.path, 'for-each-ref')).toBe(before);
});

test('the digest stays while nothing changes, and changes with all that decides what is run', async () => {
  const { place, repo, plan } = await scene();
  const digest = async (...args: Parameters<typeof plan>) => expectValue(await plan(...args)).digest;
  const first = await digest();
  expect(await digest()).toBe(first);
  const others = [
    await digest({ task: 'other' }),
    // It reaches this agent by its environment alone.
    await digest({ brief: 'do something else' }),
    await digest({}, { cat: { ...cat, command: ['cat', '-n'] } }),
    await digest({}, { cat: { ...cat, env: { MODE: 'fast' } } }),
    await digest({}, { cat: { ...cat, env: { MODE: 'slow' } } }),
    await digest({}, { cat: { ...cat, pass: ['HOME', 'GIT_CONFIG_NOSYSTEM'] } }),
  ];
  await place.sh(repo.path, 'switch', '--quiet', 'develop');
  await place.commit(repo.path, { 'a.txt': 'a' });
  others.push(await digest());
  expect(new Set([first, ...others]).size).toBe(others.length + 1);
});

test('what cannot be started is said by name', async () => {
  const { place, repo, plan } = await scene();
  expect(expectProblem(await plan({ agent: 'gone' }))).toMatchObject({
    code: 'unknown_agent',
    hint: expect.stringContaining('config.json'),
  });
  expect(expectProblem(await plan({ agent: 'constructor' })).code).toBe('unknown_agent');
  expect(expectProblem(await plan({ repo: 'gone' })).code).toBe('unknown_repo');
  await place.sh(repo.path, 'branch', 'feature/auth');
  expect(expectProblem(await plan()).code).toBe('branch_exists');
});

const keeps = 'It takes no brief when it starts: type it into its pane.';
const anew = 'No earlier conversation was found: it starts over';
const doubt =
  'It goes on with the last conversation of its folder; where there is none, it starts empty and without the brief.';

/** Arguments that make a program list one conversation: here it is a shell. */
function listing(directory: string, id: string): string[] {
  return ['-c', `echo '[{"id":"${id}","updated":1,"directory":"'"${directory}"'"}]'`];
}

test.each<[string, Partial<AgentPreset>, string | null]>([
  [
    'cannot go on with one, nor take a brief',
    {},
    `${anew}, and takes no brief when it does: type it into its pane.`,
  ],
  [
    'cannot go on with one, but takes a brief',
    { command: ['cat', '{brief}'] },
    `${anew}, and is given the brief again.`,
  ],
  ['goes on with one that nothing tells of', { resume: ['-u'] }, doubt],
  [
    'goes on with one that was found',
    { command: ['sh'], resume: ['-u'], sessions: listing('$PWD', 'ses_1') },
    null,
  ],
  [
    'would go on with one of another folder',
    { command: ['sh'], resume: ['-u'], prompt: ['{brief}'], sessions: listing('/elsewhere', 'ses_1') },
    `${anew}, and is given the brief again.`,
  ],
  [
    'would go on with one whose id is none',
    {
      command: ['sh'],
      resume: ['-u', '{session}'],
      prompt: ['{brief}'],
      sessions: listing('$PWD', '--help'),
    },
    `${anew}, and is given the brief again.`,
  ],
  [
    'cannot list the one that it needs',
    { command: ['sh'], resume: ['{session}'], prompt: ['{brief}'], sessions: ['-c', 'exit 1'] },
    'Its conversations could not be looked through: it starts over, and is given the brief again.',
  ],
  [
    'cannot name the one that it needs',
    { resume: ['-u', '{session}'], prompt: ['{brief}'] },
    `${anew}, and is given the brief again.`,
  ],
])('resuming an agent that %s says so in one sentence', async (_what, change, sentence) => {
  const { place, repo, resume } = await scene();
  await place.sh(repo.path, 'branch', 'feature/auth', 'develop');
  const worktree = `${place.root}/.worktrees/backend-auth`;
  await place.sh(repo.path, 'worktree', 'add', '--quiet', worktree, 'feature/auth');
  const known = { branch: 'feature/auth', worktree };
  const made = expectValue(await resume({}, known, { ...cat, ...change }));
  const said = made.warnings.filter((text) => /conversation|brief/.test(text));
  expect(said).toEqual(sentence === null ? [] : [sentence]);
  expect(made.anew).toBe(sentence?.includes('starts over') ? true : undefined);
});

test('what begins anew without a brief is not said to have one, and a start says where its brief stays', async () => {
  const { place, repo, plan, resume } = await scene();
  expect(expectValue(await plan()).warnings).toContain(keeps);
  await place.sh(repo.path, 'branch', 'feature/auth', 'develop');
  const made = expectValue(await resume({ brief: '' }, { branch: 'feature/auth', hasConversation: false }));
  expect(made.warnings).toContain(`${anew}.`);
});

test('an id of a conversation that was found is in the command, and in the digest', async () => {
  const { place, repo, resume } = await scene();
  const worktree = `${place.root}/.worktrees/backend-auth`;
  await place.sh(repo.path, 'worktree', 'add', '--quiet', worktree, '-b', 'feature/auth', 'develop');
  const plan = async (id: string) =>
    expectValue(
      await resume(
        {},
        { branch: 'feature/auth', worktree },
        { ...cat, command: ['sh'], resume: ['--session', '{session}'], sessions: listing('$PWD', id) },
      ),
    );
  const one = await plan('ses_1');
  expect(one.command).toEqual(['sh', '--session', 'ses_1']);
  expect((await plan('ses_2')).digest).not.toBe(one.digest);
});

test('a flag is given where the help lists it, in a start and in a resume, and else said to be left out', async () => {
  const { place, repo, plan, resume } = await scene();
  const script = (help: string) => ({
    ...cat,
    command: ['sh', '-c', help, 'x'],
    ifListed: ['--no-daemon'],
    prompt: ['--', '{brief}'],
    resume: ['resume'],
  });
  const knows = script('echo "  --no-daemon  Run alone"');
  const made = expectValue(await plan({}, { cat: knows }));
  expect(made.command.slice(4)).toEqual(['--no-daemon', '--', 'do it']);
  const other = script('echo "  --no-daemons, --no-daemon-x"');
  expect(expectValue(await plan({}, { cat: other })).command.slice(4)).toEqual(['--', 'do it']);
  const broken = expectValue(await plan({}, { cat: script('exit 2') }));
  expect(broken.command.slice(4)).toEqual(['--', 'do it']);
  expect(broken.warnings).toContain('It gave no help, so it is started without --no-daemon.');
  await place.sh(repo.path, 'branch', 'feature/auth', 'develop');
  const again = expectValue(await resume({}, { branch: 'feature/auth' }, knows));
  expect(again.command.slice(4)).toEqual(['--no-daemon', 'resume']);
});
