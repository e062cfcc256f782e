import { answersGroup } from '../../room/question.ts';
import { isIdle } from '../../room/reachable.ts';
import { stay, toList } from '../../room/step.ts';
import type { Action } from '../action.ts';
import { beginBoard } from './cardText.ts';

const question = { group: answersGroup, where: ['question'] } as const;
const leave = { title: 'no, leave everything as it is' } as const;

/** Answers to the question whether a board is begun. */
export const confirmActions: readonly Action[] = [
  {
    ...question,
    id: 'agree',
    title: 'yes, do what is shown',
    hint: 'yes',
    keys: ['y'],
    enabled: isIdle,
    run: (state) => stay(beginBoard(state)),
  },
  { ...question, ...leave, id: 'decline', hint: 'no', keys: ['n'], run: (state) => stay(toList(state)) },
  { ...question, ...leave, id: 'leave-question', keys: ['q'], run: (state) => stay(toList(state)) },
  {
    ...question,
    ...leave,
    id: 'close-question',
    keys: ['escape', 'ctrl-c'],
    run: (state) => stay(toList(state)),
  },
];
