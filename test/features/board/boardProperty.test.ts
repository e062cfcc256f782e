import { describe, expect, it } from 'vitest';
import { type Card, type CardRef, columns } from '../../../src/core/board.ts';
import { splitLines } from '../../../src/documents/markdown.ts';
import { parseBoard, readField, withIds } from '../../../src/features/board/document/board.ts';
import { type BoardChange, changeBoard } from '../../../src/features/board/document/boardChange.ts';
import { type Random, randomOf } from '../../support/random.ts';
import { isSound, randomBoard, randomValue, textFields } from './randomBoard.ts';

const rounds = Number(process.env.ORCH_DOCUMENT_ROUNDS ?? 500);

function apply(text: string, change: BoardChange) {
  const result = changeBoard(parseBoard(text), [change]);
  if (!result.ok) throw new Error(`${result.problem.message}\n${text}`);
  const [outcome] = result.value.outcomes;
  if (!outcome?.ok) throw new Error(`${outcome?.problem.message}\n${text}`);
  return { board: result.value.board, after: result.value.board.file.text, left: outcome.value.left };
}

const refOf = ({ id, line, task }: Card): CardRef => (id === null ? { line, task } : { id });

/** Returns lines with their ends; the end of the last one belongs to the file and is separate. */
function linesOf(text: string): string[] {
  const lines = splitLines(text);
  return lines.map(({ text: line, end }, at) =>
    JSON.stringify([line, at === lines.length - 1 ? 'last' : end]),
  );
}

/** Returns the value that a reader gets of a written one. */
function readAgain(field: (typeof textFields)[number], value: string): string | null {
  return readField(field, value.replace(/\t/g, ' ').trim());
}

function randomCard(random: Random, text: string): Card | null {
  const cards = parseBoard(text).cards.filter(isSound);
  return cards.length === 0 ? null : random.pick(cards);
}

describe('on random boards', () => {
  it('a changed field changes its line alone, and is read again', () => {
    let tried = 0;
    for (let seed = 1; seed <= rounds; seed++) {
      const random = randomOf(seed);
      const text = randomBoard(random);
      const card = randomCard(random, text);
      if (card === null) continue;
      tried++;
      const [field, value] = [random.pick(textFields), randomValue(random)];
      const { board, after, left } = apply(text, {
        kind: 'change',
        card: refOf(card),
        fields: { [field]: value },
      });
      const [old, now] = [linesOf(text), linesOf(after)];
      expect(
        now.filter((_, at) => at !== card.line - 1),
        `seed ${seed}`,
      ).toEqual(old.filter((_, at) => at !== card.line - 1));
      const again = board.cards.find(({ line }) => line === card.line);
      const expected = field in left ? card[field] : readAgain(field, value);
      expect(again, `seed ${seed}: ${now[card.line - 1]}`).toEqual({ ...card, [field]: expected });
    }
    expect(tried).toBeGreaterThan(rounds / 2);
  });

  it('a moved card is one line less and one more, and says the same', () => {
    let tried = 0;
    for (let seed = 1; seed <= rounds; seed++) {
      const random = randomOf(seed + 1_000_000);
      const text = randomBoard(random);
      const card = randomCard(random, text);
      const column = random.pick(columns);
      if (card === null || card.column === column) continue;
      tried++;
      const { board, after, left } = apply(text, { kind: 'change', card: refOf(card), column });
      const others = linesOf(text).filter((_, at) => at !== card.line - 1);
      expect(isWithin(bare(others), bare(linesOf(after))), `seed ${seed}`).toBe(true);
      const again = board.cards.filter((one) => one.column === column && one.task === card.task);
      const fields = textFields.filter((field) => !(field in left));
      expect(
        again.some((one) =>
          fields.every((field) => (one[field] === card[field] && one.id === card.id) || 'id' in left),
        ),
        `seed ${seed}`,
      ).toBe(true);
      for (const field of textFields) if (field in left) expect(left[field]).toBe(card[field]);
    }
    expect(tried).toBeGreaterThan(rounds / 3);
  });

  it('a new card only adds lines, and is read again', () => {
    for (let seed = 1; seed <= rounds; seed++) {
      const random = randomOf(seed + 2_000_000);
      const text = randomBoard(random);
      const [column, value] = [random.pick(columns), randomValue(random)];
      const task = `new ${value}`;
      const { board, after, left } = apply(text, { kind: 'add', column, fields: { task, worker: value } });
      expect(isWithin(bare(linesOf(text)), bare(linesOf(after))), `seed ${seed}`).toBe(true);
      const card = board.cards.find((one) => one.column === column && one.task === task.replace(/\t/g, ' '));
      expect(card?.problem, `seed ${seed}`).toBe(null);
      if (!('worker' in left)) expect(card?.worker, `seed ${seed}`).toBe(readAgain('worker', value));
    }
  });

  it('all sound cards get ids, and their other fields stay', () => {
    for (let seed = 1; seed <= rounds / 3; seed++) {
      const text = randomBoard(randomOf(seed + 3_000_000));
      const before = parseBoard(text);
      const result = withIds(before, 'T');
      if (!result.ok) continue;
      const ids = result.value.cards.filter(({ problem }) => problem === null).map(({ id }) => id);
      expect(ids, `seed ${seed}`).not.toContain(null);
      expect(new Set(ids).size).toBe(ids.length);
      const told = (cards: readonly Card[]) => cards.map((card) => ({ ...card, id: null }));
      expect(told(result.value.cards.filter(isSound)), `seed ${seed}`).toEqual(
        told(before.cards.filter(isSound)),
      );
    }
  });
});

/** Reports whether all of these are among the others, in the same order. */
function isWithin(some: readonly string[], all: readonly string[]): boolean {
  let at = 0;
  for (const one of all) if (one === some[at]) at++;
  return at === some.length;
}

/** Normalises the end of the last line, which may move. */
function bare(lines: readonly string[]): string[] {
  return lines.map((line) => JSON.parse(line)[0]);
}
