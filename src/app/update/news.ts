import { denialText } from '../../features/attention/noticesDialog.ts';
import { plainLine } from '../../lib/sanitize.ts';
import { findWorker } from '../../room/select.ts';
import type { AppState } from '../../room/state.ts';
import { problemLine, withNotice } from '../../room/step.ts';
import { cellWidth, cutText } from '../../room/text/cells.ts';
import { counted } from '../../room/text/words.ts';

/** Says what the guard kept a session from, when it happens. */
export function withDenials(next: AppState, old: AppState): AppState {
  if (!old.facts) return next;
  const fresh = next.facts?.workers.find(
    ({ id, denied }) => denied && denied.count > (findWorker(old, id)?.denied?.count ?? 0),
  );
  if (!fresh?.denied) return next;
  return withNotice(next, newsLine(denialText(fresh.id, fresh.denied), 1, next.size.cols));
}

/** Says what the controller has to say, once. */
export function withNews(next: AppState, old: AppState): AppState {
  const said = new Set(old.facts?.notices.map(problemLine));
  const news = next.facts?.notices.map(problemLine).filter((text) => !said.has(text)) ?? [];
  const [first] = news;
  if (first !== undefined) return withNotice(next, newsLine(first, news.length, next.size.cols), 'problem');
  return isBroken(old) && !isBroken(next) ? withNotice(next, mended) : next;
}

const mended = '.orch/config.json is right again and in use.';

function isBroken({ facts }: AppState): boolean {
  return facts?.notices.some(({ code }) => code === 'config_invalid') ?? false;
}

/** What fits into one line, and where to read the rest. */
function newsLine(first: string, count: number, cols: number): string {
  const text = plainLine(first);
  const room = cols - noticeMargin;
  if (count === 1 && cellWidth(text) <= room) return text;
  const rest = count === 1 ? ' (all of it: press !)' : ` (${counted(count, 'notice')}: press !)`;
  return cutText(text, room - rest.length) + rest;
}

/** Cells of the footer around a notice and its mark. */
const noticeMargin = 4;
