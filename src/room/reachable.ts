import type { AppState } from './state.ts';

/** Whether the controller can be asked, or why not. */
export function isReachable({ connection }: AppState): true | string {
  switch (connection.status) {
    case 'live':
      return true;
    case 'connecting':
      return 'Still connecting.';
    case 'lost':
      return 'The controller cannot be reached; orch-tui reconnects by itself.';
  }
}
