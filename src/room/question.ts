import type { AnyDialog, Asking } from './asking.ts';
import { defineDialog, type RoomDialog } from './dialog.ts';
import { problemRows } from './dialogBody.ts';
import { isWaiting, waitingText, whyBusy } from './reachable.ts';
import type { AppState } from './state.ts';
import { type Step, stay, toList } from './step.ts';
import { line, wrapLines } from './text/line.ts';

/** Heading of the keys that answer a preview or a question. */
export const answersGroup = 'Finish, clean, questions';

/** What a question says, and what its answers do. */
interface Question<D> extends Pick<RoomDialog<AnyDialog & D>, 'isStale' | 'onAnswer'> {
  readonly kind: string;
  /** Said while the controller works on it, where it is asked. */
  readonly progress?: string;
  title(dialog: D): string;
  text(state: AppState, dialog: D): string;
  agree(state: AppState, dialog: D): Step;
  /** Goes back to what asked; to the lists without it. */
  decline?(state: AppState, dialog: D): Step;
}

/** Declares a question that is answered by yes or no. */
export function defineQuestion<D extends Asking & { readonly kind: string }>(
  question: Question<D> & { readonly kind: D['kind'] },
): RoomDialog<D> {
  const decline = (state: AppState, dialog: D) => question.decline?.(state, dialog) ?? stay(toList(state));
  const leave = { title: 'no, leave everything as it is', run: decline } as const;
  return defineDialog<D>({
    kind: question.kind,
    group: answersGroup,
    // The same question about something else is another one.
    subject: (_, dialog) => question.title(dialog),
    keys: [
      {
        id: 'agree',
        title: 'yes, do what is shown',
        hint: 'yes',
        keys: ['y'],
        disabledReason: whyBusy,
        run: question.agree,
      },
      { ...leave, id: 'decline', hint: 'no', keys: ['n'], isHarmless: true, disabledReason: whyWaits },
      { ...leave, id: 'leave-question', keys: ['q'], isHarmless: true, disabledReason: whyWaits },
      {
        ...leave,
        id: 'close-question',
        hint: (state) => (isWaiting(state) ? 'close' : null),
        keys: ['escape', 'ctrl-c'],
      },
    ],
    view(state, dialog, width) {
      const { pending, problem } = dialog;
      const rows = [
        ...(pending === null ? [] : [line(question.progress ?? '', 'notice'), line('')]),
        ...problemRows(problem, width),
        ...wrapLines(question.text(state, dialog), width),
      ];
      return { title: line(question.title(dialog), 'strong'), aside: [], rows, tail: [], caret: null };
    },
    ...(question.isStale && { isStale: question.isStale }),
    ...(question.onAnswer && { onAnswer: question.onAnswer }),
  });
}

/** What is typed ahead of a preview must not answer it: until it has come only esc does something. */
export function whyWaits(state: AppState): string | null {
  return isWaiting(state) ? waitingText : null;
}
