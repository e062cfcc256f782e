import { orchestrator } from '../core/worker.ts';

/**
 * What the agent does about its brief: the directives in it, or else a small piece of honest work, a module and
 * its test named after the task.
 * @param name of the worker, such as `backend/fix-migration`
 */
export function storyOf(name: string, brief: string): StoryStep[] {
  const told = parseDirectives(brief);
  if (told.length > 0) return told;
  return name === orchestrator.id ? plannersStory : sampleStory(taskOf(name), brief);
}

/** What it does about something typed later. */
export function followUpOf(name: string, request: string): StoryStep[] {
  const told = parseDirectives(request);
  if (told.length > 0) return told;
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

/** Who plans cannot write: it says what it can do here. */
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

/** The last part of a worker's name, fit for a file name. */
function taskOf(name: string): string {
  const task = name.slice(name.lastIndexOf('/') + 1).replace(/[^A-Za-z0-9._-]+/g, '-');
  return task.replace(/^[.-]+|[.-]+$/g, '') || 'task';
}

function camelCase(task: string): string {
  const joined = task.replace(/[^A-Za-z0-9]+(.?)/g, (_, next: string) => next.toUpperCase());
  // A verb in front keeps digits and reserved words from being names.
  return `do${joined.charAt(0).toUpperCase()}${joined.slice(1)}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** One thing the demo agent does in a turn. */
export type StoryStep =
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'plan'; readonly items: readonly string[] }
  | { readonly kind: 'look' }
  | { readonly kind: 'write'; readonly file: string; readonly text: string }
  | { readonly kind: 'append'; readonly file: string; readonly text: string }
  | { readonly kind: 'run'; readonly argv: readonly string[] }
  | { readonly kind: 'ask'; readonly question: string }
  | { readonly kind: 'commit'; readonly message: string }
  /** Of the orchestrator: a worker that a person may start. */
  | { readonly kind: 'propose'; readonly repo: string; readonly task: string; readonly brief: string }
  | { readonly kind: 'stream'; readonly lines: number }
  /** Ends the turn as a usage limit does; 0 seconds: it does not say until when. */
  | { readonly kind: 'limit'; readonly seconds: number }
  | { readonly kind: 'exit'; readonly code: number };

/** How each directive's line becomes a step; null when it makes no sense. */
const readers: Readonly<Record<string, (rest: string) => StoryStep | null>> = {
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
 * Steps that a brief spells out, one directive a line: `write FILE: TEXT`, `append FILE: TEXT`, `run: COMMAND`,
 * `ask: QUESTION`, `commit: MESSAGE`, `say: TEXT`, `propose REPO TASK: BRIEF`, `stream N`, `limit SECONDS`, `exit CODE`.
 * Other lines are prose.
 * @returns nothing when no line is a directive
 */
export function parseDirectives(brief: string): StoryStep[] {
  return brief.split('\n').flatMap((line) => {
    const [, word = '', rest = ''] = directive.exec(line) ?? [];
    const step = readers[word]?.(rest.trim()) ?? null;
    return step === null ? [] : [step];
  });
}

function fileStep(kind: 'write' | 'append', rest: string): StoryStep | null {
  const [, file, text] = /^([^\s:]+):\s?(.*)$/.exec(rest) ?? [];
  if (file === undefined || text === undefined) return null;
  // A line of a brief has room for several lines of a file.
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
