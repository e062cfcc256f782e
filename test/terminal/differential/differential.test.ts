import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hostileBytes, Random } from '../hostile.ts';
import type { Size } from './panePath.ts';
import { cut, shrink } from './shrink.ts';
import { differenceIn, type Piece, type Trial, trialText } from './trial.ts';

/** Raise it for a long search; a failure names its seed and shows the smallest case found. */
const cases = Number(process.env.ORCH_FUZZ_CASES ?? 400);
const firstSeed = Number(process.env.ORCH_FUZZ_SEED ?? 0);

const sizes: readonly Size[] = [
  { cols: 9, rows: 4 },
  { cols: 33, rows: 10 },
  { cols: 80, rows: 24 },
];

const folder = join(import.meta.dirname, 'streams');
const streams = readdirSync(folder).filter((name) => name.endsWith('.bin'));

describe('a pane shows what a terminal of its own would show', () => {
  test(
    `of ${cases} random streams`,
    () => {
      for (let seed = firstSeed; seed < firstSeed + cases; seed++)
        expectSame(randomTrial(seed), `seed ${seed}`);
    },
    30_000 + cases * 100,
  );

  test.for(streams)('of the recorded %s', (name) => {
    const bytes = readFileSync(join(folder, name));
    for (const [at, size] of sizes.entries())
      expectSame(recordedTrial(bytes, size, at), `${name} from ${size.cols} by ${size.rows}`);
  });
});

test('a failing stream is cut down to what makes it fail', () => {
  const needed = [3, 77, 78];
  const fails = (some: readonly number[]) => needed.every((one) => some.includes(one));
  expect(cut([...Array(100).keys()], fails)).toEqual(needed);

  const trial = randomTrial(4);
  const text = (pieces: readonly Piece[]) => pieces.filter((piece) => Buffer.isBuffer(piece)).join('');
  const [needle = ''] = text(trial.pieces).match(/\x1b\[[\d;]+H/) ?? [];
  const small = shrink(trial, ({ pieces }) => text(pieces).includes(needle));
  expect(small.pieces).toEqual([Buffer.from(needle)]);
});

/** Throws with the smallest case that still differs. */
function expectSame(trial: Trial, name: string): void {
  if (differenceIn(trial) === null) return;
  const small = shrink(trial, (smaller) => differenceIn(smaller) !== null);
  throw new Error(`${name}: ${differenceIn(small)}\n${trialText(small)}`);
}

function randomTrial(seed: number): Trial {
  const random = new Random(seed * 7919 + 1);
  const pieces = Array.from({ length: random.between(1, 8) }, (): Piece => {
    if (random.chance(15)) return random.pick(sizes);
    return random.chance(50) ? hostileBytes(random, random.between(1, 25)) : crowdedBytes(random);
  });
  return { size: random.pick(sizes), pieces };
}

/** Short words in all styles over each other, near the top left corner: every pane has that. */
function crowdedBytes(random: Random): Buffer {
  const words = Array.from({ length: random.between(1, 25) }, () => {
    const place = `\x1b[${random.between(1, 4)};${random.between(1, 10)}H`;
    const style = `\x1b[${random.pick([0, 1, 4, 7, 9])};${random.between(30, 37)};${random.between(40, 47)}m`;
    return (
      place +
      style +
      random.pick(['a', 'be', 'sea', '日', '漢字', 'é', '👩\u200d👧', '\x1b[K', '\x1b[2P', '\x1b[@'])
    );
  });
  return Buffer.from(words.join(''));
}

/** A stream in pieces that end anywhere, also within characters; twice on the way the pane changes its size. */
function recordedTrial(bytes: Buffer, size: Size, at: number): Trial {
  const random = new Random(bytes.length + at);
  const pieces: Piece[] = [];
  for (let from = 0; from < bytes.length; ) {
    const to = from + random.between(1, 4000);
    pieces.push(bytes.subarray(from, to));
    from = to;
  }
  const others = sizes.filter((other) => other !== size);
  for (const [n, other] of others.entries())
    pieces.splice(Math.floor((pieces.length * (n + 1)) / 3) + n, 0, other);
  return { size, pieces };
}
