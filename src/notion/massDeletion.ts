import { type Problem, problemOf } from '../lib/result.ts';
import type { PlanInput } from './plan.ts';

/** More rows than this, or a greater share of several, do not vanish by intent. */
const most = { rows: 5, share: 0.2 };

/** Rows that are named; a person who lost more has no use for their names. */
const mostNamed = 50;
const longestTitle = 40;

/**
 * Whether a sync is refused, for too much has vanished on one side.
 * @param asked ids of rows whose loss was shown to the person before, one by one: they count no more
 */
export function massDeletionIn(
  { local, remote, lost, base, titleField }: PlanInput,
  asked: ReadonlySet<string>,
): Problem | null {
  const here = new Set(local.map(({ id }) => id));
  const known = [...base.keys()].filter((id) => !asked.has(id));
  const ofFile = known.filter((id) => !here.has(id) && remote.has(id));
  const ofNotion = known.filter((id) => here.has(id) && lost.has(id));
  const [gone, where] = ofFile.length >= ofNotion.length ? [ofFile, 'the file'] : [ofNotion, 'Notion'];
  const isMass = gone.length > most.rows || (gone.length > 1 && gone.length / base.size > most.share);
  if (!isMass) return null;
  const names = gone.slice(0, mostNamed).map((id) => nameOf(id, base.get(id)?.fields[titleField]));
  const others = gone.length > mostNamed ? ` and ${gone.length - mostNamed} more` : '';
  return problemOf(
    'mass_deletion',
    `${gone.length} of ${base.size} rows are gone from ${where}; nothing was synced: ${names.join(', ')}${others}.`,
    'Bring them back, or sync with --allow-mass-delete if they were deleted on purpose.',
  );
}

function nameOf(id: string, title: unknown): string {
  const characters = [...String(title ?? '')];
  const isLong = characters.length > longestTitle;
  return `${id} “${characters.slice(0, longestTitle).join('')}${isLong ? '…' : ''}”`;
}
