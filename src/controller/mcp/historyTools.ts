import { z } from 'zod';
import { success } from '../../lib/result.ts';
import { oneLine } from '../../lib/sanitize.ts';
import { partOf, quoted } from './quoted.ts';
import { defineTool, type Tool } from './tool.ts';

const repo = z.string().min(1).max(200).describe('One of those in status.');
const path = z
  .string()
  .max(4000)
  .optional()
  .describe('Only this file or folder, from the top of the repository.');

/** Looking at what was committed, for the session that has no shell: nothing is fetched, checked out or run for it. */
export const historyTools: readonly Tool[] = [
  defineTool({
    name: 'git_log',
    description: 'Commits of a branch, newest first: name, parents, author, time, subject.',
    input: z.object({
      repo,
      branch: z
        .string()
        .max(255)
        .optional()
        .describe('A branch, tag or commit; what is checked out without it.'),
      path,
      limit: z.number().int().min(1).max(100).default(20),
      offset: z.number().int().min(0).max(1_000_000).default(0).describe('Commits to skip.'),
    }),
    reads: true,
    run: async (desk, _, { repo, branch, path, limit, offset }) => {
      const wish = { from: branch ?? null, path: path ?? null, limit, offset };
      const history = await desk.historyOf(repo, wish);
      if (!history.ok) return history;
      const commits = history.value.commits.map(({ author, subject, ...rest }) => ({
        ...rest,
        author: oneLine(author, 100),
        subject: oneLine(subject, 300),
      }));
      const older = history.value.more ? { older: `offset ${offset + commits.length}` } : {};
      return success(quoted(`History of ${repo}`, JSON.stringify({ commits, ...older }, null, 1)));
    },
  }),
  defineTool({
    name: 'git_show',
    description: 'A commit: its message, the files it changed, and its patch against its first parent.',
    input: z.object({
      repo,
      commit: z.string().min(1).max(255).describe('Its name, or that of a branch or tag, or "develop~2".'),
      path,
      offset: z.number().int().min(0).default(0).describe('Characters to skip in a long patch.'),
    }),
    reads: true,
    run: async (desk, _, { repo, commit, path, offset }) => {
      const found = await desk.commitOf(repo, { commit, path: path ?? null });
      if (!found.ok) return found;
      const { text, isCut } = found.value;
      const more = isCut ? ' (too long to be read whole: ask for its files, with path)' : '';
      return success(quoted(`A commit of ${repo}${more}`, partOf(text, offset)));
    },
  }),
];
