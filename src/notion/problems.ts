import { type Problem, problemOf } from '../lib/result.ts';
import { Unanswered } from './transport.ts';

/** What an error of the client says; anything else is a bug. */
interface ApiError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** No answer came, so a write may or may not have been made. */
export const unanswered = 'notion_unanswered';

/** With these nothing else will work either. */
const hopeless = new Set([
  'notion_unauthorized',
  'notion_forbidden',
  'notion_busy',
  'notion_unreachable',
  'cancelled',
]);

export function isHopeless({ code }: Problem): boolean {
  return hopeless.has(code);
}

/**
 * An expected failure of a request as a problem, never with the token in it.
 * @throws the error itself when it is a bug of ours
 */
export function problemFor(error: unknown, isWrite: boolean, token: string): Problem {
  if (isAbort(error)) return problemOf('cancelled', 'The sync was cancelled.');
  if (error instanceof Unanswered) return isWrite ? lostWrite : unreachable;
  if (!isApiError(error)) throw error;
  const message = error.message.replaceAll(token, '…').replace(/\s+/g, ' ').slice(0, 200);
  switch (error.status) {
    case 401:
      return problemOf(
        'notion_unauthorized',
        'Notion refused the token.',
        'Give a new one with `orch-tui notion connect`.',
      );
    case 403:
      return problemOf(
        'notion_forbidden',
        'The integration may not do that in Notion.',
        'Give it the right to read, update and insert content in its settings.',
      );
    case 404:
      return problemOf(
        'notion_not_shared',
        'Notion has no such page or database, or it is not shared with the integration.',
        'Open it in Notion, and add the integration under ••• → Connections.',
      );
    case 409:
    case 429:
    case 529:
      return problemOf('notion_busy', 'Notion asks to come back later.', 'Sync again in a few minutes.');
    default:
      return problemOf('notion_refused', `Notion refused (${error.code}): ${message}`);
  }
}

const unreachable = problemOf(
  'notion_unreachable',
  'Notion does not answer.',
  'Check the connection and status.notion.so, then sync again.',
);

const lostWrite = problemOf(
  unanswered,
  'Notion did not answer; whether the change was made is not known yet.',
  'Sync again: what was made is found, and the rest repeated.',
);

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function isApiError(error: unknown): error is ApiError {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' && 'code' in error;
}
