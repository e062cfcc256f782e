import { foldCase, parseSlug } from '../../core/ids.ts';
import type { Proposal, ProposalDraft } from '../../core/proposal.ts';
import { type DialogBody, defineDialog, labelColumns, marked, type RoomDialogKey } from '../../ui/dialog.ts';
import {
  emptyField,
  fieldOf,
  insertText,
  manyLineField,
  moveRow,
  oneLineField,
  type TextField,
} from '../../ui/field.ts';
import { dialogColumns, dialogHeight } from '../../ui/layout.ts';
import { findProposal, selectedRepo } from '../../ui/select.ts';
import { type AppState, type PendingRequest, unasked } from '../../ui/state.ts';
import {
  askFrom,
  noEffects,
  problemText,
  type Step,
  toList,
  waitingText,
  withDialog,
  withNotice,
} from '../../ui/step.ts';
import { type Line, line, span } from '../../ui/text.ts';
import { openCard, proposalClosed } from './proposalDialogs.ts';

const fields = ['repo', 'agent', 'task', 'brief'] as const;
type FormField = (typeof fields)[number];

/** State of the form that describes a new worker or changes an open proposal. */
export interface FormDialog extends PendingRequest {
  readonly kind: 'form';
  /** Number of the proposal being changed; null for a new one. */
  readonly editing: number | null;
  readonly field: FormField;
  readonly repo: string;
  /** Null for the workspace's default. */
  readonly agent: string | null;
  readonly task: TextField;
  readonly brief: TextField;
}

/** Opens an empty form for the selected repository. */
export function openForm(
  state: AppState,
  { repo, ...texts }: Partial<Pick<FormDialog, 'repo' | 'task' | 'brief'>> = {},
): AppState {
  const form: FormDialog = {
    kind: 'form',
    editing: null,
    field: 'task',
    repo: repo ?? selectedRepo(state) ?? state.facts?.repos[0]?.name ?? '',
    agent: null,
    task: emptyField,
    brief: emptyField,
    ...texts,
    ...unasked,
  };
  return withDialog(state, form);
}

/** Opens the form with a proposal's draft. */
export function openEdit(state: AppState, { n, draft }: Proposal): AppState {
  const { repo, agent } = draft;
  const texts = { task: fieldOf(draft.task), brief: fieldOf(draft.brief) };
  const form: FormDialog = { kind: 'form', editing: n, field: 'brief', repo, agent, ...texts, ...unasked };
  return withDialog(state, form);
}

const keys: readonly RoomDialogKey<FormDialog>[] = [
  {
    id: 'send',
    title: 'next field; after the brief: propose',
    hint: sendHint,
    keys: ['enter'],
    disabledReason: (_, { field, pending }) => (field === 'brief' && pending !== null ? waitingText : null),
    run: (state, form) =>
      form.field === 'brief' ? sendForm(state, form) : noEffects(moveField(state, form, 1)),
  },
  {
    id: 'line-break',
    title: 'line break in the brief',
    hint: 'line break',
    keys: ['ctrl-j', 'alt-enter', 'shift-enter'],
    run: (state, form) =>
      noEffects(
        form.field === 'brief'
          ? withDialog(state, { ...form, brief: insertText(form.brief, '\n', true) })
          : state,
      ),
  },
  {
    id: 'next-field',
    title: 'next field',
    keys: ['tab'],
    run: (state, form) => noEffects(moveField(state, form, 1)),
  },
  {
    id: 'previous-field',
    title: 'previous field',
    keys: ['shift-tab'],
    run: (state, form) => noEffects(moveField(state, form, -1)),
  },
  {
    id: 'field-down',
    title: 'through rows and fields',
    keys: ['down'],
    run: (state, form) => noEffects(moveUpOrDown(state, form, 1)),
  },
  {
    id: 'field-up',
    title: 'through rows and fields',
    keys: ['up'],
    run: (state, form) => noEffects(moveUpOrDown(state, form, -1)),
  },
  {
    id: 'cancel-form',
    title: 'close the form',
    hint: 'cancel',
    keys: ['escape', 'ctrl-c'],
    // Goes back to the card that the form came from, if its proposal is still open.
    run(state, { editing }) {
      const proposal = editing === null ? null : findProposal(state, editing);
      return noEffects(proposal ? openCard(state, proposal) : toList(state));
    },
  },
];

export const form = defineDialog<FormDialog>({
  kind: 'form',
  group: 'New worker',
  takesTypedAhead: 'Texts are written, and what is sent is shown on a card before anything is started.',
  text: {
    of: (form) => (isText(form.field) ? form[form.field] : null),
    with: (form, text) => ({ ...form, [form.field]: text }),
    isMultiline: ({ field }) => field === 'brief',
  },
  isCoverable: () => false,
  keys,
  modes: [
    {
      group: 'New worker',
      when: ({ field }) => !isText(field),
      keys: [
        ...keys,
        choosing('next-choice', ['right', 'l', 'space'], 1),
        choosing('previous-choice', ['left', 'h'], -1),
      ],
    },
  ],
  view,
  // Keeps what is typed: the form of a closed proposal makes a new one.
  onFacts(state, dialog) {
    const { editing, pending } = dialog;
    if (editing === null || pending !== null || findProposal(state, editing)) return state;
    const text = `${proposalClosed(editing)} What you typed becomes a new one.`;
    return withNotice(withDialog(state, { ...dialog, editing: null }), text);
  },
});

