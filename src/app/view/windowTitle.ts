import { plainLine } from '../../lib/sanitize.ts';
import { selectQueue } from '../../room/select.ts';
import type { AppState } from '../../room/state.ts';
import { cutText } from '../../room/text/cells.ts';

/** Tabs and task bars cut what is longer. */
const longestName = 40;

/** What the person's terminal calls its window: `orch-tui · shop · 2 need you`. */
export function windowTitle(state: AppState): string {
  const name = state.facts ? plainLine(state.facts.workspace.name) : '';
  const count = selectQueue(state).length;
  const need = count > 0 ? `${count} ${count === 1 ? 'needs' : 'need'} you` : '';
  return ['orch-tui', cutText(name, longestName), need].filter(Boolean).join(' · ');
}
