import type { Card } from '../../domain/board.ts';
import type { Worker } from '../../domain/worker.ts';
import { plainLine } from '../../lib/sanitize.ts';
import { wrapRanges } from '../../room/text/cells.ts';
import { cutLine, type Line, line, type Span, span, spreadLine, type Tone } from '../../room/text/line.ts';
import { stateLook } from '../../room/text/words.ts';
import { cardRows } from '../boardLayout.ts';

/** What is known of a card beside what it says. */
export interface CardMarks {
  readonly worker: Worker | null;
  readonly isSelected: boolean;
  /** Changed here and in Notion. */
  readonly isDisputed: boolean;
}

/** A card in exactly `cardRows` rows: name and state, then its text, and who is on it where anybody is. */
export function cardLines(
  card: Card,
  { worker, isSelected, isDisputed }: CardMarks,
  width: number,
): readonly Line[] {
  const who = whoLine(card, worker);
  const name = [
    isSelected ? span('▸ ', 'accent') : span('  '),
    span(card.id ?? `:${card.line}`, 'muted'),
    ...priorityMark(card.priority),
    // A worker's name begins with its repository.
    span(card.repo === null || worker ? '' : ` ${card.repo}`, 'muted'),
  ];
  const tone = card.problem !== null ? 'muted' : isSelected ? 'strong' : 'plain';
  const room = cardRows - (who ? 2 : 1);
  const text = textRows(card.task, width - 2, room, tone);
  const below = [...text, ...(who ? [who] : [])].map((row) => cutLine([span('  '), ...row], width));
  const blank = Array.from({ length: cardRows - 1 - below.length }, () => line(''));
  return [spreadLine(name, flags(card, worker, isDisputed), width), ...below, ...blank];
}

/** A text in at most so many rows; what is left over runs on in the last one, which is cut when it is drawn. */
export function textRows(text: string, width: number, count: number, tone: Tone): readonly Line[] {
  // Nobody's card is that long, and hostile ones cost no time.
  const short = plainLine(text.slice(0, 4 * width * count));
  const rows = wrapRanges(short, width).slice(0, count);
  return rows.map(({ start, end }, nth) =>
    line(short.slice(start, nth < count - 1 ? end : undefined).trimEnd(), tone),
  );
}

/** A worker that is here, with the mark of its state; else whoever the board names. */
function whoLine(card: Card, worker: Worker | null): Line | null {
  if (!worker) return card.worker === null ? null : line(card.worker, 'muted');
  const { mark, tone } = stateLook(worker);
  return [span(`${mark} `, tone), span(worker.id, 'muted')];
}

/** Readable without colour: up is urgent, down can wait. */
function priorityMark(priority: string | null): readonly Span[] {
  const word = priority?.toLowerCase() ?? '';
  if (/high|urgent|critical|blocker|\bp[01]\b/.test(word)) return [span(' ▲', 'warning')];
  return /low|minor|\bp[3-9]\b/.test(word) ? [span(' ▽', 'muted')] : [];
}

function flags(card: Card, worker: Worker | null, isDisputed: boolean): Line {
  if (card.problem !== null) return line('!', 'bad');
  const progress = progressOf(card, worker);
  const marks = [
    ...(isDisputed ? [span('!', 'warning')] : []),
    ...(card.blockers === null ? [] : [span('✗', 'bad')]),
    ...(progress === null ? [] : [span(progress, 'muted')]),
  ];
  return marks.flatMap((mark, nth) => (nth > 0 ? [span(' '), mark] : [mark]));
}

/** As the board has it; else as its worker reported last. */
function progressOf({ progress }: Card, worker: Worker | null): string | null {
  if (progress !== null) return progress;
  const percent = worker?.update?.percent ?? null;
  return percent === null ? null : `${percent}%`;
}
