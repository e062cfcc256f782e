import { orchestrator } from '../core/worker.ts';

/**
 * Returns the steps for a brief: its directives, or else a small sample task, a module and its test named after the task.
 * @param name of the worker, such as `backend/fix-migration`
 */
export function storyOf(name: string, brief: string): StoryStep[] {
  const directives = parseDirectives(brief);
  if (directives.length > 0) return directives;
  return name === orchestrator.id ? plannersStory : sampleStory(taskOf(name), brief);
}

/** Returns the steps for a later request. */
export function followUpOf(name: string, request: string): StoryStep[] {
  const directives = parseDirectives(request);
  if (directives.length > 0) return directives;
  if (name === orchestrator.id) return plannersStory;
  const file = `docs/${taskOf(name)}.md`;
  const line = oneLine(request);
  return [
    { kind: 'say', text: `No model thinks here, so I note that in ${file}.` },
    { kind: 'append', file, text: `- ${line}\n` },
    { kind: 'commit', message: `Note: ${line.slice(0, 50)}` },
    {
      kind: 'say',
      text: 'Noted and committed. Lines such as "write FILE: TEXT" or "run: COMMAND" make me do more.',
    },
  ];
}

/** The orchestrator cannot write: it says what it can do here. */
const plannersStory: StoryStep[] = [
  {
    kind: 'say',
    text: 'I plan and cannot write; no model thinks here, so you have to tell me what is to be done.',
  },
  {
    kind: 'say',
    text: 'Type "propose REPO TASK: BRIEF", and I propose that worker. Whether it starts, you decide.',
  },
];

function sampleStory(task: string, brief: string): StoryStep[] {
  const module = `src/${task}.mjs`;
  const test = `test/${task}.test.mjs`;
  return [
    { kind: 'say', text: 'Let me see what is here before I change anything.' },
    { kind: 'look' },
    { kind: 'plan', items: [`write ${module}`, `cover it in ${test}`, 'run the test', 'commit'] },
    { kind: 'write', file: module, text: moduleText(task, brief) },
    { kind: 'write', file: test, text: testText(task) },
    { kind: 'say', text: 'Now the test, to know that it holds.' },
    { kind: 'run', argv: ['node', '--test', test] },
    { kind: 'commit', message: `Add ${task}` },
    { kind: 'say', text: `${module} and its test are written and committed. Ready for a look; what next?` },
  ];
}

function moduleText(task: string, brief: string): string {
  const about = oneLine(brief).replaceAll('*/', '').slice(0, 90);
  return `/** ${about} */
export function ${camelCase(task)}(steps) {
  const done = [];
  for (const step of steps) {
    if (done.includes(step)) continue;
    done.push(step);
  }
  return { task: '${task}', done };
}
`;
}

function testText(task: string): string {
  const call = camelCase(task);
  return `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ${call} } from '../src/${task}.mjs';

test('each step is done once, in order', () => {
  assert.deepEqual(${call}(['plan', 'build', 'plan']).done, ['plan', 'build']);
});

test('nothing to do is fine', () => {
  assert.deepEqual(${call}([]).done, []);
});
`;
}

/** Returns the last part of a worker's name, made safe for a file name. */
function taskOf(name: string): string {
  const task = name.slice(name.lastIndexOf('/') + 1).replace(/[^A-Za-z0-9._-]+/g, '-');
  return task.replace(/^[.-]+|[.-]+$/g, '') || 'task';
}

function camelCase(task: string): string {
  const joined = task.replace(/[^A-Za-z0-9]+(.?)/g, (_, next: string) => next.toUpperCase());
  // The prefix prevents names that begin with a digit or are reserved.
  return `do${joined.charAt(0).toUpperCase()}${joined.slice(1)}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** A step of the demo agent's turn. */
export type StoryStep =
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'plan'; readonly items: readonly string[] }
  | { readonly kind: 'look' }
  | { readonly kind: 'write'; readonly file: string; readonly text: string }
  | { readonly kind: 'append'; readonly file: string; readonly text: string }
  | { readonly kind: 'run'; readonly argv: readonly string[] }
  | { readonly kind: 'ask'; readonly question: string }
  | { readonly kind: 'commit'; readonly message: string }
  /** For the orchestrator: a worker that a person may start. */
  | { readonly kind: 'propose'; readonly repo: string; readonly task: string; readonly brief: string }
  | { readonly kind: 'stream'; readonly lines: number }
  /** Ends the turn like a usage limit; 0 seconds: without the time of its end. */
  | { readonly kind: 'limit'; readonly seconds: number }
  | { readonly kind: 'exit'; readonly code: number };

/** Parsers of directives by their word; null for an invalid one. */
const parsers: Readonly<Record<string, (rest: string) => StoryStep | null>> = {
  say: (text) => ({ kind: 'say', text }),
  write: (rest) => fileStep('write', rest),
  append: (rest) => fileStep('append', rest),
  run: (rest) => ({ kind: 'run', argv: rest.split(/\s+/) }),
  ask: (question) => ({ kind: 'ask', question }),
  commit: (message) => ({ kind: 'commit', message }),
  propose: proposeStep,
  stream: (rest) => countStep(rest, 1_000_000, (lines) => ({ kind: 'stream', lines })),
  limit: (rest) => countStep(rest, 1_000_000, (seconds) => ({ kind: 'limit', seconds })),
  exit: (rest) => countStep(rest, 255, (code) => ({ kind: 'exit', code })),
};

const directive = /^\s*(say|write|append|run|ask|commit|propose|stream|limit|exit)(?::\s*|\s+)(\S.*)$/;

/**
 * Parses the directives of a brief, one per line: `write FILE: TEXT`, `append FILE: TEXT`, `run: COMMAND`,
 * `ask: QUESTION`, `commit: MESSAGE`, `say: TEXT`, `propose REPO TASK: BRIEF`, `stream N`, `limit SECONDS`, `exit CODE`.
 * Ignores other lines.
 */
export function parseDirectives(brief: string): StoryStep[] {
  return brief.split('\n').flatMap((line) => {
    const [, word = '', rest = ''] = directive.exec(line) ?? [];
    const step = parsers[word]?.(rest.trim()) ?? null;
    return step === null ? [] : [step];
  });
}

function fileStep(kind: 'write' | 'append', rest: string): StoryStep | null {
  const [, file, text] = /^([^\s:]+):\s?(.*)$/.exec(rest) ?? [];
  if (file === undefined || text === undefined) return null;
  // `\n` in a brief is a line break of the file.
  return { kind, file, text: `${text.replaceAll('\\n', '\n')}\n` };
}

function proposeStep(rest: string): StoryStep | null {
  const [, repo, task, brief] = /^(\S+)\s+([^\s:]+):\s*(\S.*)$/.exec(rest) ?? [];
  return repo && task && brief ? { kind: 'propose', repo, task, brief } : null;
}

function countStep(rest: string, most: number, step: (count: number) => StoryStep): StoryStep | null {
  const count = Number(rest);
  return Number.isInteger(count) && count >= 0 && count <= most ? step(count) : null;
}
