import type { Card } from '../core/board.ts';
import { draftId, type Proposal } from '../core/proposal.ts';
import type { RepoStatus } from '../core/repo.ts';
import type { Worker } from '../core/worker.ts';
import { cardKey, openBoard } from '../features/board/columns.ts';
import { openRepo } from '../features/repos/repos.ts';
import { openCard } from '../features/workers/proposals.ts';
import { plainLine } from '../lib/sanitize.ts';
import type { MouseToken } from '../terminal/input.ts';
import type { RoomDialog } from '../ui/dialog.ts';
import { emptyField, insertText, type TextField } from '../ui/field.ts';
import { hintOf, keyLabel, keysOf, type Place, type RoomKey, typeKey, wheel, whyOff } from '../ui/keys.ts';
import { contains, paletteLayout, paletteRows, selectShown } from '../ui/layout.ts';
import { enterPane, findProposal, selectQueue, selectRow, switchList } from '../ui/select.ts';
import { type AppState, type ListName, type Palette, selectionOf, shownDialog } from '../ui/state.ts';
import { type Step, stay, toList, whyUnreachable, withNotice, withoutNotice } from '../ui/step.ts';
import { clustersOf } from '../ui/text.ts';
import { counted, stateLook } from '../ui/words.ts';

/** What the palette offers; only the program's definitions know, of which it is a part. */
type Offers = (state: AppState) => readonly Offer[];

const keys = { group: 'Palette', palette: 'never' } as const;

/** Opens the palette. */
export function paletteKeyOf(offersOf: Offers): RoomKey {
  return {
    id: 'palette',
    title: 'all actions, workers and cards, to be found by their letters',
    hint: ({ focus }) => (focus.at === 'list' ? 'palette' : null),
    keys: [':', 'ctrl-p'],
    group: 'Program',
    palette: 'never',
    run: (state) => stay(withFilter(state, emptyField, offersOf)),
  };
}

/** The palette, which does nothing by itself: enter does what the marked item's key does where one is. */
export function palettePlaceOf(offersOf: Offers): Place {
  const typed = (state: AppState, edit: (filter: TextField) => TextField | null): Step => {
    const filter = state.palette && edit(state.palette.filter);
    return stay(filter ? withFilter(state, filter, offersOf) : state);
  };
  const moving = (
    to: string,
    title: string,
    names: readonly string[],
    by: (state: AppState) => number,
  ): RoomKey => ({
    ...{ ...keys, id: `palette-${to}`, title, keys: names },
    run: (state) => stay(moveMark(state, offersOf(state), by(state))),
  });
  return {
    name: 'palette',
    isHere: ({ palette }) => palette !== null,
    keys: [
      {
        ...keys,
        id: 'palette-run',
        title: 'do what is marked, as its own key would',
        hint: 'do it',
        keys: ['enter'],
        run: (state) => runMarked(state, offersOf(state)),
      },
      moving('down', 'the next one', ['down', 'ctrl-n', 'ctrl-j'], () => 1),
      moving('up', 'the one before', ['up', 'ctrl-p', 'ctrl-k'], () => -1),
      moving('page-down', 'a page down', ['pagedown'], ({ size }) => paletteRows(size)),
      moving('page-up', 'a page up', ['pageup'], ({ size }) => -paletteRows(size)),
      {
        ...keys,
        id: 'palette-close',
        title: 'close the palette',
        hint: 'close',
        keys: ['escape', 'ctrl-c'],
        run: (state) => stay(withoutPalette(state)),
      },
    ],
    type: (state, token) => typed(state, (filter) => typeKey(filter, token)),
    paste: (state, { text }) => typed(state, (filter) => insertText(filter, text)),
  };
}

/** A click does what is clicked, and closes the palette anywhere else; the wheel goes through the items. */
export function updatePaletteMouse(state: AppState, token: MouseToken, offers: readonly Offer[]): Step {
  if (wheel(token) !== 0) return stay(moveMark(state, offers, wheel(token)));
  if (token.action !== 'press' || token.button !== 'left') return stay(state);
  const { rect, list, first } = paletteLayout(state.size, offers.length, markedAt(state, offers));
  if (!contains(rect, token.x, token.y)) return stay(withoutPalette(withoutNotice(state)));
  const offer = contains(list, token.x, token.y) ? offers[first + token.y - list.y] : undefined;
  return offer ? runMarked(withMark(withoutNotice(state), offer.item.id), offers) : stay(state);
}

