import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseHook } from '../../src/agents/claude/hooks.ts';
import { agentEnvironment, agentPrograms, commandLine } from '../../src/agents/launch.ts';
import { builtInPresets } from '../../src/agents/presets.ts';
import { Pane } from '../agents/pane.ts';
import { StandInInbox } from '../agents/standInInbox.ts';
import { Workplace } from '../agents/workplace.ts';

const sessionId = '11111111-1111-4111-8111-111111111111';
const { demo: preset } = builtInPresets(agentPrograms());

/** Starts the demo agent the way a worker is started. */
function startDemo(
  place: Workplace,
  inbox: StandInInbox,
  brief: string,
  { resume = false, pace = '0', cols = 100, rows = 40 } = {},
): Pane {
  const extra = { ...inbox.env, ORCH_DEMO_PACE: pace };
  const command = commandLine({ preset, sessionId, resume, brief, name: 'repo/task', settingsFile: '/none' });
  return new Pane({
    command,
    cwd: place.worktree,
    env: agentEnvironment(place.ambient, preset, extra),
    cols,
    rows,
  });
}

test('left to itself it writes a module and a test, runs it when allowed, and commits', async () => {
  await using place = await Workplace.create();
  await using inbox = await new StandInInbox().open();
  await using pane = startDemo(place, inbox, 'Count the apples');
  await pane.shows('Do you want to proceed?');
  expect(pane.title).toBe('✳ repo/task');
  pane.write('1');
  await inbox.got('Stop');
  expect(await pane.shows('Ready for a look')).toContain('pass 2');
  expect(pane.title).toBe('✳ repo/task');
  expect(pane.titles).toContain('⠂ repo/task');
  expect(await place.commits()).toEqual(['Add task']);
  expect(await readFile(join(place.worktree, 'src/task.mjs'), 'utf8')).toContain('Count the apples');
});

test('its hooks say what Claude Code’s would', async () => {
  await using place = await Workplace.create();
  await using inbox = await new StandInInbox().open();
  await using pane = startDemo(place, inbox, 'write a.txt: hi\nrun: ls\nsay: Done now.');
  await pane.shows('Do you want to proceed?');
  pane.write('\r');
  await inbox.got('Stop');
  pane.write('/exit\r');
  expect(await pane.exited).toEqual({ exitCode: 0, signal: 0 });
  expect(inbox.received.map(({ body }) => parseHook(body))).toEqual(
    [
      { kind: 'session-started', sessionId },
      { kind: 'prompted' },
      { kind: 'tool-started' },
      { kind: 'tool-ended', what: 'Write: a.txt' },
      { kind: 'tool-started' },
      { kind: 'asked', what: 'Bash: ls' },
      { kind: 'tool-ended', what: 'Bash: ls' },
      { kind: 'turn-ended', said: 'Done now.' },
      { kind: 'session-ended' },
    ].map((report) => ({ report, sessionId })),
  );
});

test('a decision from outside answers the question in the pane', async () => {
  await using place = await Workplace.create();
  await using inbox = await new StandInInbox().open();
  inbox.answer = ({ event }) =>
    event === 'PermissionRequest'
      ? { hookSpecificOutput: { hookEventName: event, decision: { behavior: 'allow' } } }
      : {};
  await using pane = startDemo(place, inbox, 'run: touch made.txt\ncommit: Add made.txt');
  await inbox.got('Stop');
  await pane.shows('Add made.txt');
  expect(await place.commits()).toEqual(['Add made.txt']);
});

test('a no keeps the command from running, and the turn goes on', async () => {
  await using place = await Workplace.create();
  await using inbox = await new StandInInbox().open();
  await using pane = startDemo(place, inbox, 'run: touch made.txt\nsay: Without it, then.');
  await pane.shows('Do you want to proceed?');
  pane.write('n');
  await pane.shows('Without it, then.');
  await inbox.got('Stop');
  expect(await place.git(place.worktree, 'status', '--porcelain')).toBe('');
});

test('esc stops a turn without any hook, and the title rests', async () => {
  await using place = await Workplace.create();
  await using inbox = await new StandInInbox().open();
  await using pane = startDemo(place, inbox, 'stream 100000\nwrite a.txt: never', { pace: '20' });
  await pane.shows(/\d+ parsed module/);
  pane.write('\x1b');
  await pane.shows('Interrupted');
  expect(pane.title).toBe('✳ repo/task');
  expect(inbox.events).toEqual(['SessionStart', 'UserPromptSubmit']);
});

test('at a usage limit the turn ends, and goes on behind it once that is asked for', async () => {
  await using place = await Workplace.create();
  await using inbox = await new StandInInbox().open();
  await using pane = startDemo(place, inbox, 'say: Before it.\nlimit 60\nsay: After it.');
  const failure = await inbox.got('StopFailure');
  expect(failure).toMatchObject({ error: 'rate_limit' });
  expect(failure.last_assistant_message).toMatch(/usage limit\|\d{10}$/);
  pane.write('Go on where you stopped.\r');
  expect(await inbox.got('Stop')).toMatchObject({ last_assistant_message: 'After it.' });
});

