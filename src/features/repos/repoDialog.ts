import {
  type BranchStatus,
  isStale,
  type LastCommit,
  type RepoDetails,
  type RepoStatus,
  type WorktreeStatus,
} from '../../core/repo.ts';
import { type DialogBody, defineDialog, labelled, marked, problemRows } from '../../ui/dialog.ts';
import { counted, longAge, shortAge, stateBadge } from '../../ui/format.ts';
import { closeKey } from '../../ui/keys.ts';
import type { AppState } from '../../ui/state.ts';
import { noEffects, whyBusy, withDialog } from '../../ui/step.ts';
import { cellWidth, fitLine, type Line, line, type Span, span, type Tone } from '../../ui/text.ts';
import { createDevelopKey } from './developDialog.ts';
import { openRepo, type RepoDialog } from './repos.ts';

/** Details of a repository: its checkout as last seen, then branches, worktrees and stashes. */
export const repo = defineDialog<RepoDialog>({
  kind: 'repo',
  group: 'Dialogs',
  takesTypedAhead: 'It is only looked at.',
  keys: [
    createDevelopKey<RepoDialog>('develop-repo', (_, dialog) => ({ repo: dialog.repo, back: 'repo' })),
    {
      id: 'look-at-repo',
      title: 'look at the repository again',
      hint: 'look again',
      keys: ['ctrl-r'],
      disabledReason: whyBusy,
      run: (state, dialog) => openRepo(state, dialog.repo, dialog),
    },
    closeKey,
  ],
  view,
  onAnswer: (state, dialog, answer) =>
    answer.method === 'repoDetails' && answer.result.ok
      ? noEffects(
          withDialog(state, { ...dialog, pending: null, problem: null, details: answer.result.value }),
        )
      : null,
  isStale: ({ facts }, dialog) =>
    facts?.repos.some(({ name }) => name === dialog.repo)
      ? null
      : `${dialog.repo} is no longer in this workspace.`,
});

function view(state: AppState, dialog: RepoDialog, width: number): DialogBody {
  const { repo, details, pending, problem } = dialog;
  const status = state.facts?.repos.find(({ name }) => name === repo);
  const rows = [
    ...problemRows(problem, width),
    ...(status ? checkoutRows(state, status, details, width) : []),
    ...(details ? detailRows(state, details, width) : []),
    ...(pending !== null && !details ? [line(''), line('Reading branches and worktrees …', 'muted')] : []),
  ];
  const aside = pending !== null && details ? 'looking …' : '';
  return { title: line(repo, 'strong'), aside: line(aside, 'muted'), rows, tail: [], caret: null };
}

function checkoutRows(
  { now }: AppState,
  status: RepoStatus,
  details: RepoDetails | null,
  width: number,
): readonly Line[] {
  const { path, branch, operation, last, base, hasDevelop, problem } = status;
  const where = base === null ? 'none' : hasDevelop ? base : `${base} (no develop branch)`;
  return [
    ...(problem === null ? [] : [...marked('!', problem, width, 'bad'), line('')]),
    ...(operation === null
      ? []
      : [...marked('!', `A ${operation} is under way.`, width, 'warning'), line('')]),
    ...labelled('Checkout', [branch ?? 'detached', ...changesOf(status)].join(', '), width),
    ...labelled('', path, width, 'muted'),
    ...(last ? labelled('Last commit', commitText(last, now), width) : []),
    ...labelled('Base', where, width),
    ...(details ? labelled('Version', details.version ?? 'none yet', width) : []),
  ];
}

/** Returns the marks of the repository's row in words. */
function changesOf({ dirty, untracked, ahead, behind }: RepoStatus): readonly string[] {
  const parts = [
    ...(dirty > 0 ? [`${dirty} changed`] : []),
    ...(untracked > 0 ? [`${untracked} untracked`] : []),
    ...(ahead ? [`${ahead} to push`] : []),
    ...(behind ? [`${behind} to pull`] : []),
  ];
  return parts.length > 0 ? parts : ['nothing uncommitted'];
}

function commitText({ commit, subject, at }: LastCommit, now: number): string {
  return `${commit.slice(0, 7)} ${subject}, ${longAge(at, now)}`;
}

