import type { ProposalDraft } from '../domain/proposal.ts';
import { foldCase, parseSlug } from '../domain/slug.ts';
import { insertText, moveRow } from '../room/field.ts';
import { dialogColumns } from '../room/geometry.ts';
import type { AppState } from '../room/state.ts';
import { ask, problemText, type Step, stay, withDialog, withNotice } from '../room/step.ts';
import type { FormDialog, FormField } from './dialog.ts';
import { dialogOf } from './dialog.ts';

const fields: readonly FormField[] = ['repo', 'agent', 'task', 'brief'];

export function formOf(state: AppState): FormDialog | null {
  const dialog = dialogOf(state);
  return dialog?.kind === 'form' ? dialog : null;
}

/** What is wrong with the task's name as typed so far; an empty one is merely not yet typed. */
export function taskProblem(state: AppState, form: FormDialog): string | null {
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

/** Why nothing can be started in the chosen repository. */
export function repoProblem(state: AppState, form: FormDialog): string | null {
  const repo = state.facts?.repos.find(({ name }) => name === form.repo);
  return repo ? repo.problem : 'This workspace has no such repository.';
}

/** The field that has to be mended before the form can be sent. */
export function faultyField(state: AppState, form: FormDialog): FormField | null {
  if (repoProblem(state, form) !== null) return 'repo';
  return form.task.text === '' || taskProblem(state, form) !== null ? 'task' : null;
}

/** Proposes what the form says, or changes the open proposal to it; goes to what is wrong with it instead. */
export function sendForm(state: AppState): Step {
  const form = formOf(state);
  if (!form) return stay(state);
  const field = faultyField(state, form);
  if (field !== null) {
    const there = withDialog(state, { ...form, field });
    // Everything else that is wrong stands in the form.
    return stay(
      form.task.text === '' ? withNotice(there, 'The task needs a name, such as fix-migration.') : there,
    );
  }
  const draft: ProposalDraft = {
    repo: form.repo,
    task: form.task.text,
    brief: form.brief.text.trim(),
    agent: form.agent,
  };
  const waiting = (next: AppState, pending: number) => withDialog(next, { ...form, pending, problem: null });
  return form.editing === null
    ? ask(state, 'propose', draft, waiting)
    : ask(state, 'edit', { n: form.editing, draft }, waiting);
}

export function moveField(state: AppState, by: 1 | -1): AppState {
  const form = formOf(state);
  if (!form) return state;
  const at = fields.indexOf(form.field) + by + fields.length;
  return withDialog(state, { ...form, field: fields[at % fields.length] ?? 'task' });
}

/** Up and down: through the rows of the brief, else through the fields. */
export function moveUpOrDown(state: AppState, by: 1 | -1): AppState {
  const form = formOf(state);
  if (!form) return state;
  // Arrows stop at both ends, as in lists; tab goes round.
  if (form.field !== 'brief') return form.field === 'repo' && by < 0 ? state : moveField(state, by);
  const brief = moveRow(form.brief, by, briefColumns(state));
  if (brief) return withDialog(state, { ...form, brief });
  return by < 0 ? moveField(state, by) : state;
}

/** Cells of a row of the brief. */
export function briefColumns({ size }: Pick<AppState, 'size'>): number {
  // One cell is left free for a caret at the end of a full row.
  return dialogColumns(size) - 3;
}

/** The next or previous repository or agent. */
export function choose(state: AppState, by: 1 | -1): AppState {
  const form = formOf(state);
  if (!form || !state.facts) return state;
  if (form.field === 'repo') {
    const names = state.facts.repos.map(({ name }) => name);
    return withDialog(state, { ...form, repo: stepped(names, form.repo, by) ?? form.repo });
  }
  if (form.field !== 'agent') return state;
  const { agents, defaultAgent } = state.facts.workspace;
  const agent = stepped(agents, form.agent ?? defaultAgent, by) ?? null;
  return withDialog(state, { ...form, agent: agent === defaultAgent ? null : agent });
}

function stepped(names: readonly string[], now: string, by: 1 | -1): string | undefined {
  return names[(names.indexOf(now) + by + names.length) % names.length];
}

export function addLineBreak(state: AppState): AppState {
  const form = formOf(state);
  if (form?.field !== 'brief') return state;
  return withDialog(state, { ...form, brief: insertText(form.brief, '\n', true) });
}

/** What is wrong, most pressing first. */
export function formProblems(state: AppState, form: FormDialog): readonly string[] {
  const own = [repoProblem(state, form), taskProblem(state, form)].filter((text) => text !== null);
  // What the controller has refused is seen here, too, once its facts have come.
  return form.problem && own.length === 0 ? [problemText(form.problem)] : own;
}
