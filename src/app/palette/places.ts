import type { Card } from '../../domain/board.ts';
import { draftId, type Proposal } from '../../domain/proposal.ts';
import type { RepoStatus } from '../../domain/repo.ts';
import type { Worker } from '../../domain/worker.ts';
import { openRepo } from '../../features/repos/repos.ts';
import { openCard } from '../../features/workers/proposals.ts';
import { plainLine } from '../../lib/sanitize.ts';
import { enterPane, selectRow, switchList } from '../../room/move.ts';
import { isReachable } from '../../room/reachable.ts';
import { selectQueue, selectShown } from '../../room/select.ts';
import type { AppState, ListName } from '../../room/state.ts';
import { stay, toList } from '../../room/step.ts';
import { counted, stateLook } from '../../room/text/words.ts';
import { openBoard } from '../actions/board.ts';
import { cardKey } from '../board.ts';
import type { PaletteItem } from './item.ts';

/** Characters of a name or text that comes from outside: more than is shown of it, or looked at. */
const longest = 200;

/** Where one can go from everywhere: both lists, workers, proposals, repositories and cards. */
export function placesOf(state: AppState): readonly PaletteItem[] {
  const { workers = [], proposals = [], repos = [], board } = state.facts ?? {};
  const places = [
    listPlace(state, 'queue'),
    listPlace(state, 'fleet'),
    ...workers.map((worker) => workerPlace(state, worker)),
    ...proposals.map(proposalPlace),
    ...repos.map((repo) => repoPlace(state, repo)),
    ...(board?.cards ?? []).map(cardPlace),
  ].filter((place) => place !== null);
  // Cards without an id may say the same.
  return [...new Map(places.map((place) => [place.id, place])).values()];
}

function place(id: string, name: string, text: string, run: PaletteItem['run']): PaletteItem {
  return { id, name: shown(name), text: shown(text), key: null, off: null, run };
}

function shown(text: string): string {
  return plainLine(text.slice(0, longest));
}

/** Null for the one that one is in. */
function listPlace(state: AppState, list: ListName): PaletteItem | null {
  const isRoom = state.focus.at === 'list';
  if (isRoom && state.list === list) return null;
  const count = selectQueue(state).length;
  const [name, text] =
    list === 'queue'
      ? ['queue', `what needs you: ${counted(count, 'thing')}`]
      : ['repositories', 'and their workers'];
  return {
    ...place(list, name, text, (below) => {
      const room = { ...toList(below), zoomed: false };
      return stay(room.list === list ? room : switchList(room));
    }),
    key: isRoom ? 'tab' : null,
    off: list === 'queue' && count === 0 ? 'Nothing needs you just now.' : null,
  };
}

/** Its key is the number of its pane. */
function workerPlace(state: AppState, worker: Worker): PaletteItem {
  const { id } = worker;
  const at = state.focus.at === 'list' ? selectShown(state).indexOf(worker) : -1;
  const text = `worker, ${stateLook(worker).word}`;
  const run = (below: AppState) => stay(enterPane(toList(below), id));
  return { ...place(`worker ${id}`, id, text, run), key: at < 0 ? null : `${at + 1}` };
}

/** To its card, where alone it can be approved. */
function proposalPlace(proposal: Proposal): PaletteItem {
  const { n, kind, draft } = proposal;
  const text = `proposal: look at what would be ${kind === 'resume' ? 'resumed' : 'started'}`;
  return place(`proposal ${n}`, draftId(draft), text, (below) => stay(openCard(toList(below), proposal)));
}

function repoPlace(state: AppState, { name }: RepoStatus): PaletteItem {
  const reachable = isReachable(state);
  const run: PaletteItem['run'] = (below) =>
    openRepo(selectRow(toList(below), 'fleet', { kind: 'repo', name }), name);
  return { ...place(`repo ${name}`, name, 'repository', run), off: reachable === true ? null : reachable };
}

function cardPlace(card: Card): PaletteItem {
  const text = `${card.task} · ${card.column}`;
  return place(`card ${cardKey(card)}`, card.id ?? 'card', text, (below) =>
    stay(openBoard(toList(below), card)),
  );
}
