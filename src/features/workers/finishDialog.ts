import type { FinishPreview } from '../../core/proposal.ts';
import type { Worker } from '../../core/worker.ts';
import { quoteCommand } from '../../lib/quote.ts';
import { type DialogBody, defineDialog, listed, marked, type RoomDialogKey } from '../../ui/dialog.ts';
import { counted } from '../../ui/format.ts';
import { findWorker } from '../../ui/select.ts';
import type { AppState } from '../../ui/state.ts';
import { ask, askFrom, noEffects, type Step, toList, whyBusy, withDialog } from '../../ui/step.ts';
import { type Line, line, span, wrapLines } from '../../ui/text.ts';
import { type EndDialog, endBody, endOf, unpreviewed } from './endDialogs.ts';

interface FinishDialog extends EndDialog {
  readonly kind: 'finish';
  readonly preview: FinishPreview | null;
}

/** Asks for the preview of a finish and opens its dialog. */
export function openFinish(state: AppState, { id }: Pick<Worker, 'id'>): Step {
  return ask(state, 'previewFinish', { id }, (next, pending): AppState => {
    const dialog: FinishDialog = { kind: 'finish', id, ...unpreviewed, pending };
    return withDialog(next, dialog);
  });
}

export const finishDialog = defineDialog<FinishDialog>({
  kind: 'finish',
  ...endOf<FinishDialog>({
    hint: 'merge',
    wantsName,
    blocker: ({ preview }) => preview?.blockers[0] ?? null,
    confirm,
    lookAgain: openFinish,
    decline,
    more: [
      bringing('bring-base', 'b', 'conflicts: bring the base into the worktree', 'bring it in', false),
      bringing(
        'bring-base-tell',
        't',
        'conflicts: the same, and tell the worker to resolve them',
        '… and tell the worker',
        true,
      ),
    ],
  }),
  view,
  onAnswer: (state, dialog, answer) =>
    answer.method === 'previewFinish' && answer.result.ok
      ? noEffects(
          withDialog(state, { ...dialog, pending: null, problem: null, preview: answer.result.value }),
        )
      : null,
});

function wantsName({ preview }: FinishDialog): boolean {
  return preview !== null && preview.blockers.length === 0 && preview.ignored.length > 0;
}

function confirm(state: AppState, dialog: FinishDialog): Step {
  if (!dialog.preview) return noEffects(state);
  const { tip, checks, left } = dialog.preview;
  const typed = wantsName(dialog) ? { confirm: dialog.typed.text.trim() } : {};
  const agreed = { ...(checks && { checks }), ...(left && { left }), ...typed };
  return askFrom(state, dialog, 'finish', { id: dialog.id, tip, ...agreed });
}

/** Closes the dialog, and declines the orchestrator's suggestion to finish, if there is one. */
function decline(state: AppState, { id }: FinishDialog): Step {
  const isWished = (findWorker(state, id)?.finishWish ?? null) !== null;
  return isWished ? ask(toList(state), 'leaveUnfinished', { id }) : noEffects(toList(state));
}

/** Returns a key that merges the base into a worktree with conflicts. */
function bringing(
  id: string,
  key: string,
  title: string,
  hint: string,
  tell: boolean,
): RoomDialogKey<FinishDialog> {
  const hasConflicts = ({ preview }: FinishDialog) => (preview?.conflicts.length ?? 0) > 0;
  return {
    id,
    title,
    hint: (_, dialog) => (hasConflicts(dialog) ? hint : null),
    keys: [key],
    disabledReason: (state, dialog) =>
      hasConflicts(dialog) && findWorker(state, dialog.id)
        ? whyBusy(state)
        : 'There are no conflicts to resolve.',
    run: (state, dialog) => askFrom(state, dialog, 'bringBase', { id: dialog.id, tell }),
  };
}

/** Draws what finishing would do, after what prevents it. */
function view(state: AppState, dialog: FinishDialog, width: number): DialogBody {
  const { preview } = dialog;
  const title = line(`Finish ${dialog.id}?`, 'strong');
  if (!preview) return endBody(state, dialog, { title, aside: [], preview: [], wantsName: false }, width);
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
    warnings = [],
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
    ...warnings.flatMap((warning) => marked('!', warning, width, 'warning')),
    ...listed(`Conflicts with ${into}`, conflicts, width, 'bad'),
    ...listed(`Will not merge into ${into} afterwards`, conflictsAfter, width, 'warning'),
    ...listed('Not committed', uncommitted, width, 'warning'),
    ...listed('Ignored files that would be gone for good', ignored, width, 'warning'),
    ...listed(counted(commits.length, 'commit'), commits, width),
    ...listed('Changes', diffstat, width),
  ];
  const aside = line(counted(commits.length, 'commit'), 'muted');
  return endBody(state, dialog, { title, aside, preview: rows, wantsName: wantsName(dialog) }, width);
}

/** Draws the orchestrator's suggestion, and that declining it differs from deciding later. */
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
