import { expect, test } from 'vitest';
import { parseHook } from '../../../src/agents/claude/hooks.ts';

const session = '11111111-1111-4111-8111-111111111111';

function reportOf(event: string, fields: object = {}) {
  return (
    parseHook({ session_id: session, cwd: '/w/tree', hook_event_name: event, ...fields })?.report ?? null
  );
}

test.each([
  ['SessionStart', { source: 'startup' }, { kind: 'session-started', sessionId: session }],
  ['UserPromptSubmit', { prompt: 'go' }, { kind: 'prompted' }],
  [
    'UserPromptSubmit',
    { prompt: '<task-notification>\n<task-id>a1</task-id>' },
    { kind: 'prompted', byItself: true },
  ],
  ['UserPromptSubmit', { prompt: 'Say <task-notification>' }, { kind: 'prompted' }],
  ['PreToolUse', { tool_name: 'Write' }, { kind: 'tool-started' }],
  [
    'PostToolUse',
    { tool_name: 'Bash', tool_input: { command: 'ls' } },
    { kind: 'tool-ended', what: 'Bash: ls' },
  ],
  ['PostToolUseFailure', { tool_name: 'WebFetch', error: 'no' }, { kind: 'tool-ended', what: 'WebFetch' }],
  ['Stop', { last_assistant_message: 'All\ndone.' }, { kind: 'turn-ended', said: 'All done.' }],
  ['Stop', {}, { kind: 'turn-ended', said: null }],
  [
    'StopFailure',
    { error: 'rate_limit', last_assistant_message: 'Limit reached' },
    { kind: 'turn-failed', error: 'Limit reached', limited: true },
  ],
  ['StopFailure', { error: 'server_error' }, { kind: 'turn-failed', error: 'server_error', limited: false }],
  ['StopFailure', {}, { kind: 'turn-failed', error: 'unknown', limited: false }],
  ['SessionEnd', { reason: 'prompt_input_exit' }, { kind: 'session-ended' }],
  ['SessionEnd', { reason: 'clear' }, null],
  ['Notification', { notification_type: 'permission_prompt', message: 'Claude needs your permission' }, null],
  ['Notification', { notification_type: 'idle_prompt' }, null],
  [
    'Notification',
    { notification_type: 'elicitation_dialog', message: 'Which?' },
    { kind: 'asked', what: 'Which?' },
  ],
  ['SubagentStop', {}, null],
  ['AnythingNew', {}, null],
])('%s %j', (event, fields, report) => {
  expect(reportOf(event, fields)).toEqual(report);
});

const task = (type: string, status = 'running') => ({ id: 'a1', type, status, description: 'x' });

test.each<[string, unknown, boolean]>([
  ['a subagent runs', [task('subagent')], true],
  ['a workflow runs', [task('workflow')], true],
  ['a subagent has yet to begin', [task('subagent', 'pending')], true],
  ['a subagent runs beside a server', [task('shell'), task('subagent')], true],
  ['one subagent has ended and another runs', [task('subagent', 'completed'), task('subagent')], true],
  ['a server was left running', [task('shell')], false],
  ['a monitor watches', [task('monitor')], false],
  ['something of a newer version goes on', [task('memory save'), task('dreaming')], false],
  ['a subagent has ended', [task('subagent', 'completed')], false],
  ['a subagent was killed', [task('subagent', 'killed')], false],
  ['nothing runs', [], false],
  ['the list is of another shape', { type: 'subagent' }, false],
  ['its entries are of another shape', ['subagent', null, [task('subagent')]], false],
])('a turn that ends while %s goes on or not', (_, background_tasks, goesOn) => {
  const report = { kind: 'turn-ended', said: 'Both run.', ...(goesOn && { goesOn }) };
  expect(reportOf('Stop', { last_assistant_message: 'Both run.', background_tasks })).toEqual(report);
});

test.each([
  ['Bash', { command: 'npm install jsonwebtoken' }, 'Bash: npm install jsonwebtoken'],
  ['Bash', { command: 'echo \x1b]0;x\x07\r\nrm\ttree' }, 'Bash: echo ]0;x rm tree'],
  ['Bash', { command: 'ls \u202egnp.exe\u200b' }, 'Bash: ls <U+202E>gnp.exe<U+200B>'],
  ['Write', { file_path: '/w/tree/src/a.ts' }, 'Write: src/a.ts'],
  ['Edit', { file_path: '/etc/passwd' }, 'Edit: /etc/passwd'],
  ['WebFetch', { url: 'https://example.org' }, 'WebFetch: https://example.org'],
  ['AskUserQuestion', { questions: [{ question: 'Tabs or spaces?' }] }, 'Tabs or spaces?'],
  ['AskUserQuestion', { questions: 'no list' }, 'a question'],
  ['ExitPlanMode', { plan: 'long' }, 'plan approval'],
  ['mcp__orch__report', {}, 'orch report'],
  ['Task', {}, 'Task'],
])('a permission for %s %j is asked for as "%s"', (tool_name, tool_input, what) => {
  expect(reportOf('PermissionRequest', { tool_name, tool_input })).toEqual({ kind: 'asked', what });
});

test('long commands are cut', () => {
  const report = reportOf('PermissionRequest', {
    tool_name: 'Bash',
    tool_input: { command: 'x'.repeat(1e6) },
  });
  expect(report).toMatchObject({ what: `Bash: ${'x'.repeat(193)}…` });
});

test.each([
  [null],
  ['text'],
  [7],
  [[]],
  [{}],
  [{ hook_event_name: 5 }],
  [{ hook_event_name: 'SessionStart' }],
])('what is no hook is nothing: %j', (body) => {
  expect(parseHook(body)).toBeNull();
});

test('unexpected shapes inside a hook do not throw', () => {
  expect(reportOf('PermissionRequest', { tool_name: {}, tool_input: [], cwd: 3 })).toEqual({
    kind: 'asked',
    what: 'permission',
  });
});

test.each(['--dangerously-skip-permissions', '../../x', '', 7])(
  'a session id that is no UUID is not taken: %j',
  (id) => {
    expect(parseHook({ hook_event_name: 'Stop', session_id: id })).toMatchObject({ sessionId: null });
    expect(parseHook({ hook_event_name: 'SessionStart', session_id: id })).toBeNull();
  },
);

test('a limit ends after the moment at which its hook was posted, however late that is read', () => {
  const end = 1_795_388_802;
  const body = {
    hook_event_name: 'StopFailure',
    error: 'rate_limit',
    last_assistant_message: `Usage limit reached|${end}`,
  };
  const posted = new Date((end - 60) * 1000);
  expect(parseHook(body, posted)?.report).toMatchObject({ until: new Date(end * 1000).toISOString() });
});
