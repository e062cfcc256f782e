import { type DialogBody, problemRows } from '../../room/dialogBody.ts';
import { type Line, line, span } from '../../room/text/line.ts';
import { manyLineField } from '../../room/textField.ts';
import type { NoteDialog } from '../dialog.ts';

const noteRows = 6;

/** A message before it is sent. */
export function noteBody({ to, sent, text, pending, problem }: NoteDialog, width: number): DialogBody {
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
