import type { CleanPreview, FinishPreview } from '../../core/proposal.ts';
import { plainLine } from '../../lib/sanitize.ts';
import { quoteCommand } from '../../ui/words.ts';

export function finishText(preview: FinishPreview): string {
  return [
    `Finish ${preview.id}: merge ${preview.branch} into ${preview.into}, then remove worktree and branch.`,
    ...section('Commits', preview.commits),
    ...section('Changes', preview.diffstat),
    ...section('Not committed', preview.uncommitted),
    ...section('Ignored files that would go', preview.ignored),
    ...section('Conflicts', preview.conflicts),
    ...section('In the way', preview.blockers),
    ...section(`Will not merge into ${preview.into} afterwards`, preview.conflictsAfter ?? []),
    ...section('Checks run first', preview.checks ? [quoteCommand(preview.checks)] : []),
  ].join('\n');
}

export function cleanText(preview: CleanPreview): string {
  return [
    `Clean ${preview.id}: remove worktree and branch ${preview.branch} without merging.`,
    ...section('Commits nowhere else', preview.unmerged),
    ...section('Not committed', preview.uncommitted),
    ...section('Ignored files that would go', preview.ignored),
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${plainLine(line)}`)];
}
