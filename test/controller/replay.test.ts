import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseHook } from '../../src/agents/claude/hooks.ts';
import { readScreen } from '../../src/agents/claude/screen.ts';
import { signsOfPane } from '../../src/controller/effects/agentState.ts';
import { titleRests } from '../../src/features/workers/signals.ts';
import { Scene, terminal } from './scene.ts';

const folder = join(import.meta.dirname, '../agents/fixtures');
const id = 'backend/auth';

/** One thing seen of an agent; `quiet` holds the screen once nothing had been printed for a second. */
type Seen = { readonly hook: unknown } | { readonly title: string } | { readonly quiet: readonly string[] };

function recorded(name: string): Seen[] {
  const lines = readFileSync(join(folder, `${name}.jsonl`), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line));
}

/** The states that a person would have seen, each with its question. */
function statesOf(seen: readonly Seen[]): string[] {
  const scene = new Scene().started();
  const shown: string[] = [];
  let title = '';
  for (const one of seen) {
    if ('hook' in one) {
      const hook = parseHook(one.hook);
      if (hook)
        scene.tell({ type: 'signed', id, sign: { source: 'hook', report: hook.report }, sessionId: null });
    } else if ('title' in one) {
      title = one.title;
      scene.tell({ type: 'terminal-changed', terminal: terminal(id, { title, flowing: true }) });
    } else {
      // Silence follows output, whether or not that changed the title.
      scene.tell({ type: 'terminal-changed', terminal: terminal(id, { title, flowing: true }) });
      scene.tell({ type: 'terminal-changed', terminal: terminal(id, { title }) });
      if (!scene.done.includes('look-at-agent')) continue;
      const signs = signsOfPane(readScreen(one.quiet.join('\n')), titleRests({ title }));
      if (signs === 'unclear') throw new Error('nothing contradicts the pane here');
      for (const sign of signs) scene.tell({ type: 'signed', id, sign, sessionId: null });
    }
    const { state = '', asks = null } = scene.worker(id) ?? {};
    const now = asks === null ? state : `${state}: ${asks}`;
    if (now !== shown.at(-1)) shown.push(now);
  }
  return shown;
}

it.each<[string, string[]]>([
  ['esc-in-mid-turn', ['starting', 'idle', 'working', 'idle']],
  ['esc-at-a-question', ['starting', 'idle', 'working', 'waiting: Bash: touch a', 'idle']],
  ['api-failure', ['starting', 'idle', 'working', 'idle']],
  ['usage-limit', ['starting', 'idle', 'working', 'limited']],
  ['trust', ['starting', 'needs-trust', 'idle', 'working', 'idle']],
  ['background-shell', ['starting', 'idle', 'working', 'idle', 'working', 'idle']],
  ['clear', ['starting', 'idle', 'working', 'idle', 'working', 'idle', 'working', 'idle']],
  ['compaction', ['starting', 'idle', 'working', 'idle']],
  ['subagent', ['starting', 'idle', 'working', 'waiting: Bash: touch sub', 'working', 'idle']],
  [
    'questions-side-by-side',
    [
      ...['starting', 'idle', 'working', 'waiting: Bash: touch a', 'working', 'waiting: Bash: touch b'],
      ...['working', 'idle'],
    ],
  ],
  ['background-subagents', ['starting', 'idle', 'working', 'idle']],
  [
    'esc-at-a-subagents-question',
    ['starting', 'idle', 'working', 'waiting: Bash: touch a', 'working', 'idle'],
  ],
  ['question-without-a-hook', ['starting', 'idle', 'working', 'waiting: something in its pane', 'idle']],
])('%s is shown as it was, without a flicker', (name, states) => {
  expect(statesOf(recorded(name))).toEqual(states);
});

it('every one of them without its hooks comes to rest, too, and asks while it asks', () => {
  const withoutHooks = (name: string) => statesOf(recorded(name).filter((one) => !('hook' in one)));
  expect(withoutHooks('esc-at-a-question')).toEqual(
    expect.arrayContaining(['waiting: something in its pane']),
  );
  for (const name of ['esc-in-mid-turn', 'esc-at-a-question', 'api-failure', 'background-shell', 'subagent'])
    expect(withoutHooks(name).at(-1)).toBe('idle');
});
