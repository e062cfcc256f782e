import { type DialogBody, labelColumns, marked } from '../../room/dialogBody.ts';
import { dialogHeight } from '../../room/geometry.ts';
import type { AppState } from '../../room/state.ts';
import { type Line, line, span } from '../../room/text/line.ts';
import { manyLineField, oneLineField } from '../../room/textField.ts';
import type { FormDialog, FormField } from '../dialog.ts';
import { briefColumns, formProblems } from '../form.ts';

/** Rows of the form besides brief and problems, with the border. */
const otherRows = 10;

/** Rows kept for what is wrong, so that the form keeps still. */
function problemRoom({ size }: AppState): number {
  return size.rows < 24 ? 2 : 4;
}

/** Repository, agent, task and brief; what is wrong with them is said while they are typed. */
export function formBody(state: AppState, form: FormDialog, width: number): DialogBody {
  const height = Math.max(2, Math.min(10, dialogHeight(state.size) - otherRows - problemRoom(state)));
  const task = oneLineField('', form.task, width - labelColumns);
  const brief = manyLineField(form.brief, briefColumns(state), height);
  const tail: readonly Line[] = [
    choice(state, form, 'repo', 'Repo', form.repo, state.facts?.repos.length ?? 0),
    choice(state, form, 'agent', 'Agent', agentText(state, form), state.facts?.workspace.agents.length ?? 0),
    [
      label(form, 'task', 'Task'),
      ...(form.task.text === '' ? [span('such as fix-migration', 'muted')] : task.line),
    ],
    [],
    [label(form, 'brief', 'Brief'), span('what the worker is told', 'muted')],
    ...brief.rows.map((row): Line => [span(form.field === 'brief' ? '▏ ' : '  ', 'accent'), span(row)]),
    [],
    ...problemLines(state, form, width),
  ];
  return {
    title: title(form),
    aside: aside(form),
    rows: [],
    tail,
    caret: caret(form, task.column, brief.caret),
  };
}

function title({ editing, repo, task }: FormDialog): Line {
  return line(editing === null ? 'New worker' : `Edit proposal ${editing}: ${repo}/${task.text}`, 'strong');
}

function aside({ pending }: FormDialog): Line {
  return pending === null ? [] : line('asking the controller …', 'notice');
}

function label(form: FormDialog, field: FormField, text: string): Line[number] {
  const isHere = form.field === field;
  return span(`${isHere ? '›' : ' '} ${text}`.padEnd(labelColumns), isHere ? 'accent' : 'muted');
}

function choice(
  state: AppState,
  form: FormDialog,
  field: 'repo' | 'agent',
  text: string,
  value: string,
  of: number,
): Line {
  const head = label(form, field, text);
  if (form.field !== field || of < 2) return [head, span(value)];
  const names = field === 'repo' ? state.facts?.repos.map(({ name }) => name) : state.facts?.workspace.agents;
  const at = (names?.indexOf(value.replace(defaultMark, '')) ?? -1) + 1;
  return [
    head,
    span('← ', 'key'),
    span(value, 'strong'),
    span(' →', 'key'),
    span(`   ${at} of ${of}`, 'muted'),
  ];
}

const defaultMark = ' (default)';

function agentText({ facts }: AppState, { agent }: FormDialog): string {
  const usual = facts?.workspace.defaultAgent ?? '';
  return agent === null || agent === usual ? `${usual}${defaultMark}` : agent;
}

function problemLines(state: AppState, form: FormDialog, width: number): readonly Line[] {
  const room = problemRoom(state);
  const rows = formProblems(state, form).flatMap((text) => marked('!', text, width, 'bad'));
  const cut = rows.length > room ? [...rows.slice(0, room - 1), line('  …', 'bad')] : rows;
  return Array.from({ length: room }, (_, index) => cut[index] ?? []);
}

function caret(form: FormDialog, task: number, brief: { row: number; column: number }): DialogBody['caret'] {
  switch (form.field) {
    case 'task':
      return { row: 2, column: labelColumns + task };
    case 'brief':
      return { row: 5 + brief.row, column: 2 + brief.column };
    default:
      return null;
  }
}
