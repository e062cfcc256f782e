import type { Step } from './steps.ts';

/** How each directive's line becomes a step; null when it makes no sense. */
const readers: Readonly<Record<string, (rest: string) => Step | null>> = {
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
export function parseDirectives(brief: string): Step[] {
  return brief.split('\n').flatMap((line) => {
    const [, word = '', rest = ''] = directive.exec(line) ?? [];
    const step = readers[word]?.(rest.trim()) ?? null;
    return step === null ? [] : [step];
  });
}

function fileStep(kind: 'write' | 'append', rest: string): Step | null {
  const [, file, text] = /^([^\s:]+):\s?(.*)$/.exec(rest) ?? [];
  if (file === undefined || text === undefined) return null;
  // A line of a brief has room for several lines of a file.
  return { kind, file, text: `${text.replaceAll('\\n', '\n')}\n` };
}

function proposeStep(rest: string): Step | null {
  const [, repo, task, brief] = /^(\S+)\s+([^\s:]+):\s*(\S.*)$/.exec(rest) ?? [];
  return repo && task && brief ? { kind: 'propose', repo, task, brief } : null;
}

function countStep(rest: string, most: number, step: (count: number) => Step): Step | null {
  const count = Number(rest);
  return Number.isInteger(count) && count >= 0 && count <= most ? step(count) : null;
}
