import type { Facts } from '../../core/facts.ts';
import type { ToolsContact } from '../workers/toolsContact.ts';
import type { Words } from './words.ts';

/** What clients are told of what sessions say to each other and to us. */
export function selectTalk(
  { notes, muted, workers }: Words,
  tools: ReadonlyMap<string, ToolsContact>,
): Pick<Facts, 'notes' | 'muted' | 'withoutTools'> {
  const silent = [...tools]
    .filter(([id, { run, state }]) => state === 'overdue' && workers.get(id)?.run === run)
    .map(([id]) => id);
  const quiet = [...muted].filter((id) => workers.has(id));
  return {
    ...(notes.length > 0 && { notes }),
    ...(quiet.length > 0 && { muted: quiet }),
    ...(silent.length > 0 && { withoutTools: silent }),
  };
}
