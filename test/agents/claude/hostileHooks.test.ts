import { expect, it } from 'vitest';
import { transcriptOf } from '../../../src/agents/claude/files.ts';
import {
  askedFor,
  callOf,
  contextAnswer,
  parseHook,
  requestAnswer,
} from '../../../src/agents/claude/hooks.ts';
import { parseSpent } from '../../../src/agents/claude/screen.ts';
import { parseFailedSetup } from '../../../src/agents/launch.ts';
import { pathsOf, withValue } from '../../support/wrongValues.ts';

const option = { label: 'a', description: 'b' };
const questions = [{ question: 'q', options: [option], multiSelect: true }];
const input = { command: 'ls', file_path: '/w/a', old_string: 'a', new_string: 'b', plan: 'p', questions };
const hook = {
  ...{ session_id: '0e5e5f6c-6f0f-4a43-9ec5-1f6b9f4f7b6f', prompt: 'p', cwd: '/w', error: 'e', message: 'm' },
  ...{ transcript_path: '/w/t.jsonl', tool_name: 'Bash', tool_input: input, reason: 'r' },
  ...{ last_assistant_message: 'resets 3pm (Europe/London)', notification_type: 'elicitation_dialog' },
  background_tasks: [{ type: 'subagent', status: 'running' }],
};
const others = [{ cost: { total_cost_usd: 1 } }, { command: ['npm', 'ci'], exitCode: 1 }];

const events = [
  ...['SessionStart', 'UserPromptSubmit', 'PreToolUse', 'PostToolUse', 'PostToolUseFailure'],
  ...['PermissionRequest', 'Notification', 'Stop', 'StopFailure', 'SessionEnd', '__proto__'],
];
const tools = ['Bash', 'Write', 'ExitPlanMode', 'AskUserQuestion', 'mcp__a__b'];
const wrong = [
  undefined,
  null,
  7.5,
  Number.MAX_VALUE,
  true,
  '',
  '\u0000\u202e',
  [],
  [null],
  [[]],
  {},
  { a: null },
];

it('takes in whatever is posted in the name of an agent', () => {
  const take = (body: unknown) => {
    const read = parseHook(body, new Date('2026-11-22T12:00:00.000Z'));
    if (read && 'what' in read.report) expect(typeof read.report.what).toBe('string');
    expect(() => JSON.stringify(askedFor(body, 'text'))).not.toThrow();
    expect(callOf(body)).toMatch(/^[\w-]+$/);
    contextAnswer(body, () => 'context');
    requestAnswer(body, { say: 'choose', options: [0, [1, 99]] });
    transcriptOf(body);
    parseSpent(body);
    parseFailedSetup(body);
  };
  for (const body of [...wrong, ...others, hook]) take(body);
  for (const other of others)
    for (const path of pathsOf(other)) for (const value of wrong) take(withValue(other, path, value));
  for (const path of pathsOf(hook))
    for (const value of wrong) {
      const changed = withValue(hook, path, value);
      for (const hook_event_name of events) take({ ...changed, hook_event_name });
      if (path[0] === 'tool_input')
        for (const tool_name of tools) take({ ...changed, tool_name, hook_event_name: 'PermissionRequest' });
    }
});
