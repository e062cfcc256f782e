import type { CleanPreview } from '../../core/proposal.ts';
import type { Worker } from '../../core/worker.ts';
import { type DialogBody, defineDialog, listed, marked } from '../../ui/dialog.ts';
import type { AppState } from '../../ui/state.ts';
import { ask, askFrom, noEffects, type Step, toList, withDialog } from '../../ui/step.ts';
import { type Line, line, span } from '../../ui/text.ts';
import { type EndDialog, endBody, endOf, unpreviewed } from './endDialogs.ts';

interface CleanDialog extends EndDialog {
  readonly kind: 'clean';
  readonly preview: CleanPreview | null;
}

/** Asks for the preview of a clean and opens its dialog. */
export function openClean(state: AppState, { id }: Pick<Worker, 'id'>): Step {
  return ask(state, 'previewClean', { id }, (next, pending): AppState => {
    const dialog: CleanDialog = { kind: 'clean', id, ...unpreviewed, pending };
    return withDialog(next, dialog);
  });
}

export const cleanDialog = defineDialog<CleanDialog>({
  kind: 'clean',
  ...endOf<CleanDialog>({
    hint: 'remove',
    wantsName,
    blocker: () => null,
    confirm,
    lookAgain: openClean,
    decline: (state) => noEffects(toList(state)),
  }),
  view,
  onAnswer: (state, dialog, answer) =>
    answer.method === 'previewClean' && answer.result.ok
      ? noEffects(
          withDialog(state, { ...dialog, pending: null, problem: null, preview: answer.result.value }),
        )
      : null,
});

function wantsName({ preview }: CleanDialog): boolean {
  return preview?.wantsTypedName ?? false;
}

function confirm(state: AppState, dialog: CleanDialog): Step {
  if (!dialog.preview) return noEffects(state);
  const typed = wantsName(dialog) ? { confirm: dialog.typed.text.trim() } : {};
  const { tip, left } = dialog.preview;
  return askFrom(state, dialog, 'clean', { id: dialog.id, tip, ...(left && { left }), ...typed });
}

/** Draws what removing without a merge would lose. */
function view(state: AppState, dialog: CleanDialog, width: number): DialogBody {
  const { preview } = dialog;
  const title = line(`Remove ${dialog.id} without merging?`, 'strong');
  if (!preview) return endBody(state, dialog, { title, aside: [], preview: [], wantsName: false }, width);
  const { branch, unmerged, uncommitted, ignored, warnings = [] } = preview;
  const isLossless = unmerged.length + uncommitted.length + ignored.length === 0;
  const rows: readonly Line[] = [
    [span('Removes the worktree and the branch ', 'muted'), span(branch, 'strong'), span('.', 'muted')],
    line(isLossless ? 'Nothing would be lost.' : 'A backup ref keeps commits and uncommitted work.', 'muted'),
    ...warnings.flatMap((warning) => marked('!', warning, width, 'warning')),
    ...listed('Commits that no other branch contains', unmerged, width, 'warning'),
    ...listed('Not committed', uncommitted, width, 'warning'),
    ...listed('Ignored files that would be gone for good', ignored, width, 'bad'),
  ];
  return endBody(state, dialog, { title, aside: [], preview: rows, wantsName: wantsName(dialog) }, width);
}
