import type { Card } from '../core/board.ts';
import { draftId, type Proposal } from '../core/proposal.ts';
import type { RepoStatus } from '../core/repo.ts';
import type { Worker } from '../core/worker.ts';
import { cardKey, openBoard } from '../features/board/boardLayout.ts';
import { openRepo } from '../features/repos/repos.ts';
import { openCard } from '../features/workers/proposalDialogs.ts';
import { plainLine } from '../lib/sanitize.ts';
import type { MouseToken } from '../terminal/input.ts';
import type { RoomDialog } from '../ui/dialog.ts';
import { emptyField, insertText, type TextField } from '../ui/field.ts';
import { counted, stateBadge } from '../ui/format.ts';
import { hintOf, type KeyPlace, keyLabel, keysOf, type RoomKey, typeKey, wheel, whyOff } from '../ui/keys.ts';
import { contains, paletteLayout, paletteRows, selectShown } from '../ui/layout.ts';
import { enterPane, findProposal, selectQueue, selectRow, switchList } from '../ui/select.ts';
import { type AppState, type ListName, type Palette, selectionOf, shownDialog } from '../ui/state.ts';
import { noEffects, type Step, toList, whyUnreachable, withNotice, withoutNotice } from '../ui/step.ts';
import { clustersOf } from '../ui/text.ts';

/** Computes what the palette offers. It is passed in, because the definitions include the palette itself. */
type Offers = (state: AppState) => readonly Offer[];

const keys = { group: 'Palette', palette: 'never' } as const;

/** Returns the key that opens the palette. */
export function paletteKeyOf(offersOf: Offers): RoomKey {
  return {
    id: 'palette',
    title: 'open the palette of all actions, workers and cards',
    hint: ({ focus }) => (focus.at === 'list' ? 'palette' : null),
    keys: [':', 'ctrl-p'],
    group: 'Program',
    palette: 'never',
    run: (state) => noEffects(withFilter(state, emptyField, offersOf)),
  };
}

/** Returns the place of the palette. Enter runs the marked item, as its own key would. */
export function palettePlaceOf(offersOf: Offers): KeyPlace {
  const typed = (state: AppState, edit: (filter: TextField) => TextField | null): Step => {
    const filter = state.palette && edit(state.palette.filter);
    return noEffects(filter ? withFilter(state, filter, offersOf) : state);
  };
  const moving = (
    to: string,
    title: string,
    names: readonly string[],
    by: (state: AppState) => number,
  ): RoomKey => ({
    ...{ ...keys, id: `palette-${to}`, title, keys: names },
    run: (state) => noEffects(moveMark(state, offersOf(state), by(state))),
  });
  return {
    name: 'palette',
    isHere: ({ palette }) => palette !== null,
    keys: [
      {
        ...keys,
        id: 'palette-run',
        title: 'run the marked item',
        hint: 'run',
        keys: ['enter'],
        run: (state) => runMarked(state, offersOf(state)),
      },
      moving('down', 'next item', ['down', 'ctrl-n', 'ctrl-j'], () => 1),
      moving('up', 'previous item', ['up', 'ctrl-p', 'ctrl-k'], () => -1),
      moving('page-down', 'a page down', ['pagedown'], ({ size }) => paletteRows(size)),
      moving('page-up', 'a page up', ['pageup'], ({ size }) => -paletteRows(size)),
      {
        ...keys,
        id: 'palette-close',
        title: 'close the palette',
        hint: 'close',
        keys: ['escape', 'ctrl-c'],
        run: (state) => noEffects(withoutPalette(state)),
      },
    ],
    type: (state, token) => typed(state, (filter) => typeKey(filter, token)),
    paste: (state, { text }) => typed(state, (filter) => insertText(filter, text)),
  };
}

