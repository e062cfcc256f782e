import { defineQuestion } from '../../ui/dialog.ts';
import type { RoomKey } from '../../ui/keys.ts';
import { type AppState, type PendingRequest, unasked } from '../../ui/state.ts';
import { askFrom, noEffects, whyUnreachable, withDialog } from '../../ui/step.ts';

/** State of the question whether to restore a finished or cleaned worker. */
interface UndoDialog extends PendingRequest {
  readonly kind: 'undo';
  readonly id: string;
}

export const undoKey: RoomKey = {
  id: 'undo',
  title: 'undo the last finish or clean',
  keys: ['u'],
  palette: 'everywhere',
  group: 'Workers',
  disabledReason: (state) =>
    state.facts?.ended.length ? whyUnreachable(state) : 'Nothing was finished or cleaned yet.',
  run(state) {
    const id = state.facts?.ended.at(-1)?.id;
    if (id === undefined) return noEffects(state);
    const dialog: UndoDialog = { kind: 'undo', id, ...unasked };
    return noEffects(withDialog(state, dialog));
  },
};

export const undoDialog = defineQuestion<UndoDialog>({
  kind: 'undo',
  progress: 'Bringing it back …',
  title: ({ id }) => `Bring ${id} back?`,
  text: (state, { id }) => undoText(state, id),
  agree: (state, dialog) => askFrom(state, dialog, 'undo', { id: dialog.id }),
});

function undoText({ facts }: AppState, id: string): string {
  const end = facts?.ended.findLast((ended) => ended.id === id);
  const back = `Its branch ${end?.branch ?? ''} and its worktree are made again, with what was not committed.`;
  if (!end?.merge) return back;
  return `${back} Its merge is taken back from ${end.into}, unless that has gone on or was pushed since; then it stays and you are told how to revert it.`;
}
