import { titleOf } from '../../core/worker.ts';
import { type DialogBody, defineDialog, emptyBody, problemRows } from '../../ui/dialog.ts';
import { fieldOf, oneLineField, type TextField } from '../../ui/field.ts';
import type { RoomKey } from '../../ui/keys.ts';
import { findWorker, selectedWorker, whatBecame } from '../../ui/select.ts';
import { type AppState, type PendingRequest, unasked } from '../../ui/state.ts';
import {
  askFrom,
  noEffects,
  type Step,
  toList,
  whyBusy,
  whyUnreachable,
  withDialog,
  withNotice,
} from '../../ui/step.ts';
import { line, wrapLines } from '../../ui/text.ts';

/** State of the dialog that changes a worker's title. */
interface RenameDialog extends PendingRequest {
  readonly kind: 'rename';
  readonly id: string;
  readonly title: TextField;
}

export const renameKey: RoomKey = {
  id: 'rename',
  title: 'rename the worker: its title alone, its id stays',
  keys: ['e'],
  group: 'Workers',
  disabledReason: (state) => (selectedWorker(state) ? whyUnreachable(state) : 'Select a worker first.'),
  run(state) {
    const worker = selectedWorker(state);
    if (!worker) return noEffects(state);
    const { id } = worker;
    const dialog: RenameDialog = { kind: 'rename', id, title: fieldOf(titleOf(worker)), ...unasked };
    return noEffects(withDialog(state, dialog));
  },
};

/** Asks for a worker's title. */
export const renameDialog = defineDialog<RenameDialog>({
  kind: 'rename',
  group: 'Renaming',
  takesTypedAhead: 'Only what it is called changes, and the same key changes it back.',
  text: { of: ({ title }) => title, with: (dialog, title) => ({ ...dialog, title }) },
  keys: [
    {
      id: 'save-title',
      title: 'rename it to what is typed; to its task where that is empty',
      hint: 'rename',
      keys: ['enter'],
      disabledReason: whyBusy,
      run: save,
    },
    {
      id: 'cancel-rename',
      title: 'leave its title as it is',
      hint: 'cancel',
      keys: ['escape', 'ctrl-c'],
      run: (state) => noEffects(toList(state)),
    },
  ],
  view,
  onAnswer: (state, { id }, answer) =>
    answer.method === 'rename' && answer.result.ok
      ? noEffects(withNotice(toList(state), `${id} is shown as ${answer.result.value.title}.`))
      : null,
  isStale: (state, { id }) => (findWorker(state, id) ? null : whatBecame(state, id)),
});

/** Sends the title, unless it is unchanged. */
function save(state: AppState, dialog: RenameDialog): Step {
  const { id } = dialog;
  const worker = findWorker(state, id);
  const title = dialog.title.text.trim();
  if (worker && title === titleOf(worker)) return noEffects(toList(state));
  return askFrom(state, dialog, 'rename', { id, title });
}

function view(state: AppState, { id, title, pending, problem }: RenameDialog, width: number): DialogBody {
  const task = findWorker(state, id)?.task ?? '';
  const what = `Only its title changes: id, branch and worktree stay. Without a title it is shown as ${task}.`;
  const field = oneLineField('', title, width);
  return {
    ...emptyBody,
    title: line(`Rename ${id}`, 'strong'),
    rows: [
      ...(pending === null ? [] : [line('Renaming …', 'notice'), line('')]),
      ...problemRows(problem, width),
      ...wrapLines(what, width, 'muted'),
      line(''),
    ],
    tail: [field.line],
    caret: { row: 0, column: field.column },
  };
}
