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

/** What an agent cannot do here, each in a sentence for the person who is about to start it. */
export function lacks({ command, prompt, speaks }: AgentPreset, brief: string): readonly string[] {
  if (speaks === 'claude') return [];
  const takesBrief = prompt !== undefined || command.includes('{brief}');
  return [
    'It tells nothing of itself: its state is read from its title and its output, its questions are not.',
    'It has none of our tools: no reports, no messages, no memory; nothing is counted of what it spends.',
    ...(brief === '' || takesBrief ? [] : ['It takes no brief when it starts: type it into its pane.']),
  ];
}