/** Handles a mouse event: a click runs an item or closes the palette; the wheel moves the mark. */
export function updatePaletteMouse(state: AppState, token: MouseToken, offers: readonly Offer[]): Step {
  if (wheel(token) !== 0) return noEffects(moveMark(state, offers, wheel(token)));
  if (token.action !== 'press' || token.button !== 'left') return noEffects(state);
  const { rect, list, first } = paletteLayout(state.size, offers.length, markedAt(state, offers));
  if (!contains(rect, token.x, token.y)) return noEffects(withoutPalette(withoutNotice(state)));
  const offer = contains(list, token.x, token.y) ? offers[first + token.y - list.y] : undefined;
  return offer ? runMarked(withMark(withoutNotice(state), offer.item.id), offers) : noEffects(state);
}

/** Sets the filter and marks the best match. */
function withFilter(state: AppState, filter: TextField, offersOf: Offers): AppState {
  const { palette } = state;
  if (palette?.filter.text === filter.text) return withPalette(state, { ...palette, filter });
  const next = withPalette(state, { filter, marked: null });
  return withPalette(next, { filter, marked: offersOf(next)[0]?.item.id ?? null });
}

/** Moves the mark, stopping at both ends; without a mark it starts at the nearer end. */
function moveMark(state: AppState, offers: readonly Offer[], by: number): AppState {
  const at = markedAt(state, offers);
  const to = at < 0 && by < 0 ? offers.length - 1 : Math.max(0, Math.min(offers.length - 1, at + by));
  return withMark(state, offers[to]?.item.id ?? null);
}

function withMark(state: AppState, marked: string | null): AppState {
  return state.palette ? withPalette(state, { ...state.palette, marked }) : state;
}

/** Returns the index of the marked item; -1 when there is none. */
export function markedAt({ palette }: AppState, offers: readonly Offer[]): number {
  return palette ? offers.findIndex(({ item }) => item.id === palette.marked) : -1;
}

/** Runs the marked item. A refusal leaves the palette open; an item that replaced the marked one is not run. */
function runMarked(state: AppState, offers: readonly Offer[]): Step {
  const item = offers[markedAt(state, offers)]?.item;
  if (item && item.off === null) return item.run(withoutPalette(state));
  const missing = offers.length === 0 ? 'No matches.' : 'The marked item is gone. Mark another.';
  return noEffects(withNotice(state, item?.off ?? missing));
}

function withPalette(state: AppState, palette: Palette): AppState {
  return { ...state, palette };
}

function withoutPalette(state: AppState): AppState {
  return { ...state, palette: null };
}

/** An item of the palette. */
export interface PaletteItem {
  /** Identifies the action together with its subject. */
  readonly id: string;
  /** One plain line, as is `text`. */
  readonly name: string;
  /** A description. */
  readonly text: string;
  /** Label of its key here; null without one. */
  readonly key: string | null;
  /** The reason why it is disabled; null while it is enabled. */
  readonly off: string | null;
  /** @param state without the palette, as if its key were pressed there */
  run(state: AppState): Step;
}

/** The reason why the palette runs no answers: it covers what they answer. */
const onlyByKey = 'Only its own key answers, while nothing covers the question.';

/**
 * Returns the actions of a place, then those of the room behind it, then destinations. Disabled ones come last, with the
 * reason. Actions that the footer lists come first, because they fit the selection.
 * @param state without the palette
 * @param here keys of the place
 * @param room keys of the room, if the place is another
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
    // The same action on another subject is another item.
    id: `${action.id} ${subject ?? ''}`,
    key: keyLabel(keysOf(action, state.settings)[0] ?? ''),
    run: action.run,
  };
}

/** Returns an action of the room; running it closes the open dialog. */
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
  const answering = action.palette === 'described' ? onlyByKey : null;
  const name = action.id.replaceAll('-', ' ');
  // Some titles begin with the name, which is shown beside them here.
  const text = action.title.replace(`${name}: `, '');
  return { name, text, off: why ?? answering };
}

