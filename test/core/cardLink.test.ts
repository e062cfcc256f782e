import { describe, expect, it } from 'vitest';
import { type Card, type Column, cardOf, slugFrom, workerOn } from '../../src/core/board.ts';
import { card } from '../features/board/boardFixtures.ts';

const worker = {
  ...{ id: 'backend/fix-migration', repo: 'backend', task: 'fix-migration', branch: 'feature/fix-migration' },
  brief: 'Mend it\nand test it',
};

function found(cards: readonly Card[], change: Partial<typeof worker> = {}): string | null | undefined {
  return cardOf(cards, { ...worker, ...change })?.id;
}

describe("a worker's card", () => {
  const other = card('ORC-1', 'To Do', 'Something else');
  it.each<[string, Partial<Card>]>([
    ['by the worker', { worker: 'backend/fix-migration' }],
    ['by the task, in the same repository', { worker: 'fix-migration', repo: 'backend' }],
    ['by the branch', { branch: 'feature/fix-migration' }],
    ['by the brief', { task: 'Mend it' }],
    ['by its text', { task: 'Fix  Migration!' }],
  ])('is found %s', (_, change) => {
    expect(found([other, card('ORC-2', 'To Do', 'x', change)])).toBe('ORC-2');
  });

  it('is found by the id that the task or the brief begins with, and by no longer one', () => {
    const cards = [other, card('ORC-12', 'To Do', 'x')];
    expect(found(cards, { task: 'orc-12-again' })).toBe('ORC-12');
    expect(found(cards, { brief: 'ORC-12: do it' })).toBe('ORC-12');
    expect(found(cards, { task: 'orc-121' })).toBeUndefined();
  });

  it.each<[string, Column, Partial<Card>]>([
    ['of another repository', 'To Do', { repo: 'web', worker: 'backend/fix-migration' }],
    ['that is damaged', 'To Do', { worker: 'backend/fix-migration', problem: 'no' }],
    ['that is done, by its text alone', 'Done', { task: 'Mend it' }],
    ['that another worker holds, by its text alone', 'In Progress', { task: 'Mend it', worker: 'backend/x' }],
  ])('is none %s', (_, column, change) => {
    expect(found([card('ORC-2', column, 'x', change)])).toBeUndefined();
  });

  it('is none where several could be meant', () => {
    expect(found([card('A-1', 'To Do', 'Mend it'), card('A-2', 'To Do', 'Mend it')])).toBeUndefined();
  });
});

describe('the worker on a card', () => {
  it('is whoever has that card, by whatever it is found', () => {
    const cards = [
      card('ORC-1', 'To Do', 'Something else'),
      card('ORC-2', 'In Progress', 'x', { worker: 'backend/fix-migration' }),
      card('ORC-3', 'To Do', 'x', { branch: 'feature/two' }),
      card('ORC-4', 'To Do', 'Mend that'),
      card('ORC-5', 'To Do', 'Fix  Migration!'),
      card('ORC-6', 'To Do', 'y'),
    ];
    const workers = [
      worker,
      { ...worker, id: 'backend/two', task: 'two', branch: 'feature/two' },
      { ...worker, id: 'backend/three', task: 'three', branch: 'b', brief: 'Mend that' },
      { ...worker, id: 'backend/orc-6-again', task: 'orc-6-again', branch: 'c' },
    ];
    for (const one of cards) {
      const expected = workers.find((known) => cardOf(cards, known) === one) ?? null;
      expect(workerOn(cards, one, workers)).toBe(expected);
    }
    expect(cards.flatMap((one) => workerOn(cards, one, workers) ?? [])).toHaveLength(4);
  });

  it('is found at once among thousands of cards and hundreds of workers', () => {
    const cards = Array.from({ length: 5000 }, (_, n) => card(`ORC-${n}`, 'To Do', `Do thing ${n}`));
    const workers = Array.from({ length: 400 }, (_, n) => {
      const task = `past-${n}`;
      return { ...worker, id: `backend/${task}`, task, branch: `feature/${task}`, brief: `Past ${n}` };
    });
    const [first] = cards;
    if (!first) throw new Error('no card');
    const begun = performance.now();
    expect(workerOn(cards, first, workers)).toBeNull();
    // One lookup for each worker took four seconds.
    expect(performance.now() - begun).toBeLessThan(500);
  });
});

it.each([
  ['Fix the migration (again)', 'fix-the-migration-again'],
  ['  Überprüfe Größen\nzweite Zeile', 'uberprufe-gro-en'],
  ['日本語', ''],
  [
    'A text that is much longer than any name of a task should ever be',
    'a-text-that-is-much-longer-than-any-name',
  ],
])('the name of a task made of %j is %j', (text, slug) => {
  expect(slugFrom(text)).toBe(slug);
});
