import type { AgentPreset } from '../core/workspace.ts';
import type { AgentPrograms } from './programs.ts';

/** The key that interrupts most programs of this kind. */
const escapeKey = '\x1b';

/** Empties the line that may stand in the box to type into. */
const clearLine = '\x15';

/** The presets that are always there; what a configuration may change of them is said in `presets.ts`. */
export function builtInPresets(
  programs: Pick<AgentPrograms, 'node' | 'demoAgent'>,
): Readonly<Record<'claude' | 'demo' | 'codex' | 'gemini' | 'opencode' | 'aider', AgentPreset>> {
  const quit = { interrupt: escapeKey, type: `${clearLine}/exit` };
  const plain = { env: {}, pass: [], speaks: 'none' } as const;
  return {
    claude: { command: ['claude'], env: {}, pass: [], speaks: 'claude', quit, delivery: 'typed' },
    demo: { command: [programs.node, programs.demoAgent], env: {}, pass: [], speaks: 'claude', quit },
    codex: {
      ...plain,
      command: ['codex'],
      // Without it one background server runs the turns and commands of all workers, with the environment of the first.
      ifListed: ['--no-daemon'],
      prompt: ['--', '{brief}'],
      // The last one of the folder it runs in, which is the worker's alone.
      resume: ['resume', '--last'],
      sessions: 'codex',
      quit: { interrupt: escapeKey, type: `${clearLine}/quit` },
      pass: ['OPENAI_*', 'CODEX_*'],
      titles: { asking: ['Action Required'], working: [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'] },
    },
    gemini: {
      ...plain,
      command: ['gemini'],
      prompt: ['--prompt-interactive={brief}'],
      resume: ['--resume', 'latest'],
      sessions: 'gemini',
      quit: { interrupt: escapeKey, type: `${clearLine}/quit` },
      pass: ['GEMINI_*'],
      titles: { asking: ['✋'], working: ['✦', '⏲'], resting: ['◇'] },
    },
    opencode: {
      ...plain,
      command: ['opencode'],
      prompt: ['--prompt={brief}'],
      // `--continue` goes on with the last session of the repository, which may be another worker's.
      resume: ['--session', '{session}'],
      // Plugins are left out: a repository may bring some along.
      sessions: ['session', 'list', '--format', 'json', '--pure'],
      quit: { interrupt: escapeKey, type: `${clearLine}/exit` },
      pass: ['OPENCODE_*', 'OPENAI_*'],
    },
    // It reads its brief from the keyboard: `--message` would end it after the answer.
    aider: {
      ...plain,
      command: ['aider'],
      resume: ['--restore-chat-history'],
      quit: { interrupt: '\x03', type: '/exit' },
      pass: ['AIDER_*', 'OPENAI_*', 'GEMINI_*'],
    },
  };
}
