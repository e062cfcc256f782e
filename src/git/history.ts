import type { CommitHistory, CommitQuery, CommitText, LoggedCommit, LogQuery, Repo } from '../core/repo.ts';
import type { Worker } from '../core/worker.ts';
import { failure, type Result, success } from '../lib/result.ts';
import { hasControl } from '../lib/sanitize.ts';
import { type Git, refused } from './run.ts';

/** Read access to commits. Names come from a model, so they are checked before git gets them. */

/** Milliseconds; the history of one file of a large repository takes seconds. */
const timeoutMs = 30_000;

/** Maximum bytes of a patch; the rest can be read file by file. */
export const mostPatchBytes = 4 * 1024 * 1024;

/** Bytes; larger files are listed in a patch but not compared. */
const largestFile = '2m';

/** Prevents fetching, and takes paths literally. */
const sealedEnvironment = { GIT_NO_LAZY_FETCH: '1', GIT_ALLOW_PROTOCOL: '', GIT_LITERAL_PATHSPECS: '1' };

/** Prevents that a repository's configuration runs programs or changes the output. */
const plainOptions = ['--no-show-signature', '--no-notes', '--no-color', '--no-ext-diff', '--no-textconv'];

/**
 * Returns the history of a branch, newest first.
 * @returns `no_such_commit`, `bad_path`, or git's own refusal
 */
export async function readHistory(
  git: Git,
  { path: dir }: Repo,
  { from, path, limit, offset }: LogQuery,
): Promise<Result<CommitHistory>> {
  const tip = await resolveCommit(git, dir, from ?? 'HEAD');
  if (!tip.ok) return tip;
  const paths = pathArguments(path);
  if (!paths.ok) return paths;
  const format = '--format=%H%x00%P%x00%<(100,trunc)%an%x00%aI%x00%<(300,trunc)%s';
  const page = [`--max-count=${limit + 1}`, `--skip=${offset}`];
  const args = ['log', '-z', '--encoding=UTF-8', ...plainOptions, ...page, format, tip.value, ...paths.value];
  const outcome = await git.run(dir, args, { env: sealedEnvironment, timeoutMs });
  if (outcome.exitCode !== 0) return refused(outcome);
  const commits = parseHistory(outcome.stdout);
  return success({ commits: commits.slice(0, limit), more: commits.length > limit });
}

/**
 * Returns a commit: author, date, message, changed files, and the patch against its first parent.
 * @returns `no_such_commit`, `bad_path`, or git's own refusal
 */
export async function readCommit(
  git: Git,
  { path: dir }: Repo,
  { commit, path }: CommitQuery,
): Promise<Result<CommitText>> {
  const found = await resolveCommit(git, dir, commit);
  if (!found.ok) return found;
  const paths = pathArguments(path);
  if (!paths.ok) return paths;
  const format = '--format=commit %H%nparents %P%nauthor %an%ndate %aI%n%n%B';
  const shape = ['--stat=120', '--stat-count=200', '--patch', '--find-renames', '--submodule=short'];
  const merges = '--diff-merges=first-parent';
  const show = ['show', '--encoding=UTF-8', ...plainOptions, ...shape, merges, format, found.value];
  const outcome = await git.run(
    dir,
    ['-c', `core.bigFileThreshold=${largestFile}`, ...show, ...paths.value],
    { env: sealedEnvironment, timeoutMs, mostBytes: mostPatchBytes },
  );
  const { isCut = false } = outcome;
  return outcome.exitCode === 0 || isCut ? success({ text: outcome.stdout, isCut }) : refused(outcome);
}

/**
 * Accepts names, parents and ancestors; no options, ranges, searches through history (`:/`, `^{/`) or reflogs (`@{1}`).
 */
const plainName = /^(?!-)(?!.*(?:\.\.|@\{))[^\p{Cc}\s~^:?*[\\]{1,250}(?:[~^]\d{0,6})*$/u;

/** Returns the commit that a name means. */
async function resolveCommit(git: Git, dir: string, name: string): Promise<Result<string>> {
  const nothing = failure(
    'no_such_commit',
    `There is no branch, tag or commit ${JSON.stringify(name.slice(0, 100))}.`,
    'Give a name such as "develop", "HEAD~2" or a commit’s own.',
  );
  if (!plainName.test(name)) return nothing;
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`];
  const { exitCode, stdout } = await git.run(dir, args, { env: sealedEnvironment, timeoutMs });
  const commit = stdout.trim();
  return exitCode === 0 && /^[0-9a-f]{40,64}$/.test(commit) ? success(commit) : nothing;
}

/** Returns path arguments behind `--`, where nothing is an option. A zero byte would end the argument. */
function pathArguments(path: string | null): Result<readonly string[]> {
  if (path === null || path === '') return success(['--']);
  return hasControl(path)
    ? failure('bad_path', 'A path holds no control characters.', 'Such as "src/app.ts".')
    : success(['--', path]);
}

function parseHistory(text: string): LoggedCommit[] {
  const fields = text.split('\0');
  const commits: LoggedCommit[] = [];
  for (let at = 0; at + 4 < fields.length; at += 5) {
    const [commit = '', parents = '', author = '', time = '', subject = ''] = fields.slice(at, at + 5);
    commits.push({
      commit,
      parents: parents.split(' ').filter(Boolean),
      author: author.trimEnd(),
      at: time,
      subject: subject.trimEnd(),
    });
  }
  return commits;
}

/** Prevents that a repository's configuration runs programs. */
const plainDiffOptions = ['--no-ext-diff', '--no-textconv', '--no-color', '--find-renames'];

/**
 * Returns a worker's changes since its branch left its base, as a patch: commits and uncommitted changes. Untracked
 * files are listed below it.
 */
export async function workDiff(
  git: Git,
  { worktree, base }: Pick<Worker, 'worktree' | 'base'>,
): Promise<Result<string>> {
  const fork = await git.run(worktree, ['merge-base', base.branch, 'HEAD']);
  const from = fork.exitCode === 0 ? fork.stdout.trim() : base.commit;
  const diff = await git.run(
    worktree,
    [
      '--no-optional-locks',
      '-c',
      `core.bigFileThreshold=${largestFile}`,
      'diff',
      ...plainDiffOptions,
      from,
      '--',
    ],
    { mostBytes: mostPatchBytes },
  );
  if (diff.exitCode !== 0 && !diff.isCut) return refused(diff);
  const others = await git.run(worktree, ['ls-files', '--others', '--exclude-standard', '-z'], {
    names: true,
  });
  const names = others.stdout.split('\0').filter((name) => name !== '');
  const untracked =
    names.length === 0 ? '' : `\nUntracked:\n${names.map((name) => `? ${name}`).join('\n')}\n`;
  const cut = diff.isCut ? '\n… The rest of the patch is too long to be read.\n' : '';
  return success(diff.stdout + cut + untracked);
}
