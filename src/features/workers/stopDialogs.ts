import { defineQuestion } from '../../ui/dialog.ts';
import { counted } from '../../ui/format.ts';
import { countLive, findWorker, whatBecame } from '../../ui/select.ts';
import { type AppState, type PendingRequest, unasked } from '../../ui/state.ts';
import { askFrom, withDialog } from '../../ui/step.ts';

interface StopDialog extends PendingRequest {
  readonly kind: 'stop';
  readonly id: string;
}

interface StopAllDialog extends PendingRequest {
  readonly kind: 'stop-all';
}

export function openStop(state: AppState, id: string): AppState {
  const dialog: StopDialog = { kind: 'stop', id, ...unasked };
  return withDialog(state, dialog);
}

export function openStopAll(state: AppState): AppState {
  const dialog: StopAllDialog = { kind: 'stop-all', ...unasked };
  return withDialog(state, dialog);
}

/** Asks before one worker's process is ended. */
export const stopDialog = defineQuestion<StopDialog>({
  kind: 'stop',
  progress: 'Stopping …',
  title: ({ id }) => `Stop ${id}?`,
  text: () => 'Its process ends. Worktree, branch and conversation stay; r\u00a0resumes it.',
  agree: (state, dialog) => askFrom(state, dialog, 'stop', { id: dialog.id }),
  isStale: (state, { id }) => (findWorker(state, id) ? null : whatBecame(state, id)),
});

/** Asks before all processes are ended and the program closes. */
export const stopAll = defineQuestion<StopAllDialog>({
  kind: 'stop-all',
  progress: 'Stopping …',
  title: () => 'Stop everything and leave?',
  text(state) {
    const live = countLive(state);
    const what = live === 0 ? 'No worker is running.' : `${counted(live, 'running worker')} would be ended.`;
    return `${what} Worktrees, branches and conversations stay, and can be resumed. To leave without stopping anything, press n\u00a0and then\u00a0q.`;
  },
  agree: (state, dialog) => askFrom(state, dialog, 'stopAll', {}),
});
