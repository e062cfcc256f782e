import { describe, expect, it } from 'vitest';
import type { Card, Column } from '../../src/domain/board.ts';
import { cardOf, slugFrom } from '../../src/domain/cardLink.ts';
import { card } from '../app/boardFixtures.ts';

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
