import type { RebuildOutcome, SyncConflict, SyncOutcome, SyncTable } from '../../core/notion.ts';
import type { RowConflict } from '../../notion/plan.ts';
import type { RebuildReport } from '../../notion/rebuild.ts';
import type { SyncReport } from '../../notion/syncOptions.ts';

/** Reports by table as clients are told of them. */

export type Reports<Report> = readonly (readonly [SyncTable, Report])[];

export function syncOutcome(reports: Reports<SyncReport>): SyncOutcome {
  const sum = (count: (one: SyncReport) => number) =>
    reports.reduce((all, [, report]) => all + count(report), 0);
  return {
    created: sum(({ created }) => created),
    updated: sum(({ updated }) => updated),
    pulled: sum(({ pulled }) => pulled),
    conflicts: conflictsOf(reports),
    problems: reports.flatMap(([, { problems }]) => problems),
    wanted: reports.flatMap(([, { wanted }]) => wanted.map(({ task }) => task)),
  };
}

export function rebuildOutcome(reports: Reports<RebuildReport>): RebuildOutcome {
  return {
    rows: reports.reduce((all, [, { rows }]) => all + rows, 0),
    conflicts: conflictsOf(reports),
    problems: reports.flatMap(([, { problems }]) => problems),
    setAside: reports.flatMap(([, { setAside }]) => setAside),
  };
}

function conflictsOf(reports: Reports<{ readonly conflicts: readonly RowConflict[] }>): SyncConflict[] {
  return reports.flatMap(([table, { conflicts }]) =>
    conflicts.map((conflict) => shownConflict({ table, ...conflict }, false)),
  );
}

export function shownConflict(
  { table, id, field, base, ours, theirs }: RowConflict & { readonly table: SyncTable },
  isDecided: boolean,
): SyncConflict {
  return { table, id, field, base, ours, theirs, isDecided };
}
