import { expect, test } from 'vitest';
import { claudeSettings } from '../../../src/agents/claude/launch.ts';

const settings = claudeSettings({
  node: "/opt/o'node/bin/node",
  hookProgram: '/a b/hook.js',
  statusProgram: '/a b/status.js',
  hookUrl: 'http://127.0.0.1:1234/hook',
  guardUrl: 'http://127.0.0.1:1234/guard',
  askUrl: 'http://127.0.0.1:1234/ask',
});

test('the start of a session is reported by the hook program, paths quoted for a shell', () => {
  expect(settings).toMatchObject({
    hooks: {
      SessionStart: [{ hooks: [{ type: 'command', command: `'/opt/o'\\''node/bin/node' '/a b/hook.js'` }] }],
    },
  });
});

test('other events are posted to the inbox, the token taken from the environment', () => {
  expect(settings).toMatchObject({
    disableAllHooks: false,
    hooks: {
      Stop: [
        {
          hooks: [
            {
              type: 'http',
              url: 'http://127.0.0.1:1234/hook',
              headers: { Authorization: 'Bearer $ORCH_TOKEN' },
              allowedEnvVars: ['ORCH_TOKEN'],
            },
          ],
        },
      ],
    },
  });
});

test('a question waits for its answer, at a place of its own, as long as people may be away', () => {
  expect(settings).toMatchObject({
    hooks: { PermissionRequest: [{ hooks: [{ url: 'http://127.0.0.1:1234/ask', timeout: 3600 }] }] },
  });
});

test('a tool is judged before it is used, at a place of its own and with time to spare', () => {
  expect(settings).toMatchObject({
    hooks: { PreToolUse: [{ hooks: [{ type: 'http', url: 'http://127.0.0.1:1234/guard', timeout: 30 }] }] },
  });
});

test('a key in an empty prompt moves no session to a background process', () => {
  expect(settings).toMatchObject({ disableAgentView: true });
});
