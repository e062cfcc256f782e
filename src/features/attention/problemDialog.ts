import type { Problem } from '../../lib/result.ts';
import { defineDialog, emptyBody, marked } from '../../ui/dialog.ts';
import { closeKey } from '../../ui/keys.ts';
import type { AppState, Scrolling } from '../../ui/state.ts';
import { withDialog } from '../../ui/step.ts';
import { line, wrapLines } from '../../ui/text.ts';

/** State of the dialog that shows a problem too long for one line, verbatim. */
interface ProblemDialog extends Scrolling {
  readonly kind: 'problem';
  readonly title: string;
  readonly problem: Problem;
}

export function openProblem(state: AppState, title: string, problem: Problem): AppState {
  const dialog: ProblemDialog = { kind: 'problem', title, problem, scroll: 0 };
  return withDialog(state, dialog);
}

export const problem = defineDialog<ProblemDialog>({
  kind: 'problem',
  group: 'Dialogs',
  takesTypedAhead: 'It is only looked at.',
  keys: [closeKey],
  view(_, { title, problem: said }, width) {
    const hint = said.hint === undefined ? [] : [line(''), ...wrapLines(said.hint, width)];
    const rows = [...marked('!', said.message, width, 'bad'), ...hint];
    return { ...emptyBody, title: line(title, 'strong'), aside: line(said.code, 'muted'), rows };
  },
});
