import type { Card } from '../../core/board.ts';
import { draftId, type Proposal } from '../../core/proposal.ts';
import type { RepoStatus } from '../../core/repo.ts';
import type { Worker } from '../../core/worker.ts';
import { cardKey, openBoard } from '../../features/board/columns.ts';
import { openRepo } from '../../features/repos/repos.ts';
import { openCard } from '../../features/workers/proposals.ts';
import { plainLine } from '../../lib/sanitize.ts';
import type { RoomDialog } from '../../room/dialog.ts';
import { keyLabel } from '../../room/keyName.ts';
import { hintOf, keysOf, type RoomKey, whyOff } from '../../room/keys.ts';
import { selectShown } from '../../room/layout.ts';
import { enterPane, selectRow, switchList } from '../../room/move.ts';
import { whyUnreachable } from '../../room/reachable.ts';
import { findProposal, selectQueue } from '../../room/select.ts';
import { type AppState, type ListName, selectionOf, shownDialog } from '../../room/state.ts';
import { type Step, stay, toList } from '../../room/step.ts';
import { counted, stateLook } from '../../room/text/words.ts';

/** Something that the palette offers. */
export interface PaletteItem {
  /** The same as long as running it does the same to the same. */
  readonly id: string;
  /** Plain, on one line, as is `text`. */
  readonly name: string;
  /** What it does or is. */
  readonly text: string;
  /** Label of the key that does it here; null where none does. */
  readonly key: string | null;
  /** Why it cannot be done just now; null while it can. */
  readonly off: string | null;
  /** @param state without the palette, as if its key were pressed there */
  run(state: AppState): Step;
}

/** An answer is given to what one looks at, and the palette lies over it. */
const onlyByKey = 'Its own key answers, while all of it is in sight.';

/**
 * What can be done in a place, then in the room behind it, then where one can go; what cannot be done just now comes
 * last, with the reason. In a place those come first that its footer would name: they fit what is selected.
 * @param state without the palette
 * @param here what its place has
 * @param room what the room has, where the place is another
 * @param subject see `subjectOf`
 */
export function itemsOf(
  state: AppState,
  here: readonly RoomKey[],
  room: readonly RoomKey[],
  subject: string | null,
): readonly PaletteItem[] {
  const own = here
    .filter(({ palette }) => palette !== 'never')
    .toSorted((one, other) => Number(!hintOf(one, state)) - Number(!hintOf(other, state)));
  const open = shownDialog(state)?.kind;
  const behind = room.filter(({ id, palette }) => palette === 'everywhere' && id !== open);
  const items = [
    ...own.map((action) => itemHere(state, action, subject)),
    ...behind.map((action) => itemBehind(state, action)),
    ...placesOf(state),
  ];
  return [...items.filter(({ off }) => off === null), ...items.filter(({ off }) => off !== null)];
}

function itemHere(state: AppState, action: RoomKey, subject: string | null): PaletteItem {
  return {
    ...itemOf(state, action),
    // Done to something else it is something else.
    id: `${action.id} ${subject ?? ''}`,
    key: keyLabel(keysOf(action, state.settings)[0] ?? ''),
    run: action.run,
  };
}

/** Done as by its key in the room; the view that is open closes. */
function itemBehind(state: AppState, action: RoomKey): PaletteItem {
  return {
    ...itemOf(toList(state), action),
    id: action.id,
    key: null,
    run: (below) => action.run(toList(below)),
  };
}

function itemOf(state: AppState, action: RoomKey): Pick<PaletteItem, 'name' | 'text' | 'off'> {
  const why = whyOff(action, state);
  const told = action.palette === 'told' ? onlyByKey : null;
  const name = action.id.replaceAll('-', ' ');
  // Some titles begin with the name, which stands beside them here.
  const text = action.title.replace(`${name}: `, '');
  return { name, text, off: why ?? told };
}

/** What is selected, which most actions are done to; null where nothing is. */
export function subjectOf(state: AppState, definition: RoomDialog | null): string | null {
  const dialog = shownDialog(state);
  if (dialog) return definition?.selected?.(state, dialog) ?? null;
  const key = state.focus.at === 'list' ? selectionOf(state) : null;
  if (!key) return null;
  if (key.kind === 'repo') return key.name;
  if (key.kind !== 'proposal') return key.id;
  const proposal = findProposal(state, key.n);
  return proposal && draftId(proposal.draft);
}

/** Characters of a name or text that comes from outside: more than is shown of it, or looked at. */
const longest = 200;

/** Where one can go from everywhere: both lists, workers, proposals, repositories and cards. */
function placesOf(state: AppState): readonly PaletteItem[] {
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
  const run: PaletteItem['run'] = (below) =>
    openRepo(selectRow(toList(below), 'fleet', { kind: 'repo', name }), name);
  return { ...place(`repo ${name}`, name, 'repository', run), off: whyUnreachable(state) };
}

function cardPlace(card: Card): PaletteItem {
  const text = `${card.task} · ${card.column}`;
  return place(`card ${cardKey(card)}`, card.id ?? 'card', text, (below) =>
    stay(openBoard(toList(below), card)),
  );
}
