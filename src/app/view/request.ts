import type { AgentRequest } from '../../domain/queue.ts';
import { type DialogBody, marked, problemRows } from '../../room/dialogBody.ts';
import type { AppState } from '../../room/state.ts';
import { type Line, line, span, wrapLines } from '../../room/text/line.ts';
import { longAge } from '../../room/text/words.ts';
import { oneLineField } from '../../room/textField.ts';
import type { AskDialog, DenyDialog } from '../dialog.ts';
import { findRequest, questionOf } from '../requests.ts';

const nothing: DialogBody = { title: [], aside: [], rows: [], tail: [], caret: null };

/** All of what an agent asks for: nothing is allowed unseen. */
export function askBody(state: AppState, dialog: AskDialog, width: number): DialogBody {
  const request = findRequest(state, dialog.request);
  if (!request) return nothing;
  const cut = 'It is too long to be shown here. Look at all of it in its pane; here it can only be denied.';
  const rows = [
    ...(dialog.pending === null ? [] : [line('Answering …', 'notice'), line('')]),
    ...problemRows(dialog.problem, width),
    ...(request.isCut ? [...marked('!', cut, width, 'warning'), line('')] : []),
    ...(request.kind === 'question'
      ? questionRows(request, dialog, width)
      : wrapLines(request.detail, width)),
  ];
  const aside = line(`asked ${longAge(request.since, state.now)}`, 'muted');
  return { ...nothing, title: line(titleOf(request), 'strong'), aside, rows };
}

function titleOf({ kind, worker, detail, text }: AgentRequest): string {
  if (kind === 'question') return `${worker} asks`;
  if (kind === 'plan') return `${worker} has a plan. Go ahead?`;
  return detail === '' ? `${worker}: ${text}` : `Allow ${worker} to use ${text.split(':')[0]}?`;
}

/** One question after the other, with what was chosen of those before. */
function questionRows(request: AgentRequest, dialog: AskDialog, width: number): readonly Line[] {
  const { picked, marked: marks } = dialog;
  if (request.questions.length === 0)
    return [
      ...wrapLines(request.text, width),
      line(''),
      line('It can only be answered in its pane.', 'muted'),
    ];
  const done = picked.flatMap((choice, n): readonly Line[] => {
    const question = request.questions[n];
    const labels = [choice].flat().map((option) => question?.options[option]?.label ?? '');
    return [
      ...wrapLines(question?.text ?? '', width, 'muted'),
      ...labels.flatMap((label) => marked('✓', label, width, 'good')),
      line(''),
    ];
  });
  const question = questionOf(dialog, request);
  if (!question) return done;
  const box = (index: number) => (question.several ? (marks.includes(index) ? '[✓] ' : '[ ] ') : '');
  const indent = ' '.repeat(question.several ? 7 : 3);
  const room = width - indent.length;
  const options = question.options.flatMap(({ label, description }, index): readonly Line[] => [
    ...wrapLines(label, room).map((row, n) => [
      ...(n === 0 ? [span(`${index + 1}  `, 'key'), span(box(index), 'accent')] : [span(indent)]),
      ...row,
    ]),
    ...wrapLines(description, room, 'muted')
      .filter(() => description !== '')
      .map((row) => [span(indent), ...row]),
  ]);
  const how = question.several
    ? wrapLines('Several may be chosen: mark them by their numbers.', width, 'muted')
    : [];
  return [...done, ...wrapLines(question.text, width, 'strong'), ...how, line(''), ...options];
}

export function denyBody(state: AppState, dialog: DenyDialog, width: number): DialogBody {
  const request = findRequest(state, dialog.request);
  if (!request) return nothing;
  const rows = [
    ...(dialog.pending === null ? [] : [line('Denying …', 'notice'), line('')]),
    ...problemRows(dialog.problem, width),
    ...wrapLines(request.text, width),
    line(''),
    ...wrapLines('The agent is told the reason, if you give one, and goes on.', width, 'muted'),
    line(''),
  ];
  const field = oneLineField('Why  ', dialog.why, width);
  return {
    ...nothing,
    title: line(`Deny this to ${request.worker}?`, 'strong'),
    rows,
    tail: [field.line],
    caret: { row: 0, column: 5 + field.column },
  };
}
