import { partOf, Quotation } from '../../core/command.ts';
import type { CommitHistory, CommitText } from '../../core/repo.ts';
import { oneLine } from '../../lib/sanitize.ts';
import { defineTool, type World } from '../define.ts';

// Looking at what was committed, for the session that has no shell: nothing is fetched, checked out or run for it.

const fields = ({ z }: World['schemas']) => ({
  repo: z.string().min(1).max(200).describe('One of those in status.'),
  path: z.string().max(4000).optional().describe('Only this file or folder, from the top of the repository.'),
});

export const gitLog = defineTool<CommitHistory>()({
  name: 'git_log',
  by: 'agent',
  params(schemas) {
    const { z } = schemas;
    const { repo, path } = fields(schemas);
    const branch = z.string().max(255).optional();
    return z.object({
      repo,
      branch: branch.describe('A branch, tag or commit; what is checked out without it.'),
      path,
      limit: z.number().int().min(1).max(100).default(20),
      offset: z.number().int().min(0).max(1_000_000).default(0).describe('Commits to skip.'),
    });
  },
  handle: (services, { repo, branch = null, path = null, limit, offset }) =>
    services.historyOf(repo, { from: branch, path, limit, offset }),
  mcp: {
    has: 'orchestrator',
    description: 'Commits of a branch, newest first: name, parents, author, time, subject.',
    reads: true,
    says({ repo, offset }, { commits: found, more }) {
      const commits = found.map(({ author, subject, ...rest }) => ({
        ...rest,
        author: oneLine(author, 100),
        subject: oneLine(subject, 300),
      }));
      const older = more ? { older: `offset ${offset + commits.length}` } : {};
      return new Quotation(`History of ${repo}`, JSON.stringify({ commits, ...older }, null, 1));
    },
  },
});

export const gitShow = defineTool<CommitText>()({
  name: 'git_show',
  by: 'agent',
  params(schemas) {
    const { z } = schemas;
    const { repo, path } = fields(schemas);
    return z.object({
      repo,
      commit: z.string().min(1).max(255).describe('Its name, or that of a branch or tag, or "develop~2".'),
      path,
      offset: z.number().int().min(0).default(0).describe('Characters to skip in a long patch.'),
    });
  },
  handle: (services, { repo, commit, path = null }) => services.commitOf(repo, { commit, path }),
  mcp: {
    has: 'orchestrator',
    description: 'A commit: its message, the files it changed, and its patch against its first parent.',
    reads: true,
    says({ repo, offset }, { text, isCut }) {
      const more = isCut ? ' (too long to be read whole: ask for its files, with path)' : '';
      return new Quotation(`A commit of ${repo}${more}`, partOf(text, offset));
    },
  },
});
