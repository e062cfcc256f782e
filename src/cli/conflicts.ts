import type { RadarFile, RepoRadar } from '../core/radar.ts';
import { conflictsText } from './describe/radar.ts';
import { FactsWatch } from './factsWatch.ts';
import { demand, type Output } from './output.ts';
import { withController } from './session.ts';

/**
 * `conflicts`: which worktrees will not merge, looked at now.
 * @param wait until no worker is in the middle of a turn; what is half done says little
 */
export async function showConflicts(
  out: Output,
  repo: string | undefined,
  { wait = false }: { readonly wait?: boolean },
): Promise<void> {
  await withController('.', async (call, link) => {
    const ours = (id: string) => repo === undefined || id.startsWith(`${repo}/`);
    if (wait)
      demand(
        await new FactsWatch(link).until(
          ({ workers }) =>
            !workers.some(({ id, state }) => ours(id) && (state === 'working' || state === 'starting')),
        ),
      );
    const radars = demand(await call('conflicts', repo === undefined ? {} : { repo }));
    out.result(conflictsJson(radars), conflictsText(radars));
  });
}

/** The value of `--json`, which programs rely on. */
function conflictsJson(radars: readonly RepoRadar[]) {
  return {
    pairs: radars.flatMap(({ pairs }) =>
      pairs.map(({ repo, a, b, verdict, files }) => ({ repo, a, b, verdict, files: files.map(fileJson) })),
    ),
    base: radars.flatMap(({ base }) =>
      base.map(({ repo, worker, verdict, files }) => ({ repo, worker, verdict, files: files.map(fileJson) })),
    ),
    order: radars.flatMap(({ order }) => order),
  };
}

function fileJson({ path, kind, ranges }: RadarFile) {
  return { path, kind, ranges };
}