/** Opens the palette, or has it look for something else: the best that is found is marked. */
function withFilter(state: AppState, filter: TextField, offersOf: Offers): AppState {
  const { palette } = state;
  if (palette?.filter.text === filter.text) return withPalette(state, { ...palette, filter });
  const next = withPalette(state, { filter, marked: null });
  return withPalette(next, { filter, marked: offersOf(next)[0]?.item.id ?? null });
}

/** Marks an item further down or up, stopping at both ends; the nearer end where none is marked. */
function moveMark(state: AppState, offers: readonly Offer[], by: number): AppState {
  const at = markedAt(state, offers);
  const to = at < 0 && by < 0 ? offers.length - 1 : Math.max(0, Math.min(offers.length - 1, at + by));
  return withMark(state, offers[to]?.item.id ?? null);
}

function withMark(state: AppState, marked: string | null): AppState {
  return state.palette ? withPalette(state, { ...state.palette, marked }) : state;
}

/** Index of the marked item; -1 where it is gone, or was never there. */
export function markedAt({ palette }: AppState, offers: readonly Offer[]): number {
  return palette ? offers.findIndex(({ item }) => item.id === palette.marked) : -1;
}

/** What came into the place of the marked item is another, which was not marked. A refusal leaves the palette open. */
function runMarked(state: AppState, offers: readonly Offer[]): Step {
  const item = offers[markedAt(state, offers)]?.item;
  if (item && item.off === null) return item.run(withoutPalette(state));
  const missing = offers.length === 0 ? 'Nothing is found by these letters.' : gone;
  return stay(withNotice(state, item?.off ?? missing));
}

const gone = 'What was marked is gone: mark another.';

function withPalette(state: AppState, palette: Palette): AppState {
  return { ...state, palette };
}

function withoutPalette(state: AppState): AppState {
  return { ...state, palette: null };
}

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

/** An item with what was found in it: clusters of its name and of its text. */
export interface Offer {
  readonly item: PaletteItem;
  readonly inName: ReadonlySet<number>;
  readonly inText: ReadonlySet<number>;
}

/** A letter in the name is worth that much more than the same in the text. */
const nameWorth = 2;

/** Texts are sentences, in which three letters are easily found: on average they must be worth that much there. */
const leastInText = 7;

/** Longer than anyone types; what a paste has beyond it is not looked for. */
const longestQuery = 100;

/**
 * The items in which all words of a query are found, in name or text, the best first; for none all of them, as they
 * are. What cannot be done comes last, unless what was typed begins its name: then it was meant, and nothing else may
 * be done by the enter that follows.
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
  // The whole of a name is more than the beginning of another.
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

/** A text in which the letters looked for stand in their order. */
interface Match {
  /** Greater is better; comparable between texts for the same letters. */
  readonly score: number;
  /** Which of the text's clusters were looked for, from the first on. */
  readonly at: readonly number[];
}

/**
 * What a letter is worth by where it stands. Letters that follow each other count most: a beginning that is typed
 * stands above the same letters as initials.
 */
const worth = { first: 9, wordStart: 8, inARow: 10, elsewhere: 1 } as const;

/** Letters strewn over a text are no sign of it being meant: on average they must stand better than that. */
const leastWorth = 4;

/** Clusters of a text that are looked at; what is typed seldom stands further on. */
const longestText = 200;

/**
 * Finds letters in a text as a person who is in a hurry types them: in their order, not all of them, with no regard to
 * case and accents. Of all the ways to find them it takes the best.
 * @returns null where they are not in it, or too strewn to be meant; the empty query is in every text
 */
export function match(query: string, text: string): Match | null {
  const wanted = clustersOf(query).map(folded);
  if (wanted.length === 0) return { score: 0, at: [] };
  if (!holds(folded(text), wanted)) return null;
  const given = clustersOf(text).slice(0, longestText).map(folded);
  const best = bestEnd(wanted, given);
  return best && best.score >= leastWorth * wanted.length ? { score: best.score, at: pathTo(best) } : null;
}

/** Whether there is any way at all: most texts are done with by this. */
function holds(text: string, wanted: readonly string[]): boolean {
  let at = 0;
  return wanted.every((letter) => {
    const found = text.indexOf(letter, at);
    at = found + letter.length;
    return found >= 0;
  });
}

/** A letter found, the best way to it, and what that is worth. */
interface Found {
  readonly at: number;
  readonly score: number;
  readonly before: Found | null;
}

/** Letter by letter: for each cluster that is that letter, the best way to get there from the letter before. */
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

/** An ideograph is a word, or might be. */
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

/** `É` as `e`; a mark that stands alone is itself. */
function folded(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text.toLowerCase();
  return (text.normalize('NFD').replace(/\p{M}/gu, '') || text).toLowerCase();
}