/** Returns the subject of most actions, the selection; null without one. */
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

/** The longest name or text from outside, in characters; more is neither shown nor searched. */
const longest = 200;

/** Returns the destinations: both lists, workers, proposals, repositories and cards. */
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
  // Cards without an id may have the same text.
  return [...new Map(places.map((place) => [place.id, place])).values()];
}

function place(id: string, name: string, text: string, run: PaletteItem['run']): PaletteItem {
  return { id, name: shown(name), text: shown(text), key: null, off: null, run };
}

function shown(text: string): string {
  return plainLine(text.slice(0, longest));
}

/** Returns a list as a destination; null for the current one. */
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
      return noEffects(room.list === list ? room : switchList(room));
    }),
    key: isRoom ? 'tab' : null,
    off: list === 'queue' && count === 0 ? 'Nothing needs you just now.' : null,
  };
}

/** Returns a worker as a destination; its key is the number of its pane. */
function workerPlace(state: AppState, worker: Worker): PaletteItem {
  const { id } = worker;
  const at = state.focus.at === 'list' ? selectShown(state).indexOf(worker) : -1;
  const text = `worker, ${stateBadge(worker).word}`;
  const run = (below: AppState) => noEffects(enterPane(toList(below), id));
  return { ...place(`worker ${id}`, id, text, run), key: at < 0 ? null : `${at + 1}` };
}

/** Returns a proposal as a destination: its card. */
function proposalPlace(proposal: Proposal): PaletteItem {
  const { n, kind, draft } = proposal;
  const text = `proposal: look at what would be ${kind === 'resume' ? 'resumed' : 'started'}`;
  return place(`proposal ${n}`, draftId(draft), text, (below) =>
    noEffects(openCard(toList(below), proposal)),
  );
}

function repoPlace(state: AppState, { name }: RepoStatus): PaletteItem {
  const run: PaletteItem['run'] = (below) =>
    openRepo(selectRow(toList(below), 'fleet', { kind: 'repo', name }), name);
  return { ...place(`repo ${name}`, name, 'repository', run), off: whyUnreachable(state) };
}

function cardPlace(card: Card): PaletteItem {
  const text = `${card.task} · ${card.column}`;
  return place(`card ${cardKey(card)}`, card.id ?? 'card', text, (below) =>
    noEffects(openBoard(toList(below), card)),
  );
}

/** An item with the matched clusters of its name and of its text. */
export interface Offer {
  readonly item: PaletteItem;
  readonly inName: ReadonlySet<number>;
  readonly inText: ReadonlySet<number>;
}

/** Extra points for each letter found in the name instead of the text. */
const nameWorth = 2;

/** The least average score per letter in a text: any three letters match in most sentences. */
const leastInText = 7;

/** The longest query, in characters; the rest of a longer paste is ignored. */
const longestQuery = 100;

/**
 * Returns the items with all words of the query in their name or text, best first; all items for an empty query.
 * Disabled items come last, unless the query starts their name: then enter must not run another item.
 */
export function offersOf(items: readonly PaletteItem[], query: string): readonly Offer[] {
  const words = query.slice(0, longestQuery).toLowerCase().split(/\s+/).filter(Boolean);
  const typed = words.join(' ');
  const comesLast = ({ item: { off, name } }: Offer) =>
    Number(off !== null && (typed === '' || !name.toLowerCase().startsWith(typed)));
  return items
    .flatMap((item) => found(item, words) ?? [])
    .toSorted(
      (one, other) =>
        comesLast(one) - comesLast(other) ||
        other.score - one.score ||
        Number(one.item.off !== null) - Number(other.item.off !== null),
    );
}

