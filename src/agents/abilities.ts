import type { Ability, AgentPreset } from '../core/workspace.ts';

/** Whether a later start can go on with the conversation of the last one. */
export function canResume({ speaks, resume }: Pick<AgentPreset, 'speaks' | 'resume'>): boolean {
  return speaks === 'claude' || resume !== undefined;
}

/** What agents lack, by the names of their presets; those that lack nothing are left out. */
export function abilitiesMissing(
  agents: Readonly<Record<string, Pick<AgentPreset, 'speaks'>>>,
): Readonly<Record<string, readonly Ability[]>> {
  const silent = Object.entries(agents).filter(([, { speaks }]) => speaks === 'none');
  return Object.fromEntries(silent.map(([name]) => [name, ['hooks', 'tools']]));
}

/** Whether a start hands over the brief. */
export function takesBrief({ command, prompt, speaks }: AgentPreset): boolean {
  return speaks === 'claude' || prompt !== undefined || command.includes('{brief}');
}

/** Programs with hooks of their own; the name of each is that of its program's file. */
const hooked: ReadonlySet<string> = new Set(['codex', 'gemini', 'qwen', 'copilot']);

/** Returns what an agent cannot do here, each in a sentence for the person who is about to start it. */
export function lacks({ speaks, titles, command }: AgentPreset): readonly string[] {
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
