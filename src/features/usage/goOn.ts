import type { GoneOn } from '../../core/usage.ts';
import { asksNothing } from '../../core/values.ts';
import { defineCommand } from '../define.ts';
import { goOn as tellToGoOn } from './goingOn.ts';

/** Tells workers that stopped at a usage limit to go on, each in its turn; a limit that still holds keeps its worker. */
export const goOn = defineCommand<GoneOn>()({
  name: 'goOn',
  by: 'person',
  what: 'let workers go on',
  params: ({ z, text }) => z.strictObject({ ids: z.array(text).readonly() }),
  decide: (state, { ids }, { ticket }) => tellToGoOn(state, ticket, ids),
  verbs: [
    {
      usage: 'worker go-on [ids...]',
      about: 'tell those to go on that stopped at a usage limit',
      options: { '--all': 'all whose limit is over: lists them and asks', ...asksNothing },
    },
  ],
});
