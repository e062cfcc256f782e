import { stay } from '../../room/step.ts';
import type { Action } from '../action.ts';
import { dialogOf } from '../dialog.ts';
import { openRepo } from '../dialogs.ts';
import { isIdle } from './card.ts';

/** What can be done in the dialog that shows a repository. */
export const repoActions: readonly Action[] = [
  {
    id: 'look-at-repo',
    title: 'look at the repository again',
    hint: 'look again',
    keys: ['ctrl-r'],
    group: 'Dialogs',
    where: ['repo'],
    enabled: isIdle,
    run(state) {
      const dialog = dialogOf(state);
      return dialog?.kind === 'repo' ? openRepo(state, dialog.repo, dialog) : stay(state);
    },
  },
];
