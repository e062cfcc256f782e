import type { Piece, Trial } from './trial.ts';

/** Attempts; a stream of some kilobytes comes down to a few bytes in fewer. */
const mostAttempts = 3000;

/** The smallest trial found that still fails: whole pieces are cut first, then their bytes (delta debugging). */
export function shrink(trial: Trial, fails: (trial: Trial) => boolean): Trial {
  let left = mostAttempts;
  const stillFails = (pieces: readonly Piece[]) => left-- > 0 && fails({ ...trial, pieces });
  let pieces = cut(trial.pieces, stillFails);
  const joined = join(pieces);
  if (stillFails(joined)) pieces = joined;
  for (const [at, piece] of pieces.entries()) {
    if (!Buffer.isBuffer(piece)) continue;
    const bytes = cut([...piece], (some) => stillFails(pieces.with(at, Buffer.from(some))));
    pieces = pieces.with(at, Buffer.from(bytes));
  }
  return { ...trial, pieces };
}

/** A part of `items` that still fails, and of which no single one can be left out. */
export function cut<T>(items: readonly T[], stillFails: (items: readonly T[]) => boolean): readonly T[] {
  let kept = items;
  for (let size = Math.ceil(kept.length / 2); size >= 1; ) {
    const before = kept.length;
    for (let at = 0; at < kept.length; ) {
      const fewer = kept.toSpliced(at, size);
      if (stillFails(fewer)) kept = fewer;
      else at += size;
    }
    if (size > 1) size = Math.ceil(size / 2);
    else if (kept.length === before) break;
  }
  return kept;
}

/** Neighbouring writes as one. */
function join(pieces: readonly Piece[]): readonly Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (Buffer.isBuffer(last) && Buffer.isBuffer(piece)) joined.splice(-1, 1, Buffer.concat([last, piece]));
    else joined.push(piece);
  }
  return joined;
}
