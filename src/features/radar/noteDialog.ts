import { type DialogBody, defineDialog, problemRows } from '../../ui/dialog.ts';
import { manyLineField } from '../../ui/field.ts';
import type { AppState } from '../../ui/state.ts';
import { askFrom, noEffects, type Step, whyBusy, withDialog, withNotice } from '../../ui/step.ts';
import { type Line, line, span } from '../../ui/text.ts';
import { backToMatrix, type NoteDialog, pairGoneReason, recipientsOf } from './pairs.ts';

/** A message to workers with a conflict or overlap; sent only on enter. */
export const noteDialog = defineDialog<NoteDialog>({
  kind: 'radar-note',
  group: 'Radar: message',
  // The text is suggested, so a message exists before anything was typed.
  subject: (_, { a, b, to }) => [a, b, 'to', ...to].join(' '),
  text: { of: ({ text }) => text, with: (dialog, text) => ({ ...dialog, text }) },
  keys: [
    {
      id: 'radar-recipients',
      title: 'to both, or to one of them',
      hint: 'to whom',
      keys: ['tab'],
      isHarmless: true,
      disabledReason: (state, dialog) =>
        recipientsOf(state, dialog).length > 1 ? whyBusy(state) : 'No other worker is running.',
      run: (state, dialog) => noEffects(withDialog(state, { ...dialog, to: nextRecipients(state, dialog) })),
    },
    {
      id: 'radar-send',
      title: 'send it',
      hint: 'send',
      keys: ['enter'],
      disabledReason: (state, { text }) =>
        text.text.trim() === '' ? 'There is nothing to send.' : whyBusy(state),
      run: send,
    },
    {
      id: 'radar-unsent',
      title: 'back without sending',
      hint: 'back',
      keys: ['escape', 'ctrl-c'],
      run: (state, dialog) => noEffects(backToMatrix(state, dialog)),
    },
  ],
  view: (_, dialog, width) => view(dialog, width),
  onAnswer: (state, dialog, answer) =>
    answer.method === 'send' ? sendNext(state, dialog, answer.params.id) : null,
  isStale: pairGoneReason,
});

/** Returns the next choice of recipients: both, the first, the second, both … */
function nextRecipients(state: AppState, dialog: NoteDialog): readonly string[] {
  const all = recipientsOf(state, dialog);
  const choices = [all, ...all.map((id) => [id])];
  const at = choices.findIndex((choice) => choice.join(' ') === dialog.to.join(' '));
  return choices[(at + 1) % choices.length] ?? all;
}

/** Sends to the first recipient. One request each, so that after a refusal it is known who got it. */
function send(state: AppState, dialog: NoteDialog): Step {
  const [id] = dialog.to;
  if (id === undefined) return noEffects(state);
  return askFrom(state, dialog, 'send', { id, text: dialog.text.text.trim() });
}

/** Sends to the next recipient, or returns to the matrix. */
function sendNext(state: AppState, dialog: NoteDialog, id: string): Step {
  const sent = [...dialog.sent, id];
  const to = dialog.to.filter((other) => other !== id);
  if (to.length > 0) return send(state, { ...dialog, to, sent });
  return noEffects(withNotice(backToMatrix(state, dialog), `Sent to ${sent.join(' and ')}.`));
}

const noteRows = 6;

/** Draws the message before it is sent. */
function view({ to, sent, text, pending, problem }: NoteDialog, width: number): DialogBody {
  const rows: readonly Line[] = [
    ...problemRows(problem, width),
    ...(sent.length > 0 ? [line(`Sent to ${sent.join(' and ')}.`, 'notice')] : []),
    ...(pending !== null ? [line('Sending …', 'notice')] : []),
    [span('To ', 'muted'), span(to.join(' and '), 'strong')],
    line('Typed into the terminal and submitted.', 'muted'),
  ];
  const field = manyLineField(text, width, noteRows);
  return {
    title: line('Message', 'strong'),
    aside: [],
    rows,
    tail: [[], ...field.rows.map((row) => line(row.trimEnd()))],
    caret: { row: field.caret.row + 1, column: field.caret.column },
  };
}
