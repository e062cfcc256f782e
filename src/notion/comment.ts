import { failure, type Result, success } from '../lib/result.ts';
import { openBase } from './base.ts';
import type { Notion } from './client.ts';
import { unanswered } from './problems.ts';
import { storeFiles } from './store.ts';

/** One run of text; a summary has no need of more. */
const longest = 2000;

/** The page of a row that was synced; null for one that was not. */
export function pageOf(folder: string, dataSourceId: string, id: string): Result<string | null> {
  const base = openBase(storeFiles(folder, dataSourceId).base);
  return base.ok ? success(base.value.rows.get(id)?.pageId ?? null) : base;
}

/**
 * Puts a comment on a page, once: where Notion did not answer, it looks whether the comment is there before it asks
 * again. Texts are cut at 2000 characters.
 */
export async function commentOn(notion: Notion, pageId: string, text: string): Promise<Result<void>> {
  const content = text.trim().slice(0, longest);
  if (content === '') return failure('empty_comment', 'A comment needs a text.');
  const written = await notion.comment(pageId, content);
  if (written.ok || written.problem.code !== unanswered) return written;
  const comments = await notion.comments(pageId);
  if (!comments.ok) return comments;
  return comments.value.includes(content) ? success(undefined) : notion.comment(pageId, content);
}
