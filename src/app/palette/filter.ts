import { clustersOf } from '../../room/text/cells.ts';
import type { PaletteItem } from './items.ts';

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
