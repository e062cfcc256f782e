import {
  type BoardFacts,
  columns as boardColumns,
  type Card,
  type CardFields,
  type CardRef,
  type Column,
  cardFields,
  refTo,
} from '../core/board.ts';
import { counted } from '../ui/words.ts';
import { demandYes } from './ask.ts';
import { columns } from './describe/rows.ts';
import { demand, type Output, refuse } from './output.ts';
import { withController } from './session.ts';

/** Commands around the sprint board. */

type FieldOptions = Partial<Record<(typeof cardFields)[number], string>>;

/** `board`: all cards by column, and the lines that are left alone. */
export async function showBoard(out: Output): Promise<void> {
  await withController('.', async (call) => {
    const board = demand(await call('board', {}));
    out.result(board.cards, boardText(board));
  });
}

function boardText({ cards, flaws, withoutId }: BoardFacts): string {
  const sections = boardColumns.map((column) => {
    const rows = cards.filter((card) => card.column === column).map(cardRow);
    return `${column} (${rows.length})${rows.length === 0 ? '' : `\n${columns(rows)}`}`;
  });
  const hint = withoutId === 0 ? [] : [`${counted(withoutId, 'card')} without an id: orch-tui board ids`];
  return [...sections, ...flaws.map(({ message }) => `! ${message}`), ...hint].join('\n\n');
}

function cardRow(card: Card): string[] {
  const { id, line, task, repo, priority, worker, branch, progress, blockers, problem } = card;
  const flags = [progress, blockers && `blocked: ${blockers}`, problem && `! ${problem}`];
  return [
    `  ${id ?? `:${line}`}`,
    task.replaceAll('\n', ' '),
    repo ?? '',
    priority ?? '',
    worker ?? branch ?? '',
    flags.filter(Boolean).join('  '),
  ];
}

export async function addCard(
  out: Output,
  task: string,
  { column, ...options }: FieldOptions & { readonly column: Column },
): Promise<void> {
  await withController('.', async (call) => {
    const fields = { ...fieldsOf(options), task };
    const { id, left } = demand(await call('addCard', { column, fields }));
    out.result({ id, task, column, left }, `${id ?? 'The card'} is in ${column}.${leftText(left)}`);
  });
}

export async function moveCard(out: Output, id: string, column: Column): Promise<void> {
  await withController('.', async (call) => {
    const card = findCard(demand(await call('board', {})), id);
    const { left } = demand(await call('changeCard', { card, column }));
    out.result({ id, column, left }, `${id} is in ${column}.${leftText(left)}`);
  });
}

export async function editCard(out: Output, id: string, options: FieldOptions): Promise<void> {
  const fields = fieldsOf(options);
  if (Object.keys(fields).length === 0)
    refuse('nothing_given', 'Nothing was given to change.', 'Such as: --task "…" or --priority High');
  await withController('.', async (call) => {
    const card = findCard(demand(await call('board', {})), id);
    const { left } = demand(await call('changeCard', { card, fields }));
    out.result({ id, ...fields, left }, `${id} was changed.${leftText(left)}`);
  });
}

/** `board ids`: a column of ids changes every line of a table, so a person is asked once. */
export async function giveIds(out: Output, { yes = false }: { readonly yes?: boolean }): Promise<void> {
  await withController('.', async (call) => {
    const { withoutId } = demand(await call('board', {}));
    const question = `Give an id to ${counted(withoutId, 'card')}? Tables without a column for it get one.`;
    await demandYes(out, yes || withoutId === 0, question);
    const { given } = demand(await call('giveCardIds', {}));
    out.result({ given }, given === 0 ? 'All cards have an id.' : `${counted(given, 'card')} got an id.`);
  });
}

/** By its id, or by its line with a colon in front. */
function findCard({ cards }: BoardFacts, name: string): CardRef {
  const [, line] = /^:(\d{1,7})$/.exec(name) ?? [];
  const card = cards.find((one) => (line === undefined ? one.id === name : one.line === Number(line)));
  if (!card) refuse('unknown_card', `There is no card ${JSON.stringify(name)}.`, 'See: orch-tui board');
  return refTo(card);
}

/** What was given; an empty value clears a field. */
function fieldsOf(options: FieldOptions): Partial<CardFields> {
  const given = cardFields.filter((field) => options[field] !== undefined);
  return Object.fromEntries(given.map((field) => [field, options[field] || (field === 'task' ? '' : null)]));
}

function leftText(left: Readonly<Record<string, string>>): string {
  const names = Object.keys(left);
  return names.length === 0 ? '' : ` Its table has no column for ${names.join(', ')}; kept for the next one.`;
}
