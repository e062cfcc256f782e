import { type DialogBody, listed, marked, problemRows } from '../../room/dialogBody.ts';
import { findWorker } from '../../room/select.ts';
import type { AppState } from '../../room/state.ts';
import { cellWidth } from '../../room/text/cells.ts';
import { quoteCommand } from '../../room/text/command.ts';
import { type Line, line, span, wrapLines } from '../../room/text/line.ts';
import { counted } from '../../room/text/words.ts';
import { oneLineField } from '../../room/textField.ts';
import type { CleanDialog, FinishDialog } from '../dialog.ts';
import { wantsName } from '../dialogText.ts';

/** What finishing would do, what stands in its way first. */
export function finishBody(state: AppState, dialog: FinishDialog, width: number): DialogBody {
  const { preview } = dialog;
  if (!preview) return body(state, dialog, line(`Finish ${dialog.id}?`, 'strong'), [], [], width);
  const {
    branch,
    into,
    commits,
    diffstat,
    uncommitted,
    ignored,
    conflicts,
    blockers,
    checks,
    conflictsAfter = [],
  } = preview;
  const rows: readonly Line[] = [
    ...wishRows(state, dialog.id, width),
    ...blockers.flatMap((blocker) => marked('✕', blocker, width, 'bad')),
    ...(blockers.length > 0 ? [line('')] : []),
    [span('Merges ', 'muted'), span(branch, 'strong'), span(' into ', 'muted'), span(into, 'strong')],
    line('and removes worktree and branch. A backup ref keeps the last commit.', 'muted'),
    ...(checks
      ? marked('›', `First ${quoteCommand(checks)} must succeed in the worktree.`, width, 'muted')
      : []),
    ...listed(`Conflicts with ${into}`, conflicts, width, 'bad'),
    ...listed(`Will not merge into ${into} afterwards`, conflictsAfter, width, 'warning'),
    ...listed('Not committed', uncommitted, width, 'warning'),
    ...listed('Ignored files that would be gone for good', ignored, width, 'warning'),
    ...listed(counted(commits.length, 'commit'), commits, width),
    ...listed('Changes', diffstat, width),
  ];
  const aside = line(counted(commits.length, 'commit'), 'muted');
  return body(state, dialog, line(`Finish ${dialog.id}?`, 'strong'), aside, rows, width);
}

/** Somebody else asked for this; a no is told from a later. */
function wishRows(state: AppState, id: string, width: number): readonly Line[] {
  const wish = findWorker(state, id)?.finishWish;
  if (!wish) return [];
  const why = wish.why === '' ? '' : `: ${wish.why}`;
  return [
    ...marked('✓', `The orchestrator would have it finished${why}`, width, 'accent'),
    ...wrapLines('n says no to that, esc decides later.', width, 'muted'),
    line(''),
  ];
}

/** What removing without a merge would lose. */
export function cleanBody(state: AppState, dialog: CleanDialog, width: number): DialogBody {
  const { preview } = dialog;
  const title = line(`Remove ${dialog.id} without merging?`, 'strong');
  if (!preview) return body(state, dialog, title, [], [], width);
  const { branch, unmerged, uncommitted, ignored } = preview;
  const isLossless = unmerged.length + uncommitted.length + ignored.length === 0;
  const rows: readonly Line[] = [
    [span('Removes the worktree and the branch ', 'muted'), span(branch, 'strong'), span('.', 'muted')],
    line(isLossless ? 'Nothing would be lost.' : 'A backup ref keeps commits and uncommitted work.', 'muted'),
    ...listed('Commits that no other branch contains', unmerged, width, 'warning'),
    ...listed('Not committed', uncommitted, width, 'warning'),
    ...listed('Ignored files that would be gone for good', ignored, width, 'bad'),
  ];
  return body(state, dialog, title, [], rows, width);
}

function body(
  state: AppState,
  dialog: FinishDialog | CleanDialog,
  title: Line,
  aside: Line,
  preview: readonly Line[],
  width: number,
): DialogBody {
  const rows = [...progress(state, dialog), ...problemRows(dialog.problem, width), ...preview];
  if (!wantsName(dialog)) return { title, aside, rows, tail: [], caret: null };
  const prompt = `Type ${findWorker(state, dialog.id)?.task ?? ''} to confirm: `;
  const field = oneLineField(prompt, dialog.typed, width);
  return {
    title,
    aside,
    rows,
    tail: [[], field.line],
    caret: { row: 1, column: cellWidth(prompt) + field.column },
  };
}

function progress(
  state: AppState,
  { pending, preview, kind, id }: FinishDialog | CleanDialog,
): readonly Line[] {
  if (pending === null) return [];
  if (!preview) return [line('Looking at what would happen …', 'muted')];
  const operation = state.facts?.operations?.find((one) => one.id === id);
  if (operation?.kind === 'queued')
    return [line(`Waiting for its turn, ${operation.ahead} before it …`, 'notice'), line('')];
  if (operation?.kind === 'checking') return [line('Running the checks …', 'notice'), line('')];
  return [line(kind === 'finish' ? 'Merging …' : 'Removing …', 'notice'), line('')];
}
