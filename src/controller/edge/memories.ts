import { type MemoryDraft, memoryKinds } from '../../domain/memory.ts';
import { failure, type Result, success } from '../../domain/problem.ts';
import { oneLine, paragraphs } from '../../lib/sanitize.ts';

/** Characters of one memory, and of its metadata as JSON. */
export const contentLimit = 20_000;
const metadataLimit = 4000;

/**
 * A memory in plain text and within bounds, whoever gave it.
 * @returns `too_long`, `bad_request`
 */
export function cleanMemory({ kind, content, tags, metadata }: MemoryDraft): Result<MemoryDraft> {
  if (!memoryKinds.includes(kind))
    return failure('bad_request', `There is no such kind of memory.`, `Known: ${memoryKinds.join(', ')}.`);
  if (content.length > contentLimit)
    return failure('too_long', `A memory has at most ${contentLimit} characters.`, 'Say less.');
  if (JSON.stringify(metadata).length > metadataLimit)
    return failure('too_long', `Its metadata has at most ${metadataLimit} characters.`, 'Shorten it.');
  return success({
    kind,
    content: paragraphs(content, contentLimit),
    tags: tags
      .slice(0, 20)
      .map((tag) => oneLine(tag, 60))
      .filter((tag) => tag !== ''),
    metadata,
  });
}

/** The same database for the workspace and all its worktrees; without it each folder has its own. */
export function copilotWorkspace(root: string): string {
  return `orch-${Buffer.from(root).toString('base64url').slice(-40)}`;
}
