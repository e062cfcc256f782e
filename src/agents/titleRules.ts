import type { TitleRules } from '../core/workspace.ts';

/** What a preset's rules read from a title: the first kind that one of whose texts stands in it; null for none. */
export function readTitleBy(rules: TitleRules, title: string): 'asking' | 'working' | 'resting' | null {
  if (title === '') return null;
  const says = (texts: readonly string[] = []) => texts.some((text) => title.includes(text));
  if (says(rules.asking)) return 'asking';
  if (says(rules.working)) return 'working';
  return says(rules.resting) ? 'resting' : null;
}
