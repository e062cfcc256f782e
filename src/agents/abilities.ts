import {
  type Ability,
  type AgentPreset,
  type Limits,
  type TitleRules,
  usualStopping,
} from '../core/workspace.ts';
import { plainLines, withoutHidden } from '../lib/sanitize.ts';

/** Reports whether a later start can continue the last conversation. */
export function canResume({ speaks, resume }: Pick<AgentPreset, 'speaks' | 'resume'>): boolean {
  return speaks === 'claude' || resume !== undefined;
}

/** Returns the missing abilities of agents by preset name; complete agents are left out. */
export function abilitiesMissing(
  agents: Readonly<Record<string, Pick<AgentPreset, 'speaks'>>>,
): Readonly<Record<string, readonly Ability[]>> {
  const silent = Object.entries(agents).filter(([, { speaks }]) => speaks === 'none');
  return Object.fromEntries(silent.map(([name]) => [name, ['hooks', 'tools']]));
}

/** Reports whether a start passes the brief to the agent. */
export function takesBrief({ command, prompt, speaks }: AgentPreset): boolean {
  return (
    speaks === 'claude' || prompt !== undefined || command.some((argument) => argument.includes('{brief}'))
  );
}

/** File names of programs with their own hooks. */
const hooked: ReadonlySet<string> = new Set(['codex', 'gemini', 'qwen', 'copilot']);

/** Returns an agent's limitations, each as a sentence for the person who is about to start it. */
export function missingAbilities({ speaks, titles, command }: AgentPreset): readonly string[] {
  if (speaks === 'claude') return [];
  const program = command[0]?.split('/').at(-1) ?? '';
  return [
    titles?.asking
      ? 'Its state is read from its title and its output: that it asks something is seen, what it asks is not.'
      : 'Its state is read from its title and its output; its questions are not.',
    ...(hooked.has(program) ? ['It has hooks of its own, which orch-tui does not read yet.'] : []),
    'It has none of our tools: no reports, no messages, no memory; nothing is counted of what it spends.',
  ];
}

/** Returns the first kind with a text contained in the title; null for none. */
export function readTitleBy(rules: TitleRules, title: string): 'asking' | 'working' | 'resting' | null {
  if (title === '') return null;
  const says = (texts: readonly string[] = []) => texts.some((text) => title.includes(text));
  if (says(rules.asking)) return 'asking';
  if (says(rules.working)) return 'working';
  return says(rules.resting) ? 'resting' : null;
}

/** First characters that give a typed line another meaning: a shell, a command, a memory, a file. */
const commandSigns = /^\s*[!/#@&]/;

/** Reports whether an agent would read the text as a command. */
export function looksLikeCommand(text: string): boolean {
  return commandSigns.test(text);
}

/**
 * Returns text that an agent reads as plain text, whatever it begins with, without characters that a person cannot see.
 */
export function asPlainText(text: string): string {
  const plain = plainLines(withoutHidden(text), { tab: '\t', control: '' });
  return looksLikeCommand(plain) ? `Task: ${plain.trimStart()}` : plain;
}

/** Returns how a host asks an agent to exit before it ends it; see `ShutdownPolicy` of the host's requests. */
export function shutdownPolicy(
  { interrupt, type }: NonNullable<AgentPreset['quit']>,
  limits: Limits = {},
): { interrupt: string; idleMs: number; quit: string; quitMs: number; termMs: number } {
  return { interrupt, quit: type, ...usualStopping, ...limits.stopping };
}
