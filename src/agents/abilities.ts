import type { Ability, AgentPreset } from '../domain/workspace.ts';

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

/** What an agent cannot do here, each in a sentence for the person who is about to start it. */
export function lacks(preset: AgentPreset): readonly string[] {
  if (preset.speaks === 'claude') return [];
  return [
    'It tells nothing of itself: its state is read from its title and its output, its questions are not.',
    'It has none of our tools: no reports, no messages, no memory; nothing is counted of what it spends.',
  ];
}
