import { type Problem, problemOf } from '../domain/problem.ts';
import type { Denied, Worker } from '../domain/worker.ts';
import type { AppState } from '../room/state.ts';

/** What the controller had to say, and what each session was kept from last: latest first. */
export function selectNotices({ facts }: Pick<AppState, 'facts'>): readonly Problem[] {
  const denied = (facts?.workers ?? [])
    .flatMap(({ id, denied }) => (denied ? [{ id, denied }] : []))
    .sort((one, other) => other.denied.at.localeCompare(one.denied.at));
  return [...denied.map(denialOf), ...(facts?.notices.toReversed() ?? [])];
}

function denialOf({ id, denied }: { id: string; denied: Denied }): Problem {
  const often = denied.count > 1 ? ` This was refusal ${denied.count}; all are in its log.` : '';
  return problemOf('denied', denialText(id, denied), `${denied.why}${often}`);
}

export function denialText(id: Worker['id'], { what }: Denied): string {
  return `${id} was kept from ${what}`;
}
