import { type BoardFacts, type CardChanged, columns, parseColumn } from '../../core/board.ts';
import { asksNothing } from '../../core/values.ts';
import { defineServed } from '../define.ts';

const column = { about: 'To Do, In Progress, Review or Done', parse: parseColumn } as const;
const fields = {
  '--repo <name>': 'its repository',
  '--worker <id>': 'who is on it',
  '--branch <name>': 'its branch',
  '--priority <word>': 'how urgent it is',
  '--pr <address>': 'its pull request',
  '--blockers <text>': 'what keeps it from going on',
  '--progress <text>': 'such as 60%',
  '--started <day>': 'yyyy-mm-dd',
  '--completed <day>': 'yyyy-mm-dd',
} as const;

/** The whole board as it is now; `no_board` where there is none, `board_off`. */
const board = defineServed<BoardFacts>()({
  name: 'board',
  by: 'anyone',
  onForeignState: true,
  params: ({ nothing }) => nothing,
  handle: (services) => services.board.read(),
  verbs: [
    { usage: 'board', about: 'the sprint board: cards by column', what: 'look at the board' },
    { usage: 'board show', about: 'the same as board', what: 'look at the board' },
  ],
});

/** At the end of a column; begins the board where there is none. */
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
    },
    {
      usage: 'board edit <id>',
      about: 'change what a card says; an empty value clears it',
      what: 'edit cards',
      options: { ...fields, '--task <text>': 'its text' },
    },
  ],
});

/** Gives an id to every card that has none: people are asked first. */
const giveCardIds = defineServed<{ given: number }>()({
  name: 'giveCardIds',
  by: 'person',
  what: 'change the board',
  params: ({ nothing }) => nothing,
  handle: (services) => services.board.giveIds(),
  verbs: [{ usage: 'board ids', about: 'give an id to every card that has none', options: asksNothing }],
});

export const boardCommands = [board, addCard, changeCard, giveCardIds] as const;
