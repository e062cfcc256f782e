import {
  type Ability,
  type AgentPreset,
  type Limits,
  type TitleRules,
  usualStopping,
} from '../core/workspace.ts';
import { plainLines, withoutHidden } from '../lib/sanitize.ts';

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
  return (
    speaks === 'claude' || prompt !== undefined || command.some((argument) => argument.includes('{brief}'))
  );
}

/** Programs with hooks of their own; the name of each is that of its program's file. */
const hooked: ReadonlySet<string> = new Set(['codex', 'gemini', 'qwen', 'copilot']);

/** Returns what an agent cannot do here, each in a sentence for the person who is about to start it. */
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

/** What a preset's rules read from a title: the first kind that one of whose texts stands in it; null for none. */
export function readTitleBy(rules: TitleRules, title: string): 'asking' | 'working' | 'resting' | null {
  if (title === '') return null;
  const says = (texts: readonly string[] = []) => texts.some((text) => title.includes(text));
  if (says(rules.asking)) return 'asking';
  if (says(rules.working)) return 'working';
  return says(rules.resting) ? 'resting' : null;
}

/** Signs that a line typed into an agent may not begin with: a shell, a command, a memory, a file. */
const commandSigns = /^\s*[!/#@&]/;

/** Whether an agent would take the text for something else than words to it. */
export function looksLikeCommand(text: string): boolean {
  return commandSigns.test(text);
}

/** Text as an agent takes it for words, whatever it begins with; nothing is in it that a person could not have seen. */
export function asPlainText(text: string): string {
  const plain = plainLines(withoutHidden(text), { tab: '\t', control: '' });
  return looksLikeCommand(plain) ? `Task: ${plain.trimStart()}` : plain;
}

/** How a host asks an agent to end before it makes it; see `EndingManners` of the host's requests. */
export function shutdownPolicy(
  { interrupt, type }: NonNullable<AgentPreset['quit']>,
  limits: Limits = {},
): { interrupt: string; idleMs: number; quit: string; quitMs: number; termMs: number } {
  return { interrupt, quit: type, ...usualStopping, ...limits.stopping };
}
