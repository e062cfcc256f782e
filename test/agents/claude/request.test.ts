import { describe, expect, it, test } from 'vitest';
import { askedFor, callOf, requestAnswer } from '../../../src/agents/claude/hooks.ts';

const hook = (tool_name: string, tool_input: unknown, more: object = {}) => ({
  tool_name,
  tool_input,
  ...more,
});
const bash = (command: string, more: object = {}) =>
  hook('Bash', { command, description: 'Try it', ...more });

describe('the one line says all there is to know', () => {
  it.each<[string, unknown, string, boolean]>([
    ['of a short command', bash('npm test'), 'Bash: npm test', true],
    [
      'not of one with an option beside it',
      bash('ls', { dangerouslyDisableSandbox: true }),
      'Bash: ls',
      false,
    ],
    ['not of two lines', bash('ls\nrm -r x'), 'Bash: ls rm -r x', false],
    ['not of one with much room in it', bash(`ls${' '.repeat(2000)}; rm x`), 'Bash: ls', false],
    ['not of one with tabs', bash('ls\tx'), 'Bash: ls x', false],
    ['of one with room around it', bash(' npm test\n'), 'Bash: npm test', true],
    ['not of one that was cut', bash('x'.repeat(500)), `Bash: ${'x'.repeat(193)}…`, false],
    ['not of one with characters that cannot be seen', bash('ls \u202ex'), 'Bash: ls x', false],
    [
      'not of what is written into a file',
      hook('Write', { file_path: 'a', content: 'b' }),
      'Write: a',
      false,
    ],
    ['of a file that is read', hook('Read', { file_path: '/etc/hosts' }), 'Read: /etc/hosts', true],
    ['not of a plan', hook('ExitPlanMode', { plan: 'x' }), 'plan approval', false],
    ['not of a tool we know nothing of', hook('mcp__x__y', { a: 1 }), 'x y', false],
  ])('%s', (_, body, text, isWhole) => {
    expect(askedFor(body, text).isWhole).toBe(isWhole);
  });
});

test.each<[string, unknown, string]>([
  ['a command in all its lines', bash('ls\n  rm x'), 'ls\n  rm x\n\n# Try it'],
  [
    'a file with what is put into it',
    hook('Write', { file_path: '/a.ts', content: 'one\ntwo' }),
    '/a.ts\n\none\ntwo',
  ],
  [
    'an edit as what goes and what comes',
    hook('Edit', { file_path: 'a', old_string: 'x\ny', new_string: 'z', replace_all: true }),
    'a\n\n- x\n- y\n+ z\nreplace_all: true',
  ],
  ['a plan', hook('ExitPlanMode', { plan: '1. Do it' }), '1. Do it'],
  [
    'a plan with what it asks for besides',
    hook('ExitPlanMode', { plan: '1. Do it', allowedPrompts: [{ tool: 'Bash', prompt: 'deploy' }] }),
    '1. Do it\n\nallowedPrompts: [{"tool":"Bash","prompt":"deploy"}]',
  ],
  [
    'a file with all that another tool is given',
    hook('mcp__x__run', { file_path: 'a', content: 'b', command: 'rm x' }),
    'a\ncommand: rm x\n\nb',
  ],
  ['any other tool with all it is given', hook('mcp__x__y', { a: 1, b: 'c' }), 'mcp__x__y\na: 1\nb: c'],
  [
    'emoji as they are',
    bash('git commit -m "👩\u200d💻 ❤\ufe0f"'),
    'git commit -m "👩\u200d💻 ❤\ufe0f"\n\n# Try it',
  ],
  [
    'joiners that nobody sees counted',
    bash('rm файл\u200d'),
    '(Holds 1 character that does not show by itself.)\nrm файл\u200d\n\n# Try it',
  ],
  [
    'hidden characters counted',
    bash('a\u202eb\x1b[2J'),
    '(Holds 2 characters that do not show by themselves.)\na<U+202E>b<U+001B>[2J\n\n# Try it',
  ],
  ['nothing of what is no object', 'text', ''],
])('the detail is %s', (_, body, detail) => {
  expect(askedFor(body, '').detail).toBe(detail);
});

test('a detail beyond the limit is cut, and marked as cut', () => {
  const asked = askedFor(bash('x'.repeat(30_000)), '');
  expect(asked.isCut).toBe(true);
  expect(asked.detail.length).toBe(20_000);
});

const ask = (multiSelect: boolean) =>
  hook('AskUserQuestion', {
    questions: [
      {
        question: 'Which colour?',
        multiSelect,
        options: [
          { label: 'Red', description: 'warm' },
          { label: 'Blue\x1b', description: '' },
        ],
      },
    ],
  });

describe('a question', () => {
  it('has its options, and says where several may be chosen', () => {
    const options = [
      { label: 'Red', description: 'warm' },
      { label: 'Blue', description: '' },
    ];
    expect(askedFor(ask(false), '').questions).toEqual([{ text: 'Which colour?', options }]);
    expect(askedFor(ask(true), '').questions).toEqual([{ text: 'Which colour?', options, several: true }]);
    expect(askedFor(hook('AskUserQuestion', { questions: 'x' }), '')).toMatchObject({ kind: 'question' });
  });

  it('is answered with the label as it was given', () => {
    expect(requestAnswer(ask(false), { say: 'choose', options: [1] })).toMatchObject({
      hookSpecificOutput: {
        hookEventName: 'PermissionRequest',
        decision: { behavior: 'allow', updatedInput: { answers: { 'Which colour?': 'Blue\x1b' } } },
      },
    });
  });

  it('is answered with all labels that were chosen, each once and in their order', () => {
    expect(requestAnswer(ask(true), { say: 'choose', options: [[1, 0, 1]] })).toMatchObject({
      hookSpecificOutput: {
        decision: { behavior: 'allow', updatedInput: { answers: { 'Which colour?': 'Red, Blue\x1b' } } },
      },
    });
  });
});

test('yes, no and nothing are answers that Claude Code accepts', () => {
  const decision = (value: object) => ({
    hookSpecificOutput: { hookEventName: 'PermissionRequest', decision: value },
  });
  expect(requestAnswer({}, { say: 'allow' })).toEqual(decision({ behavior: 'allow' }));
  const why = { say: 'deny', why: 'use pnpm' } as const;
  expect(requestAnswer({}, why)).toEqual(decision({ behavior: 'deny', message: 'use pnpm' }));
  expect(requestAnswer({}, null)).toEqual({});
});

describe('the name of a call', () => {
  it('is the same for the same input, in whatever order', () => {
    expect(callOf(hook('Bash', { a: 1, b: { c: 2, d: 3 } }))).toBe(
      callOf(hook('Bash', { b: { d: 3, c: 2 }, a: 1 })),
    );
    expect(callOf(hook('Bash', { a: 1 }))).not.toBe(callOf(hook('Bash', { a: 2 })));
    expect(callOf(hook('Bash', { a: 1 }))).not.toBe(callOf(hook('Read', { a: 1 })));
  });

  it('of a question does not change with its answer', () => {
    const { tool_name, tool_input } = ask(false);
    const answered = hook(tool_name, { ...(tool_input as object), answers: { 'Which colour?': 'Red' } });
    expect(callOf(answered)).toBe(callOf(ask(false)));
  });
});
