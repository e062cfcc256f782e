import type { OutsidePath } from '../../controller/config/outsidePaths.ts';
import type { TrustFacts, TrustRow } from '../../core/workspace.ts';
import { plainLine } from '../../lib/sanitize.ts';
import { columns } from '../../ui/rows.ts';

const titles: Readonly<Record<TrustRow['effect'], string>> = {
  runs: 'Can start programs',
  reaches: 'Decides what is read, written or sent',
  sets: 'Other settings',
};

const marks = { added: '+', changed: '~', removed: '-' } as const;

/**
 * Describes what a configuration can do, with changes since the last trusted one marked `+`, `~` and `-`.
 * @param outside what of it is not in the workspace
 */
export function trustText(
  { configuration, hash, state, rows = [] }: TrustFacts,
  outside: readonly OutsidePath[],
): string {
  const groups = (['runs', 'reaches', 'sets'] as const).flatMap((effect) => {
    const own = rows.filter((row) => row.effect === effect);
    return own.length === 0 ? [] : ['', `${titles[effect]}:`, columns(own.flatMap(cells))];
  });
  const lines = {
    trusted: ['The configuration is trusted.'],
    changed: ['The configuration changed since you trusted it:'],
    untrusted: ['The configuration is not trusted yet:'],
  }[configuration];
  return [
    ...lines,
    ...groups.slice(groups.length > 0 ? 1 : 0),
    '',
    ...outsideLines(outside),
    `Hash: ${hash}`,
    ...stateLines(state),
  ].join('\n');
}

function cells({ key, value, change, was }: TrustRow): readonly (readonly string[])[] {
  const mark = change ? marks[change] : ' ';
  const row = [`${mark} ${plainLine(key)}`, change === 'removed' ? `was ${value}` : value];
  return was === undefined ? [row] : [row, ['', `was ${was}`]];
}

function outsideLines(outside: readonly OutsidePath[]): readonly string[] {
  if (outside.length === 0) return [];
  return ['Outside this folder:', columns(outside.map(({ setting, path }) => [`  ${setting}`, path])), ''];
}

function stateLines(state: TrustFacts['state']): readonly string[] {
  return state === 'foreign'
    ? [
        '',
        'There is also state in .orch (workers, proposals, what is synced) that was not written by you here.',
      ]
    : [];
}
