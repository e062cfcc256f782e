import { defineCommand } from '../define.ts';
import { answer as answerHeld } from './holding.ts';

/** What a person says to an agent that waits; `request` as named in the queue. Each is answered once. */
export const answer = defineCommand<null>()({
  name: 'answer',
  by: 'person',
  what: 'answer agents',
  approves: true,
  onForeignState: true,
  params: ({ z, text, answer }) => z.strictObject({ request: text, answer }),
  decide: (state, told, message) => answerHeld(state, message, told),
  verbs: [
    {
      usage: 'answer <request> <answer...>',
      about: 'say allow, deny or the number of an option to an agent',
      options: { '--why <text>': { about: 'what it is told when it is denied', fallback: '' } },
    },
  ],
});
