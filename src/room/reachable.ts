import { type AppState, shownDialog } from './state.ts';

/** Returns why the controller cannot be asked; null while it can. */
export function whyUnreachable({ connection }: AppState): string | null {
  switch (connection.status) {
    case 'live':
      return null;
    case 'connecting':
      return 'Still connecting.';
    case 'lost':
      return 'The controller cannot be reached; orch-tui reconnects by itself.';
  }
}

/** Reports whether the open dialog waits for an answer of the controller. */
export function isWaiting(state: AppState): boolean {
  return (shownDialog(state)?.pending ?? null) !== null;
}

export const waitingText = 'Waiting for the controller; esc closes.';

/** Returns why nothing can be asked from the open dialog: a request is under way, or there is no controller. */
export function whyBusy(state: AppState): string | null {
  return isWaiting(state) ? waitingText : whyUnreachable(state);
}
