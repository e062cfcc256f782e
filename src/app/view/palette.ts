import { outOfSight } from '../../room/dialogBody.ts';
import { fits, paletteLayout } from '../../room/layout.ts';
import type { AppState } from '../../room/state.ts';
import { clustersOf } from '../../room/text/cells.ts';
import {
  cutLine,
  type Line,
  line,
  lineWidth,
  type Span,
  span,
  spreadLine,
  type Tone,
} from '../../room/text/line.ts';
import { oneLineField } from '../../room/textField.ts';
import { selectOffers, selectSubject } from '../definitions.ts';
import type { Offer } from '../palette/filter.ts';
import { markedAt } from '../palette/palette.ts';
import type { DialogView } from './dialog.ts';
import { keyHints } from './footer.ts';
import { frameView } from './frame.ts';

const prompt = ': ';
const wanted = 'letters of an action, a worker, a repository or a card';

/** The palette as it is drawn, on top of all else; null while it is closed. */
export function selectPalette(state: AppState): DialogView | null {
  const { palette } = state;
  if (!palette || !fits(state.size)) return null;
  const offers = selectOffers(state);
  const marked = markedAt(state, offers);
  const { rect, list, first } = paletteLayout(state.size, offers.length, marked);
  const { width, height } = list;
  const rows = offers
    .slice(first, first + height)
    .map((offer, index) => drawOffer(offer, first + index === marked, width));
  const subject = selectSubject(state);
  const frame = frameView(
    rect,
    'border-selected',
    { left: line('Palette', 'strong'), right: subject === null ? [] : line(subject, 'muted') },
    {
      left: keyHints(state, width - 12),
      right: outOfSight(first, Math.max(0, offers.length - first - height)),
    },
  );
  const field = oneLineField(prompt, palette.filter, width);
  const typed = palette.filter.text === '' ? [...field.line, span(wanted, 'muted')] : field.line;
  const lines = [
    cutLine(typed, width),
    line('─'.repeat(width), 'border'),
    ...(rows.length > 0 ? rows : [line('  nothing is found by these letters', 'muted')]),
  ];
  return { frame, lines, caret: selectPaletteCaret(state) };
}

/** Cell of the terminal where is typed: found without the items, for it is asked for with every picture of a pane. */
export function selectPaletteCaret({ palette, size }: AppState): DialogView['caret'] {
  if (!palette || !fits(size)) return null;
  const { list } = paletteLayout(size, 0, -1);
  const { column } = oneLineField(prompt, palette.filter, list.width);
  return { x: list.x + prompt.length + column, y: list.y - 2 };
}

/** Mark, name, why not, what it does, and its key at the right. Letters found are told by weight, as colour may be missing. */
function drawOffer({ item, inName, inText }: Offer, isMarked: boolean, width: number): Line {
  const { name, text, key, off } = item;
  const tone: Tone = isMarked ? 'selected' : off === null ? 'plain' : 'muted';
  const weight: Tone = isMarked ? 'selected-strong' : 'strong';
  const left: Line = [
    span(isMarked ? '› ' : '  ', tone),
    ...inColumn(highlighted(name, inName, tone, weight), width, tone),
    ...(off === null ? [] : [span(`${off} · `, tone)]),
    ...highlighted(text, inText, tone, weight),
  ];
  const right = key === null ? [] : [span(key, tone === 'plain' ? 'key' : tone)];
  const row = spreadLine(left, right, width);
  // What fills the row is marked, too.
  return isMarked ? row.map((part) => (part.tone === 'plain' ? { ...part, tone } : part)) : row;
}

/** Names of actions are short and stand in a column; a longer one takes what it needs, but leaves a few words room. */
function inColumn(name: Line, width: number, tone: Tone): Line {
  const column = width < narrow ? 16 : 22;
  const missing = column - lineWidth(name);
  if (missing >= 2) return [...name, span(' '.repeat(missing), tone)];
  return [...cutLine(name, Math.floor(width * 0.6)), span('  ', tone)];
}

/** Cells of a row that has no room to spare. */
const narrow = 76;

function highlighted(text: string, found: ReadonlySet<number>, tone: Tone, weight: Tone): Line {
  if (found.size === 0) return line(text, tone);
  return clustersOf(text).map(
    (cluster, at): Span => ({ text: cluster, tone: found.has(at) ? weight : tone }),
  );
}