function found(item: PaletteItem, words: readonly string[]): (Offer & { readonly score: number }) | null {
  const inName = new Set<number>();
  const inText = new Set<number>();
  // A whole name ranks above the start of another.
  let score = Number(item.name.toLowerCase() === words.join(' '));
  for (const word of words) {
    const name = match(word, item.name);
    const text = match(word, item.text);
    const byName = name ? name.score + nameWorth * name.at.length : 0;
    const byText = text && text.score >= leastInText * text.at.length ? text.score : 0;
    if (byName === 0 && byText === 0) return null;
    const [places, at] = byName >= byText ? [inName, name?.at] : [inText, text?.at];
    for (const one of at ?? []) places.add(one);
    score += Math.max(byName, byText);
  }
  return { item, inName, inText, score };
}

/** The letters of a query found in a text. */
interface Match {
  /** Greater is better; comparable between texts for the same query. */
  readonly score: number;
  /** Indices of the text's clusters that match, in order. */
  readonly at: readonly number[];
}

/** Points for a letter by its position. Consecutive letters count most: a typed start ranks above the same initials. */
const worth = { first: 9, wordStart: 8, inARow: 10, elsewhere: 1 } as const;

/** The least average score per letter: letters scattered over a text are no match. */
const leastWorth = 4;

/** The most clusters of a text that are searched. */
const longestText = 200;

/**
 * Returns the best match of letters in a text, in order and with gaps, ignoring case and accents.
 * @returns null without a match or with a too scattered one; the empty query matches every text
 */
export function match(query: string, text: string): Match | null {
  const wanted = clustersOf(query).map(folded);
  if (wanted.length === 0) return { score: 0, at: [] };
  if (!holds(folded(text), wanted)) return null;
  const given = clustersOf(text).slice(0, longestText).map(folded);
  const best = bestEnd(wanted, given);
  return best && best.score >= leastWorth * wanted.length ? { score: best.score, at: pathTo(best) } : null;
}

/** Reports whether the text contains the letters in order, which excludes most texts quickly. */
function holds(text: string, wanted: readonly string[]): boolean {
  let at = 0;
  return wanted.every((letter) => {
    const found = text.indexOf(letter, at);
    at = found + letter.length;
    return found >= 0;
  });
}

/** A found letter, the best path to it, and its score. */
interface Found {
  readonly at: number;
  readonly score: number;
  readonly before: Found | null;
}

/** Returns the best path to the last letter. For each letter it keeps the best path to every cluster that matches it. */
function bestEnd(wanted: readonly string[], given: readonly string[]): Found | null {
  let row: readonly (Found | null)[] = [];
  for (const [index, letter] of wanted.entries()) {
    const above = row;
    let reached: Found | null = null;
    row = given.map((cluster, at) => {
      const behind = above[at - 1] ?? null;
      if (behind && behind.score > (reached?.score ?? -1)) reached = behind;
      if (cluster !== letter || (index > 0 && !reached)) return null;
      const apart = { at, score: (reached?.score ?? 0) + startWorth(given, at), before: reached };
      const inARow = behind && { at, score: behind.score + worth.inARow, before: behind };
      return inARow && inARow.score >= apart.score ? inARow : apart;
    });
  }
  return row.reduce((best, found) => (found && found.score > (best?.score ?? -1) ? found : best), null);
}

/** Returns the points of a letter that does not continue a run. Every ideograph starts a word. */
function startWorth(given: readonly string[], at: number): number {
  if (at === 0) return worth.first;
  const isWithin = /[\p{L}\p{N}]/u.test(given[at - 1] ?? '') && !/\p{Ideographic}/u.test(given[at] ?? '');
  return isWithin ? worth.elsewhere : worth.wordStart;
}

function pathTo(end: Found): readonly number[] {
  const at: number[] = [];
  for (let found: Found | null = end; found; found = found.before) at.unshift(found.at);
  return at;
}

/** Returns `e` for `É`; a mark without a base stays as it is. */
function folded(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text.toLowerCase();
  return (text.normalize('NFD').replace(/\p{M}/gu, '') || text).toLowerCase();
}
