import type { WorkspaceConfig } from '../core/workspace.ts';
import { isBelow } from '../lib/files.ts';

/** A path of the configuration that is not in the workspace. */
export interface OutsidePath {
  /** The setting, such as `board.file` or `repos.backend.path`. */
  readonly setting: string;
  /** Absolute. */
  readonly path: string;
}

/**
 * Lists the configured paths outside the workspace, for the user who is asked to trust it: documents that
 * are written, repositories, and folders that workers may write to.
 */
export function outsidePaths({
  root,
  board,
  invoices,
  repos,
  guard,
}: WorkspaceConfig): readonly OutsidePath[] {
  const writable = guard ? (guard.writable ?? []) : [];
  const named: OutsidePath[] = [
    ...(board ? [{ setting: 'board.file', path: board.file }] : []),
    ...(invoices ? [{ setting: 'invoices.file', path: invoices.file }] : []),
    ...repos.map(({ name, path }) => ({ setting: `repos.${name}.path`, path })),
    ...writable.map((path) => ({ setting: 'guard.writable', path })),
  ];
  return named.filter(({ path }) => !isBelow(root, path));
}