function detailRows(state: AppState, details: RepoDetails, width: number): readonly Line[] {
  const { branches, worktrees, stashes, base } = details;
  return [
    ...section(
      counted(branches.length, 'branch', 'branches') + (base === null ? '' : `, beside ${base}`),
      branches.map((one) => branchCells(one, base, state.now)),
      width,
    ),
    ...section(
      counted(worktrees.length, 'worktree'),
      worktrees.map((one) => worktreeCells(state, one)),
      width,
    ),
    ...section(
      counted(stashes.length, 'stash', 'stashes'),
      stashes.map((text) => [span(text)]),
      width,
    ),
  ];
}

/** Returns a heading with rows; empty without rows. */
function section(heading: string, rows: readonly Line[], width: number): readonly Line[] {
  if (rows.length === 0) return [];
  return [[], line(heading, 'strong'), ...inColumns(rows, width - 2).map((row) => [span('  '), ...row])];
}

function branchCells(branch: BranchStatus, base: string | null, now: number): Line {
  const { name, ahead, behind, upstream, last } = branch;
  const [said, tone] = name === base ? (['base', 'muted'] as const) : mergedText(branch, now);
  return [
    span(name),
    span(ahead === null ? '' : `+${ahead} -${behind}`, 'muted'),
    span(said, tone),
    span(upstreamText(upstream), upstream === 'gone' ? 'warning' : 'muted'),
    span(shortAge(last.at, now), 'muted'),
  ];
}

/** Returns how a branch was merged; empty when unknown, because some merges leave no trace. */
function mergedText(branch: BranchStatus, now: number): readonly [string, Tone] {
  if (branch.merged === 'squash') return ['merged as one commit', 'good'];
  if (branch.merged !== null) return ['merged', 'good'];
  return isStale(branch, new Date(now)) ? ['stale', 'warning'] : ['', 'muted'];
}

function upstreamText(upstream: string | null): string {
  if (upstream === null) return 'not pushed';
  if (upstream === '') return 'pushed';
  return upstream === 'gone' ? 'upstream gone' : upstream;
}

function worktreeCells({ facts }: AppState, worktree: WorktreeStatus): Line {
  const { path, branch, owner, locked, prunable, operation } = worktree;
  const root = `${facts?.workspace.root ?? ''}/`;
  const worker = facts?.workers.find((one) => one.worktree === path);
  const look = worker && stateBadge(worker);
  const whose = owner === 'main' ? 'main checkout' : owner === 'other' ? 'not ours' : 'no worker';
  const notes = [
    ...(operation === null ? [] : [`${operation} under way`]),
    ...(prunable === null ? [] : [`gone: ${prunable}`]),
    // We lock the worktree of a running worker.
    ...(locked === null || owner === 'worker' ? [] : [`locked ${locked}`.trim()]),
  ];
  return [
    span(path.startsWith(root) ? path.slice(root.length) : path),
    span(branch ?? 'detached', 'muted'),
    look ? span(`${look.mark} ${look.word}`, look.tone) : span(whose, 'muted'),
    span(notes.join('; '), 'warning'),
  ];
}

/** Cells between two columns. */
const gap = 2;

/** Aligns rows in columns, each as wide as its widest cell; without enough room the first shrinks, down to a third. */
function inColumns(rows: readonly Line[], width: number): readonly Line[] {
  const count = Math.max(...rows.map((cells) => cells.length));
  const widths = Array.from({ length: count }, (_, at) =>
    Math.max(...rows.map((cells) => cellWidth(cells[at]?.text ?? ''))),
  );
  const [first = 0, ...others] = widths;
  const rest = others.reduce((sum, wide) => sum + (wide > 0 ? wide + gap : 0), 0);
  widths[0] = Math.min(first, Math.max(Math.floor(width / 3), width - rest));
  return rows.map((cells) => joinCells(cells, widths));
}

function joinCells(cells: readonly Span[], widths: readonly number[]): Line {
  const filled = cells.findLastIndex(({ text }) => text !== '');
  return cells.flatMap((cell, at): Line => {
    const wide = widths[at] ?? 0;
    if (wide === 0 || at > filled) return [];
    return [...(at > 0 ? [span(' '.repeat(gap))] : []), ...fitLine([cell], wide)];
  });
}
