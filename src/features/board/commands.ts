import {
  type BoardFacts,
  type Card,
  type CardChanged,
  type CardFields,
  type CardRef,
  type Column,
  cardFields,
  columns,
  parseColumn,
  refTo,
} from '../../core/board.ts';
import { type Printed, refuse, yesOption } from '../../core/verb.ts';
import { alignColumns as aligned, counted } from '../../ui/format.ts';
import { defineServed, type VerbCall } from '../define.ts';

const column = { about: 'To Do, In Progress, Review or Done', parse: parseColumn } as const;
const fields = {
  '--repo <name>': 'its repository',
  '--worker <id>': 'who is on it',
  '--branch <name>': 'its branch',
  '--priority <word>': 'how urgent it is',
  '--pr <address>': 'its pull request',
  '--ready <word>': 'whether it can be merged, such as Yes',
  '--blockers <text>': 'what blocks it',
  '--progress <text>': 'such as 60%',
  '--started <day>': 'yyyy-mm-dd',
  '--completed <day>': 'yyyy-mm-dd',
} as const;

const shown = {
  what: 'look at the board',
  request: () => ({}),
  json: (_: unknown, { cards }: BoardFacts) => cards,
  says: (_: unknown, facts: BoardFacts) => boardText(facts),
} as const;

/** Returns the whole board; `no_board` where there is none, `board_off`. */
const board = defineServed<BoardFacts>()({
  name: 'board',
  by: 'anyone',
  onForeignState: true,
  params: ({ nothing }) => nothing,
  handle: (services) => services.board.read(),
  verbs: [
    { usage: 'board', about: 'the sprint board: cards by column', ...shown },
    { usage: 'board show', about: 'the same as board', ...shown },
  ],
});

function boardText({ cards, flaws, withoutId }: BoardFacts): string {
  const sections = columns.map((column) => {
    const rows = cards.filter((card) => card.column === column).map(cardRow);
    return `${column} (${rows.length})${rows.length === 0 ? '' : `\n${aligned(rows)}`}`;
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

/** Adds a card at the end of a column; creates the board where there is none. */
const addCard = defineServed<CardChanged>()({
  name: 'addCard',
  by: 'person',
  what: 'add cards',
  params: ({ z, text, cardValues }) =>
    z.strictObject({
      column: z.enum(columns),
      fields: z.intersection(cardValues, z.object({ task: text })),
    }),
  handle: (services, { column, fields }) => services.board.add(column, fields),
  verbs: [
    {
      usage: 'board add <text>',
      about: 'add a card',
      options: { ...fields, '--column <column>': { ...column, fallback: 'To Do' } },
      request: ([task = ''], { column, ...options }) => ({
        column: column as Column,
        fields: { ...fieldsOf(options), task },
      }),
      json: ({ column, fields: { task } }, { id, left }) => ({ id, task, column, left }),
      says: ({ column }, { id, left }) => `${id ?? 'The card'} is in ${column}.${leftText(left)}`,
    },
  ],
});

const changeCard = defineServed<CardChanged>()({
  name: 'changeCard',
  by: 'person',
  what: 'change cards',
  params: ({ cardChange }) => cardChange,
  handle: (services, change) => services.board.change(change),
  verbs: [
    {
      usage: 'board move <id> <column>',
      about: 'move a card, named by its id or by :LINE',
      what: 'move cards',
      values: { column },
      run: async (call, [id, column]): Promise<Printed> => {
        const { left } = await call.ask(changeCard, { card: await findCard(call, id), column });
        return { value: { id, column, left }, text: `${id} is in ${column}.${leftText(left)}` };
      },
    },
    {
      usage: 'board edit <id>',
      about: 'change the fields of a card; an empty value clears one',
      what: 'edit cards',
      options: { ...fields, '--task <text>': 'its text' },
      run: editCard,
    },
  ],
});

async function editCard(call: VerbCall, [id = '']: readonly string[], options: Given): Promise<Printed> {
  const fields = fieldsOf(options);
  if (Object.keys(fields).length === 0)
    refuse('nothing_given', 'Nothing was given to change.', 'Such as: --task "…" or --priority High');
  const { left } = await call.ask(changeCard, { card: await findCard(call, id), fields });
  return { value: { id, ...fields, left }, text: `${id} was changed.${leftText(left)}` };
}

/** Finds a card by its id, or by its line with a colon in front. */
async function findCard(call: VerbCall, name: string): Promise<CardRef> {
  const { cards } = await call.ask(board, {});
  const [, line] = /^:(\d{1,7})$/.exec(name) ?? [];
  const card = cards.find((one) => (line === undefined ? one.id === name : one.line === Number(line)));
  if (!card) refuse('unknown_card', `There is no card ${JSON.stringify(name)}.`, 'See: orch-tui board');
  return refTo(card);
}

type Given = Readonly<Partial<Record<string, unknown>>>;

/** Returns the given fields; an empty value clears one. */
function fieldsOf(options: Given): Partial<CardFields> {
  const given = cardFields.filter((field) => options[field] !== undefined);
  return Object.fromEntries(given.map((field) => [field, options[field] || (field === 'task' ? '' : null)]));
}

function leftText(left: CardChanged['left']): string {
  const names = Object.keys(left);
  return names.length === 0 ? '' : ` Its table has no column for ${names.join(', ')}; kept until one has it.`;
}

/** Adds an id to every card without one, after a confirmation. */
const giveCardIds = defineServed<{ given: number }>()({
  name: 'giveCardIds',
  by: 'person',
  what: 'change the board',
  params: ({ nothing }) => nothing,
  handle: (services) => services.board.giveIds(),
  verbs: [
    {
      usage: 'board ids',
      about: 'give an id to every card that has none',
      options: yesOption,
      run: giveIds,
    },
  ],
});

/** Asks once, because a column of ids changes every line of a table. */
async function giveIds(call: VerbCall, _: unknown, { yes = false }: { yes?: boolean }): Promise<Printed> {
  const { withoutId } = await call.ask(board, {});
  const question = `Give an id to ${counted(withoutId, 'card')}? Tables without a column for it get one.`;
  await call.requireYes(yes || withoutId === 0, question);
  const { given } = await call.ask(giveCardIds, {});
  const text = given === 0 ? 'All cards have an id.' : `${counted(given, 'card')} got an id.`;
  return { value: { given }, text };
}

export const boardCommands = [board, addCard, changeCard, giveCardIds] as const;
