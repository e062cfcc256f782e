import { match } from '../text/match.ts';
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