function isText(field: FormField): field is 'task' | 'brief' {
  return field === 'task' || field === 'brief';
}

function choosing(id: string, names: readonly string[], by: 1 | -1): RoomDialogKey<FormDialog> {
  return {
    id,
    title: 'the next or previous repository or agent',
    keys: names,
    palette: 'never',
    disabledReason: (_, { pending }) => (pending === null ? null : waitingText),
    run: (state, form) => noEffects(choose(state, form, by)),
  };
}

function sendHint(state: AppState, form: FormDialog): string {
  if (form.field !== 'brief') return 'next';
  const faulty = faultyField(state, form);
  return faulty === null ? 'propose' : `fix the ${faulty}`;
}

/** Returns what is wrong with the task's name as typed so far; null for an empty one. */
function taskProblem(state: AppState, form: FormDialog): string | null {
  const task = form.task.text;
  if (task === '') return null;
  const parsed = parseSlug(task, 'task');
  if (!parsed.ok) return problemText(parsed.problem);
  const isSame = (repo: string, other: string) => repo === form.repo && foldCase(other) === foldCase(task);
  if (state.facts?.workers.some((worker) => isSame(worker.repo, worker.task)))
    return `${form.repo} already has a worker for ${task}.`;
  const rival = state.facts?.proposals.find(
    ({ n, draft }) => n !== form.editing && isSame(draft.repo, draft.task),
  );
  return rival ? `Proposal ${rival.n} already asks for ${form.repo}/${task}.` : null;
}

/** Returns why nothing can be started in the chosen repository; null if it can. */
function repoProblem(state: AppState, form: FormDialog): string | null {
  const repo = state.facts?.repos.find(({ name }) => name === form.repo);
  return repo ? repo.problem : 'This workspace has no such repository.';
}

/** Returns the field that must be corrected before the form can be sent. */
function faultyField(state: AppState, form: FormDialog): FormField | null {
  if (repoProblem(state, form) !== null) return 'repo';
  return form.task.text === '' || taskProblem(state, form) !== null ? 'task' : null;
}

/** Sends the form as a new or changed proposal; moves to the faulty field instead, if there is one. */
function sendForm(state: AppState, form: FormDialog): Step {
  const field = faultyField(state, form);
  if (field !== null) {
    const there = withDialog(state, { ...form, field });
    // The form itself shows everything else that is wrong.
    return noEffects(
      form.task.text === '' ? withNotice(there, 'The task needs a name, such as fix-migration.') : there,
    );
  }
  const draft: ProposalDraft = {
    repo: form.repo,
    task: form.task.text,
    brief: form.brief.text.trim(),
    agent: form.agent,
  };
  return form.editing === null
    ? askFrom(state, form, 'propose', draft)
    : askFrom(state, form, 'edit', { n: form.editing, draft });
}

function moveField(state: AppState, form: FormDialog, by: 1 | -1): AppState {
  const at = fields.indexOf(form.field) + by + fields.length;
  return withDialog(state, { ...form, field: fields[at % fields.length] ?? 'task' });
}

/** Moves through the rows of the brief, else through the fields. */
function moveUpOrDown(state: AppState, form: FormDialog, by: 1 | -1): AppState {
  // Arrows stop at both ends, as in lists; tab goes round.
  if (form.field !== 'brief') return form.field === 'repo' && by < 0 ? state : moveField(state, form, by);
  const brief = moveRow(form.brief, by, briefColumns(state));
  if (brief) return withDialog(state, { ...form, brief });
  return by < 0 ? moveField(state, form, by) : state;
}

/** Returns the width of a row of the brief in cells. */
function briefColumns({ size }: Pick<AppState, 'size'>): number {
  // One cell is left free for a caret at the end of a full row.
  return dialogColumns(size) - 3;
}

function choose(state: AppState, form: FormDialog, by: 1 | -1): AppState {
  if (!state.facts) return state;
  if (form.field === 'repo') {
    const names = state.facts.repos.map(({ name }) => name);
    return withDialog(state, { ...form, repo: stepped(names, form.repo, by) ?? form.repo });
  }
  const { agents, defaultAgent } = state.facts.workspace;
  const agent = stepped(agents, form.agent ?? defaultAgent, by) ?? null;
  return withDialog(state, { ...form, agent: agent === defaultAgent ? null : agent });
}

function stepped(names: readonly string[], now: string, by: 1 | -1): string | undefined {
  return names[(names.indexOf(now) + by + names.length) % names.length];
}

/** Returns what is wrong, most important first. */
export function formProblems(state: AppState, form: FormDialog): readonly string[] {
  const own = [repoProblem(state, form), taskProblem(state, form)].filter((text) => text !== null);
  // Once the facts have arrived, they show the reason of the controller's refusal, too.
  return form.problem && own.length === 0 ? [problemText(form.problem)] : own;
}

/** Rows of the form besides brief and problems, with the border. */
const otherRows = 10;

/** Returns the number of rows reserved for problems, so that the form does not jump. */
function problemRoom({ size }: AppState): number {
  return size.rows < 24 ? 2 : 4;
}

/** Draws repository, agent, task and brief, with their problems while they are typed. */
function view(state: AppState, form: FormDialog, width: number): DialogBody {
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
    [label(form, 'brief', 'Brief'), span('what the worker should do', 'muted')],
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
    case 'repo':
    case 'agent':
      return null;
  }
}
