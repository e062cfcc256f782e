import { askForDevelop, whyNoDevelop } from '../../features/repos/developDialog.ts';
import { selectedRepo } from '../../room/select.ts';
import type { AppState } from '../../room/state.ts';
import { stay } from '../../room/step.ts';
import type { Action } from '../action.ts';

/** Where there is no develop, work begins from main; a person can have develop made instead. */
export const developActions: readonly Action[] = [
  {
    id: 'develop',
    title: 'create the missing develop branch, checking nothing out',
    hint: hintOnRepo,
    keys: ['D'],
    group: 'Workers',
    where: ['room'],
    disabledReason: (state) => whyNoDevelop(state, { repo: selectedRepo(state), back: null }),
    run: (state) => stay(askForDevelop(state, { repo: selectedRepo(state), back: null })),
  },
];

/** In the room only where it is the next thing to think of: on the repository itself. */
function hintOnRepo({ list, cursors }: AppState): string | null {
  return list === 'fleet' && cursors.fleet?.kind === 'repo' ? 'create develop' : null;
}
