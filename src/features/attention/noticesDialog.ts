import type { Denied, Worker } from '../../core/worker.ts';
import { type Problem, problemOf } from '../../lib/result.ts';
import { defineDialog, emptyBody, marked, problemRows } from '../../ui/dialog.ts';
import { closeKey, type RoomKey } from '../../ui/keys.ts';
import type { AppState, Scrolling } from '../../ui/state.ts';
import { noEffects, withDialog } from '../../ui/step.ts';
import { line, wrapLines } from '../../ui/text.ts';

/** State of the dialog that lists all notices. */
interface NoticesDialog extends Scrolling {
  readonly kind: 'notices';
}

export const noticesKey: RoomKey = {
  id: 'notices',
  title: 'notices of the controller',
  keys: ['!'],
  palette: 'everywhere',
  group: 'Program',
  disabledReason: (state) => (selectNotices(state).length > 0 ? null : 'There are no notices.'),
  run(state) {
    const dialog: NoticesDialog = { kind: 'notices', scroll: 0 };
    return noEffects(withDialog(state, dialog));
  },
};

export const notices = defineDialog<NoticesDialog>({
  kind: 'notices',
  group: 'Dialogs',
  takesTypedAhead: 'They are only looked at.',
  keys: [closeKey],
  view(state, _, width) {
    const rows = selectNotices(state)
      .flatMap((notice) => problemRows(notice, width))
      .slice(0, -1);
    return { ...emptyBody, title: line('Notices', 'strong'), rows };
  },
});

/** Returns each session's last denial and the controller's notices, both latest first. */
function selectNotices({ facts }: Pick<AppState, 'facts'>): readonly Problem[] {
  const denied = (facts?.workers ?? [])
    .flatMap(({ id, denied }) => (denied ? [{ id, denied }] : []))
    .sort((one, other) => other.denied.at.localeCompare(one.denied.at));
  return [...denied.map(denialOf), ...(facts?.notices.toReversed() ?? [])];
}

function denialOf({ id, denied }: { id: string; denied: Denied }): Problem {
  const often = denied.count > 1 ? ` This was refusal ${denied.count}; all are in its log.` : '';
  return problemOf('denied', denialText(id, denied), `${denied.why}${often}`);
}

export function denialText(id: Worker['id'], { what }: Denied): string {
  return `${id} was kept from ${what}`;
}

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
