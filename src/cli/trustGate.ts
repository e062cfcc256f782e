import { type OutsidePath, outsidePaths, readTrust } from '../config/trust/trust.ts';
import { demand, Refusal } from '../core/verb.ts';
import { type TrustFacts, type TrustRow, untrustedProblem } from '../core/workspace.ts';
import { readHead } from '../git/directories.ts';
import { plainLine } from '../lib/sanitize.ts';
import { alignColumns } from '../ui/format.ts';
import type { CommandNeeds } from './admission.ts';
import type { Output } from './output.ts';
import { findWorkspace } from './workspace.ts';

/** Thrown to end a command with exit code 0 after it was answered before its own code. */
export class AlreadyAnswered extends Error {}

/**
 * Admits a command to a trusted workspace. In an untrusted one a reading command prints what files alone contain, and all
 * others are refused. Starts no process, not even git.
 * @throws AlreadyAnswered after a reading command, Refusal with `untrusted_workspace` for all others
 */
export async function admitToWorkspace(
  out: Output,
  { acts, trust }: Pick<CommandNeeds, 'acts' | 'trust'>,
): Promise<void> {
  if (trust === 'none') return;
  const root = findWorkspace('.');
  // The command itself reports a missing workspace or an unusable configuration.
  if (!root.ok) return;
  const read = readTrust(root.value);
  if (!read.ok || read.value.usable) return;
  if (acts === 'acts') throw new Refusal(untrustedProblem(root.value, read.value.facts));
  await showUntrusted(out, root.value);
  throw new AlreadyAnswered();
}

/** Prints an untrusted workspace: its repositories, read from files, and the effects of its configuration. */
async function showUntrusted(out: Output, root: string): Promise<void> {
  // Only this case needs the check of a configuration, which takes longer to load than the rest of a command.
  const { readUntrusted } = await import('../config/workspaceConfig.ts');
  const { config, trust } = demand(readUntrusted(root));
  const repos = config.repos.map(({ name, path }) => ({ name, path, ...readHead(path) }));
  const rows = repos.map(({ name, path, branch, commit }) => [
    `  ${name}`,
    branch ?? 'no branch',
    commit?.slice(0, 8) ?? 'no commit',
    path,
  ]);
  const text = [
    `${config.name}  ${root}`,
    '',
    rows.length === 0 ? 'No repositories.' : alignColumns(rows),
    '',
    trustText(trust, outsidePaths(config)),
    '',
    'Nothing was run here, git included. Decide: orch-tui trust',
  ];
  out.result({ workspace: root, name: config.name, trust, repos }, text.join('\n'));
}

const titles: Readonly<Record<TrustRow['effect'], string>> = {
  runs: 'Can start programs',
  reaches: 'Decides what is read, written or sent',
  sets: 'Other settings',
};

const marks = { added: '+', changed: '~', removed: '-' } as const;

/**
 * Describes the effects of a configuration, with changes since the last trusted one marked `+`, `~` and `-`.
 * @param outside its paths outside the workspace
 */
export function trustText(
  { configuration, hash, state, rows = [] }: TrustFacts,
  outside: readonly OutsidePath[],
): string {
  const groups = (['runs', 'reaches', 'sets'] as const).flatMap((effect) => {
    const own = rows.filter((row) => row.effect === effect);
    return own.length === 0 ? [] : ['', `${titles[effect]}:`, alignColumns(own.flatMap(cells))];
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
  return [
    'Outside this folder:',
    alignColumns(outside.map(({ setting, path }) => [`  ${setting}`, path])),
    '',
  ];
}

function stateLines(state: TrustFacts['state']): readonly string[] {
  return state === 'foreign'
    ? [
        '',
        'There is also state in .orch (workers, proposals, what is synced) that was not written by you here.',
      ]
    : [];
}