test('what is typed meanwhile is done afterwards', async () => {
  await using place = await Workplace.create();
  await using inbox = await new StandInInbox().open();
  await using pane = startDemo(place, inbox, 'ask: Shall we?\nsay: First.');
  // The brief shows the words, too: only now is it asked.
  await inbox.got('PermissionRequest');
  pane.write('y');
  await inbox.got('Stop');
  pane.write('\x1b[200~say: Second.\rcommit: nothing\x1b[201~\r');
  await inbox.got('Stop', 2);
  expect(await pane.shows('nothing to commit')).toContain('● Second.');
});

test('killed in a question, it goes on from there when resumed', async () => {
  await using place = await Workplace.create();
  await using inbox = await new StandInInbox().open();
  {
    await using pane = startDemo(
      place,
      inbox,
      'say: Before the end.\nwrite a.txt: one\nrun: ls\ncommit: Add a',
    );
    await pane.shows('Do you want to proceed?');
    await inbox.got('PermissionRequest');
    await pane.kill('SIGKILL');
  }
  await using pane = startDemo(place, inbox, '', { resume: true });
  expect(await inbox.got('SessionStart', 2)).toMatchObject({ source: 'resume', session_id: sessionId });
  await pane.shows('● Before the end.');
  pane.write('go on\r');
  await pane.shows('Do you want to proceed?');
  pane.write('y');
  await inbox.got('Stop');
  expect(await place.commits()).toEqual(['Add a']);
  await inbox.got('PermissionRequest', 2);
});

test('its conversation outlives the worktree, as that of a worker that is brought back must', async () => {
  await using place = await Workplace.create();
  await using inbox = await new StandInInbox().open();
  {
    await using pane = startDemo(place, inbox, 'say: Before the end.');
    await inbox.got('Stop');
    pane.write('/exit\r');
    expect(await pane.exited).toMatchObject({ exitCode: 0 });
  }
  await place.git(place.repo, 'worktree', 'remove', place.worktree);
  await place.git(place.repo, 'worktree', 'add', '-q', place.worktree, 'feature/task');
  await using pane = startDemo(place, inbox, '', { resume: true });
  await pane.shows('● Before the end.');
});

test('a session is neither begun twice nor resumed from nothing', async () => {
  await using place = await Workplace.create();
  await using inbox = await new StandInInbox().open();
  await using early = startDemo(place, inbox, '', { resume: true });
  expect(await early.exited).toMatchObject({ exitCode: 1 });
  expect(early.screen()).toContain(`No conversation found with session ID: ${sessionId}`);
  await using first = startDemo(place, inbox, '');
  await first.shows('/exit');
  await using second = startDemo(place, inbox, '');
  expect(await second.exited).toMatchObject({ exitCode: 1 });
  expect(second.screen()).toContain('is already in use');
});

test.each([
  ['ctrl-d', '\x04'],
  ['ctrl-c twice', '\x03\x03'],
  ['/exit', '/exit\r'],
])('%s at the prompt ends it', async (_, keys) => {
  await using place = await Workplace.create();
  await using inbox = await new StandInInbox().open();
  await using pane = startDemo(place, inbox, '');
  await pane.shows('/exit');
  await inbox.got('SessionStart');
  pane.write(keys);
  expect(await pane.exited).toEqual({ exitCode: 0, signal: 0 });
  expect(await inbox.got('SessionEnd')).toMatchObject({ reason: 'prompt_input_exit' });
});

test('SIGTERM and the exit directive end it with their codes', async () => {
  await using place = await Workplace.create();
  await using inbox = await new StandInInbox().open();
  await using told = startDemo(place, inbox, 'exit 7');
  expect(await told.exited).toMatchObject({ exitCode: 7 });
  await using pane = startDemo(place, inbox, '', { resume: true });
  await inbox.got('SessionStart', 2);
  await pane.kill('SIGTERM');
  expect(await pane.exited).toMatchObject({ exitCode: 143 });
});

test('no file outside of the worktree is written', async () => {
  await using place = await Workplace.create();
  await using inbox = await new StandInInbox().open();
  await using pane = startDemo(
    place,
    inbox,
    'write ../outside.txt: x\nwrite /tmp/outside.txt: x\nwrite .: x',
  );
  await inbox.got('Stop');
  expect(await pane.shows('. is not inside')).toContain('../outside.txt is not inside the worktree');
  expect(inbox.events.filter((event) => event === 'PostToolUseFailure')).toHaveLength(3);
});

test('it draws itself anew at any size', async () => {
  await using place = await Workplace.create();
  await using inbox = await new StandInInbox().open();
  await using pane = startDemo(place, inbox, 'say: The quick brown fox jumps over the lazy dog.');
  await inbox.got('Stop');
  await pane.shows('lazy dog');
  pane.resize(24, 10);
  await pane.shows('● The quick brown fox\n  jumps over the lazy\n  dog.');
  pane.resize(120, 30);
  await pane.shows('● The quick brown fox jumps over the lazy dog.');
});
